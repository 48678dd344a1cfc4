/**
 * A storm: two agents that thank each other for ever. A guard sees the circle, stops their conversation and shows it; what comes for a full
 * mailbox lies among the dead; and the agent beside them never notices.
 */
import assert from 'node:assert/strict'
import { filter } from 'rxjs'
import { agent, createRuntime, task } from 'stator'
import { z } from 'zod'

const note = task('note', { input: z.string() })
const work = task('work', { input: z.number(), output: z.number() })

const polite = (id: string, other: string) =>
  agent(id).handle(note, async (_, ctx) => {
    await ctx.tell(other, note, `thank you, ${other}`)
  })

const runtime = await createRuntime({
  agents: [
    polite('ann', 'bob'),
    polite('bob', 'ann'),
    agent('cid', { mailbox: { limit: 1, overflow: 'drop-newest' } }).handle(note, () => {}),
    agent('dot').handle(work, n => n * 2),
  ],
  limits: { revisits: 3 },
})

const ended = new Promise<void>(resolve => {
  runtime.signals$.pipe(filter(({ name }) => name === 'conversation.stopped')).subscribe(({ data }) => {
    const { code, loop } = data as { code: string; loop: string[] }
    console.log(`stopped: ${code}, ${loop.join(' → ')}`)
    resolve()
  })
})
const { id } = await runtime.mail.tell('ann', note, 'hello')
await ended

const { messages } = runtime.mail.history({ conversation: `task/${id}` })
assert.equal(messages.length, 6)
console.log(`they said ${messages.length - 1} things after that`)

await runtime.agents.pause('cid')
for (const words of ['one', 'two', 'three']) await runtime.mail.tell('cid', note, words)
for (const { input, reason } of runtime.mail.deadLetters.list({ agent: 'cid' }).letters)
  console.log(`dead letter: ${JSON.stringify(input)} (${reason})`)

const handle = await runtime.submit(work, 21)
console.log(`dot goes on: ${await handle.result()}`)
await runtime.close()
