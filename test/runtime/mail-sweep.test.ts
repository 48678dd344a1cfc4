/** What agents say survives a crash at any place: no message is lost or said twice, each question has its answer, and work goes on with whom it was handed to. */
import { expect, test } from 'vitest'
import { agent, task, type AgentDefinition, type Handler } from 'stator'
import { crashSweep, type Life, type Scenario, type Setup } from 'stator/testing'
import { z } from 'zod'
import { good } from './support/play.ts'

const note = task('note', { input: z.string() })
const sum = task('sum', { input: z.number(), output: z.number() })
const work = task('work', { input: z.null(), output: z.unknown() })

const setup = (life: Life): Setup => {
  const hears = (id: string): AgentDefinition =>
    agent(id)
      .subscribe('news.*', note, life.handler(() => null) as Handler<string, unknown>)
      .handle(sum, life.handler((n: number) => n + 1) as Handler<number, number>)
  return {
    agents: [
      agent('ann').handle(
        work,
        life.handler(async (_: null, ctx) => {
          await ctx.tell('bob', note, 'hello')
          const asked = await ctx.ask('bob', sum, 1, { timeout: '1h' })
          return ctx.handOff('cid', { note: `it is ${asked}` })
        }) as Handler<null, unknown>,
      ),
      hears('bob'),
      hears('cid').handle(
        work,
        life.handler((_: null, ctx) => [
          ctx.attempt,
          ctx.handedOver.map(({ from, note: words }) => `${from}: ${words ?? ''}`),
        ]) as Handler<null, unknown>,
      ),
    ],
  }
}

/** What was said, to whom, and what came of it: the same, wherever the process died. */
async function said(life: Life, count: number): Promise<unknown> {
  for (;;) {
    const { messages } = life.runtime.mail.history()
    if (messages.length >= count && messages.every(({ state }) => state === 'handled'))
      return messages.map(({ from, to, input, answer }) => [from, to, input, answer])
    await life.until(life.wait(10))
  }
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'one tells, asks and hands on',
    limits: { liveActors: 1, idle: 10 },
    setup,
    play: async life => {
      const handle = await life.until(life.runtime.submit(work, null, { id: 'w', agent: 'ann' }))
      const result = await life.until(handle.result())
      return [result, await said(life, 2)]
    },
  },
  {
    name: 'clients say it, and say it again',
    limits: { liveActors: 1, idle: 10 },
    setup,
    play: async life => {
      const { mail } = life.runtime
      const posted = await life.until(mail.publish('news.done', note, 'news', { idempotencyKey: 'b' }))
      const answer = await life.until(mail.consult({}, sum, 1, { idempotencyKey: 'c', timeout: '1h' }))
      await life.until(mail.tell('cid', note, 'bye', { idempotencyKey: 'd' }))
      return [posted.recipients, answer, await said(life, 4)]
    },
  },
]

test.each(SCENARIOS)(
  '$name: a crash anywhere, and another one in the start after it, change nothing',
  async scenario => {
    const { writes, once, twice } = await crashSweep(scenario, { seed: 7, watchers: () => [good] })
    expect(once).toBe(writes * 7)
    expect(twice).toBeGreaterThan(once)
  },
  300_000,
)
