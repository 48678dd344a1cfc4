/**
 * Messages between agents: a small newsroom. The editor publishes a topic, asks for a number, consults whoever of the lawyers is free,
 * tells the printer, and hands the last page to a colleague. All of it goes through the hub, and stays in the history.
 */
import assert from 'node:assert/strict'
import { agent, createRuntime, task } from 'stator'
import { z } from 'zod'

const news = task('news', { input: z.string() })
const count = task('count', { input: z.string(), output: z.number() })
const check = task('check', { input: z.string(), output: z.string() })
const print = task('print', { input: z.string() })
const page = task('page', { input: z.string(), output: z.string() })

const heard: string[] = []
const hear = (who: string) => (words: string) => {
  heard.push(`${who} hears: ${words}`)
}

const editor = agent('editor', { role: 'editor' }).handle(page, async (story, ctx) => {
  const { recipients } = await ctx.publish('page.begun', news, story)
  console.log(`published to ${recipients.join(' and ')}`)
  const words = await ctx.ask('counter', count, story)
  console.log(`the counter says: ${words} words`)
  const verdict = await ctx.consult({ skill: 'law' }, check, story, { context: { words } })
  console.log(`a lawyer says: ${verdict}`)
  await ctx.do('headline', () => story.toUpperCase())
  return ctx.handOff({ role: 'layout' }, { note: 'please set it, the headline is done' })
})

const setter = agent('setter', { role: 'layout' })
  .handle(page, async (story, ctx) => {
    const [handed] = ctx.handedOver
    console.log(`handed over by ${handed?.from}: ${handed?.note}`)
    // What the editor did is not done again.
    const headline = await ctx.do('headline', () => 'never made')
    await ctx.tell('printer', print, headline, { priority: 'high' })
    return headline
  })
  .subscribe('page.*', news, hear('setter'))

await using runtime = await createRuntime({
  agents: [
    editor,
    setter,
    agent('counter').handle(count, story => story.split(' ').length),
    agent('ann', { skills: ['law'] }).handle(check, (story, ctx) => {
      const { words } = (ctx.mail?.asker?.context ?? { words: 0 }) as { words: number }
      return words < 10 ? `print it (${ctx.mail?.from} asked)` : 'too long'
    }),
    agent('printer').handle(print, hear('printer')).subscribe('**', news, hear('printer')),
  ],
})

const front = await runtime.submit(page, 'all is well', { id: 'front', agent: 'editor' })
assert.equal(await front.result(), 'ALL IS WELL')
const answer = await runtime.mail.ask('counter', count, 'one two three')
console.log(`a client asks as well: ${answer}`)

const { messages } = runtime.mail.history({ conversation: 'task/front' })
for (const { type, from, to, task: about } of messages)
  console.log(`${type.padEnd(9)} ${from} to ${to}: ${about}`)
assert.deepEqual(
  messages.map(({ task: about }) => about),
  ['news', 'news', 'count', 'check', 'print'],
)
assert.equal(answer, 3)
