/** What people are asked, and what they said, survives a crash at any place: no question is lost, none is asked twice, no agent waits for ever. */
import { expect, test } from 'vitest'
import { agent, gate, task, workflow, type Handler } from 'stator'
import { crashSweep, type Life, type Scenario, type Setup } from 'stator/testing'
import { z } from 'zod'
import { good } from './support/play.ts'

const form = z.object({ euros: z.int() })
const decide = task('decide', { input: z.unknown(), output: z.unknown() })
const pay = task('pay', { input: z.object({ n: z.int() }), output: z.int() })
const publish = workflow('publish', { input: z.null() }).step(
  'ok',
  gate({ form, approvers: ['ann', 'bob'], strict: true, escalateAfter: '1h' }),
  { title: () => 'Publish?', details: () => ({ pages: 3 }) },
)

const setup = (life: Life): Setup => ({
  agents: [
    agent('eve')
      .handle(
        decide,
        life.handler(async (_input, ctx) =>
          ctx.escalate({ id: 'may', title: 'May I?', form, approvers: ['ann', 'bob'], escalateAfter: '1h' }),
        ) as Handler<unknown, unknown>,
      )
      .handle(pay, life.handler(({ n }: { n: number }) => n) as Handler<{ n: number }, number>),
  ],
  workflows: [publish] as never,
})

/** The gate, once it is there. */
async function opened(life: Life, id: string): Promise<void> {
  while (life.runtime.gates.get(id) === undefined) await life.until(life.wait(10))
}

/** How it ended, and what is left of the agent: both are the same, wherever the process died. */
const standing = (life: Life, id: string): unknown => [
  life.runtime.gates.get(id)?.outcome,
  life.runtime.gates.get(id)?.assignments.map(({ to, how, by }) => [to, how, by]),
  life.runtime.agents.get('eve')?.state === 'paused',
]

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a handler asks one, and then the other',
    limits: { liveActors: 1, idle: 10 },
    setup,
    play: async life => {
      const { gates, tasks } = life.runtime
      const asks = await life.until(life.runtime.submit(decide, null, { id: 't' }))
      await opened(life, 't/may')
      const waits = await life.until(tasks.enqueue(pay, { n: 1 }, { id: 'p' }))
      await life.until(gates.escalate('t/may', { by: 'ann', reason: 'ask bob', idempotencyKey: 'e' }))
      await life.until(gates.approve('t/may', { by: 'bob', data: { euros: 7 }, idempotencyKey: 'a' }))
      const [answer, paid] = await life.until(Promise.all([asks.result(), waits.result()]))
      return [answer, paid, standing(life, 't/may')]
    },
  },
  {
    name: 'a task ends while its question is open',
    limits: { liveActors: 1, idle: 10, batchDeliveries: 2 },
    setup,
    play: async life => {
      const asks = await life.until(life.runtime.submit(decide, null, { id: 't' }))
      await opened(life, 't/may')
      await life.until(asks.cancel('no longer wanted'))
      const { status } = await life.until(life.runtime.gates.outcome('t/may'))
      // The agent hears of that in a turn of its own.
      const paid = await life.until(life.runtime.submit(pay, { n: 1 }, { id: 'p' }))
      return [status, await life.until(paid.result()), standing(life, 't/may')]
    },
  },
  {
    name: 'nobody answers a strict gate in time',
    limits: { liveActors: 1, idle: 10 },
    setup,
    play: async life => {
      const run = await life.until(life.runtime.start(publish, null, { id: 'r' }))
      const { status } = await life.until(run.outcome())
      return [status, standing(life, 'r/ok')]
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
