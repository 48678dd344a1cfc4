/** Locks joined to what else is under way with them: through a crash at every place. */
import { expect, test } from 'vitest'
import { agent, sharedContext, task, type TaskContext } from 'stator'
import { crashSweep, type Life, type Scenario } from 'stator/testing'
import { z } from 'zod'
import { good } from './support/play.ts'

const board = sharedContext('board', { log: z.array(z.string()) })
const site = { project: 'site' } as const
const job = task('job', { retry: { maxAttempts: 2, initialInterval: 5, jitter: 'none' } })

async function ann(_: unknown, ctx: TaskContext, life: Life): Promise<unknown> {
  const lock = await ctx.lock('report', { lease: 500 })
  const held = await ctx.budget.reserve({ tokens: 2 })
  await ctx.context(board, site).update('log', (log = []) => [...log, 'ann'], { fence: lock.token })
  await life.wait(5)
  await held.settle({ tokens: 1 })
  await ctx.handOff('bob')
  return 'never'
}

async function bob(_: unknown, ctx: TaskContext): Promise<unknown> {
  return ctx.lock('report', {}, async ({ token }) => {
    await ctx.context(board, site).update('log', (log = []) => [...log, 'bob'], { fence: token })
    return 'done'
  })
}

const scenario: Scenario = {
  name: 'a lock held across a hand-off, in a budget',
  limits: { idle: 20 },
  setup: life => ({
    contexts: [board],
    agents: [agent('ann').handle(job, life.handler(ann)), agent('bob').handle(job, life.handler(bob))],
  }),
  play: async life => {
    const made = await life.until(
      life.runtime.submit(job, null, { id: 't', agent: 'ann', budget: { tokens: 50 } }),
    )
    const result = await life.until(made.outcome())
    return [
      result.status,
      life.runtime.context(board, site).get('log'),
      life.runtime.locks.active().count,
      life.runtime.budgets.list().length,
    ]
  },
}

test('a lock held across a hand-off, with a shared value and a budget, through a crash at any write: all done once, nothing left behind', async () => {
  const { writes, once } = await crashSweep(scenario, { seed: 7, watchers: () => [good] })
  expect(once).toBe(writes * 7)
}, 300_000)
