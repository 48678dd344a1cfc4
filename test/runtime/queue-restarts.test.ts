/**
 * Queues through crashes, small turns and parking: what campaigns have found once, each as its shortest scenario. The invariants look on
 * in all of them.
 */
import { describe, expect, test } from 'vitest'
import { agent, queue, task, type QueueOptions, type SubmitOptions } from 'stator'
import { Crashed, CRASH_POINTS, type Life, type Setup, type Simulation } from 'stator/testing'
import { z } from 'zod'
import { worldOf } from './support/world.ts'

const job = task('job', { input: z.object({ ms: z.int() }), queue: 'q' })

const setupWith =
  (options: QueueOptions, capacity = 1) =>
  (life: Life): Setup => ({
    queues: [queue('q', options)],
    agents: [
      agent('ann', { capacity }).handle(
        job,
        life.handler(async ({ ms }) => life.wait(ms)),
      ),
    ],
  })

const put = async (life: Life, id: string, ms: number, options: SubmitOptions = {}): Promise<unknown> =>
  life.runtime.tasks.enqueue(job, { ms }, { id, ...options })

/** Lives that die at each of the first writes, and one that lives on. */
async function through(
  world: Simulation,
  writes: number,
  act: (life: Life) => Promise<unknown>,
): Promise<void> {
  for (let write = 1; write <= writes; write++)
    for (const point of CRASH_POINTS)
      try {
        const life = await world.boot({ write, point })
        await act(life)
        await world.drain(life)
        world.kill()
      } catch (error) {
        if (!(error instanceof Crashed)) throw error
      }
  const last = await world.boot()
  await act(last)
  await world.drain(last)
}

describe('a queue', () => {
  test('gives no second burst where its load was still on the way at a crash', async () => {
    for (let write = 2; write < 14; write++) {
      const world = worldOf(setupWith({ rate: { perMinute: 1 } }, 3), { limits: { batchDeliveries: 1 } })
      await through(world, write, async life => {
        for (const id of ['a', 'b']) void put(life, id, 1).catch(() => {})
        await world.pass(life, 5)
      })
      expect(world.broken).toEqual([])
    }
  })

  test('lets in who waits for room when nothing else happens', async () => {
    const world = worldOf(setupWith({ maxWaiting: 2 }))
    const life = await world.boot()
    await life.until(put(life, 'runs', 1_000_000))
    const all = ['a', 'b'].map(async id => put(life, id, 1, { whenFull: 'wait' }))
    await life.until(Promise.all(all))
    expect(life.runtime.tasks.count({ queue: 'q' })).toMatchObject({ queued: 2, running: 1 })
  })

  test('hears a client in the order in which it speaks', async () => {
    const world = worldOf(setupWith({ maxWaiting: 9 }))
    const life = await world.boot()
    const first = put(life, 'a', 1)
    const second = life.runtime.send({ type: 'agent.pause', to: 'agent/ann' })
    await life.until(Promise.all([first, second]))
    const types = life.runtime.history({ limit: 100 }).map(({ type }) => type)
    expect(types.indexOf('task.create')).toBeLessThan(types.indexOf('agent.pause'))
  })

  test('knows the longest chain from its first start on, also after a restart', async () => {
    const world = worldOf(setupWith({ order: 'critical-path' }), {
      limits: { batchDeliveries: 1, liveActors: 1, idle: 5 },
    })
    const first = await world.boot()
    await first.until(put(first, 'runs', 1_000_000))
    await first.until(put(first, 'alone', 1))
    await first.until(put(first, 'head', 1))
    await first.until(put(first, 'tail', 1, { after: ['head'] }))
    await world.pass(first, 100)
    world.kill()
    const second = await world.boot()
    await second.until(second.runtime.task('runs').cancel())
    await second.until(second.runtime.task('alone').outcome())
    const started = second.runtime.history({ types: ['task.started'], limit: 100 }).map(({ to }) => to)
    expect(started.indexOf('task/head')).toBeLessThan(started.indexOf('task/alone'))
  })

  test('keeps to its keys after a restart, whenever it was paused, and where it is new to keys', async () => {
    let perKey: QueueOptions = {}
    const world = worldOf(life => setupWith(perKey, 3)(life))
    const first = await world.boot()
    await first.until(first.runtime.tasks.queue('q').pause())
    for (const id of ['a', 'b', 'c']) await first.until(put(first, id, 20, { key: 'k' }))
    world.kill()
    perKey = { perKey: { concurrency: 1 } }
    const second = await world.boot()
    await second.until(second.runtime.tasks.queue('q').resume())
    await world.pass(second, 5)
    world.kill()
    const third = await world.boot()
    await world.pass(third, 5)
    expect(third.runtime.tasks.count({ queue: 'q' })).toMatchObject({ running: 1, queued: 2 })
    await world.drain(third)
  })

  test('counts tasks that wait for others when they stay parked at a start', async () => {
    const world = worldOf(setupWith({ maxWaiting: 2 }), { limits: { liveActors: 1, idle: 5 } })
    const first = await world.boot()
    await first.until(put(first, 'runs', 1_000_000))
    await first.until(put(first, 'head', 1))
    await first.until(put(first, 'tail', 1, { after: ['head'] }))
    await world.pass(first, 100)
    world.kill()
    const second = await world.boot()
    expect(second.runtime.tasks.count({ queue: 'q' })).toMatchObject({ pending: 1 })
    await second.until(second.runtime.agents.pause('ann'))
    await expect(second.until(put(second, 'more', 1))).rejects.toMatchObject({ code: 'QUEUE_FULL' })
  })
})
