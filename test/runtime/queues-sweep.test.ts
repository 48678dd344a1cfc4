/** Queues survive a crash at any place: what waits, what is paused or drained, what is used up of a rate. */
import { expect, test } from 'vitest'
import { agent, queue, task } from 'stator'
import { crashSweep, type Life, type Scenario, type Setup } from 'stator/testing'
import { z } from 'zod'

const call = task('call', { input: z.object({ who: z.string() }), key: ({ who }) => who, queue: 'front' })
const job = task('job')

const setup = (life: Life): Setup => ({
  queues: [
    queue('front', { rate: { perSecond: 5, burst: 2 }, perKey: { concurrency: 1 }, maxWaiting: 4 }),
    queue('back', { order: 'critical-path', concurrency: 1 }),
  ],
  roles: { caller: { concurrency: 3 } },
  agents: [
    agent('ann', { capacity: 5, role: 'caller' })
      .handle(
        call,
        life.handler(async ({ who }) => {
          await life.wait(30)
          return who
        }),
      )
      .handle(
        job,
        life.handler(() => 1),
      ),
  ],
})

const outcomes = async (life: Life, ids: readonly string[]): Promise<unknown> => {
  const ended: unknown[] = []
  for (const id of ids) ended.push([id, (await life.until(life.runtime.tasks.get(id).outcome())).status])
  return ended
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'rates and keys, with waiting for room',
    setup,
    play: async life => {
      const who = ['ann', 'ann', 'bob', 'ann', 'bob', 'cid']
      const ids = who.map((name, n) => `${name}${n}`)
      const entered = ids.map(async (id, n) =>
        life.runtime.tasks.enqueue(call, { who: who[n] ?? '' }, { id, whenFull: 'wait' }),
      )
      await life.until(Promise.all(entered))
      return outcomes(life, ids)
    },
  },
  {
    name: 'a pause, a resume, a drain',
    setup,
    play: async life => {
      const { tasks } = life.runtime
      const back = tasks.queue('back')
      const wasDone = tasks.list({ queue: 'back' }).tasks.length === 2
      if (!wasDone && back.info().state === 'active') await life.until(back.pause('tidy up'))
      const ids = ['a', 'b']
      if (!wasDone)
        for (const id of ids)
          await life.until(tasks.enqueue(job, null, { id, queue: 'back', priority: 'low' }))
      if (back.info().state === 'paused') await life.until(back.resume())
      await life.until(back.drain())
      return [await outcomes(life, ids), back.info().state]
    },
  },
]

test.each(SCENARIOS)(
  'a crash anywhere changes nothing: $name',
  async scenario => {
    const { writes, once } = await crashSweep(scenario, { seed: 3 })
    expect(once).toBe(writes * 7)
  },
  120_000,
)
