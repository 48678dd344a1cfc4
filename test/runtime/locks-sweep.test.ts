/** Locks through a crash at every place: whoever is left gets them, tokens only grow, and nobody waits for ever. */
import { expect, test } from 'vitest'
import { agent, task, type TaskContext } from 'stator'
import { crashSweep, type Life, type Scenario } from 'stator/testing'
import { good } from './support/play.ts'

const job = task('job', { retry: { maxAttempts: 2, initialInterval: 5, jitter: 'none' } })

async function work(input: unknown, ctx: TaskContext, life: Life): Promise<string> {
  const [first = '', second = ''] = input === 'a' ? ['x', 'y'] : ['y', 'x']
  const one = await ctx.lock(first, { lease: 500 })
  await life.wait(5)
  const two = await ctx.lock(second).catch(() => undefined)
  await two?.release()
  await one.release()
  return 'done'
}

const scenario: Scenario = {
  name: 'two that lock in the other order',
  setup: life => ({ agents: [agent('ann', { capacity: 2 }).handle(job, life.handler(work))] }),
  play: async life => {
    const ids = ['a', 'b']
    const tasks = await life.until(Promise.all(ids.map(id => life.runtime.submit(job, id, { id }))))
    const results = await life.until(Promise.all(tasks.map(each => each.result())))
    return [...results, life.runtime.locks.active().count]
  },
}

test('a crash anywhere, and another one in the start after it, leaves no lock behind', async () => {
  const { writes, once } = await crashSweep(scenario, { seed: 7, watchers: () => [good] })
  expect(once).toBe(writes * 7)
}, 300_000)
