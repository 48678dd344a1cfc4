/** What is not in time is stopped, retried or failed as its task says; what is heard later is stale; restarts change none of it. */
import { describe, expect, test } from 'vitest'
import { agent, task, type Signal, type TaskContext, type TaskHandle } from 'stator'
import type { Life, Simulation } from 'stator/testing'
import { single, worldOf } from './support/world.ts'

const INPUT = { text: 'x' }
const START = Date.UTC(2030, 0, 1)
const never = (): Promise<never> => new Promise(() => {})

/** Milliseconds since the start: a simulated turn takes some itself, and nothing is ever early. */
const since = (at: number): number => Math.floor((at - START) / 50) * 50

/** How it ended, and when. */
async function ends(world: Simulation, life: Life, handle: TaskHandle<unknown>): Promise<[string, number]> {
  const { status, error } = await life.until(handle.outcome())
  return [error?.code ?? status, since(world.clock.now())]
}

const startsOf = (world: Simulation): number[] => world.ledger.of('start').map(({ at }) => since(at))

describe('start to close', () => {
  test('an attempt that takes too long is retried under the policy, and not a moment before', async () => {
    const retry = { maxAttempts: 2, initialInterval: 500, jitter: 'none' } as const
    const { world, job } = single(never, { timeout: { startToClose: '2s' }, retry })
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, INPUT))
    expect(await ends(world, life, handle)).toEqual(['TASK_TIMEOUT', 4_500])
    expect(startsOf(world)).toEqual([0, 2_500])
  })

  test('is half an hour where nothing else is said', async () => {
    const { world, job } = single(never)
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, INPUT))
    expect(await ends(world, life, handle)).toEqual(['TASK_TIMEOUT', 30 * 60_000])
  })
})

describe('heartbeat', () => {
  const beating = (
    beats: number,
    by: (ctx: TaskContext) => void,
  ): ((_: unknown, ctx: TaskContext, life: Life) => Promise<unknown>) => {
    return async (_, ctx, life) => {
      for (let beat = 0; beat < beats; beat++) {
        await life.wait(900)
        by(ctx)
      }
      return beats === 10 ? 'done' : never()
    }
  }

  test.each([
    ['heartbeat', (ctx: TaskContext) => ctx.heartbeat()],
    ['progress', (ctx: TaskContext) => ctx.progress(5)],
  ] as const)('a handler that calls %s in time goes on for as long as it likes', async (_, by) => {
    const { world, job } = single(beating(10, by), { timeout: { heartbeat: '1s' } })
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, INPUT))
    expect(await ends(world, life, handle)).toEqual(['completed', 9_000])
  })

  test('one that falls silent ends that long after its last sign of life, and is retried', async () => {
    const retry = { maxAttempts: 2, initialInterval: 0, jitter: 'none' } as const
    const { world, job } = single(
      beating(3, ctx => ctx.heartbeat()),
      {
        timeout: { heartbeat: '1s' },
        retry,
      },
    )
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, INPUT))
    expect(await ends(world, life, handle)).toEqual(['HEARTBEAT_TIMEOUT', 7_400])
    expect(startsOf(world)).toEqual([0, 3_700])
  })

  test('a million signs of life cost no more timers than one', async () => {
    const { world, job } = single(
      async (_, ctx, life) => {
        for (let beat = 0; beat < 1_000_000; beat++) ctx.heartbeat()
        await life.wait(10)
        return 'done'
      },
      { timeout: { heartbeat: '1s' }, watched: false },
    )
    const life = await world.boot()
    let timers = 0
    const after = world.clock.after.bind(world.clock)
    world.clock.after = (ms, call) => {
      timers++
      return after(ms, call)
    }
    world.ledger.add = () => {}
    const handle = await life.until(life.runtime.submit(job, INPUT))
    expect((await ends(world, life, handle))[0]).toBe('completed')
    expect(timers).toBeLessThan(10)
  })
})

describe('queue to start', () => {
  const busy = (): ReturnType<typeof single> =>
    single(async ({ text }, _, life) => life.wait(text === 'long' ? 5_000 : 1), {
      timeout: { queueToStart: '1s' },
      retry: { maxAttempts: 5 },
    })

  test('a task that gets no agent in time fails, and is not retried', async () => {
    const { world, job } = busy()
    const life = await world.boot()
    const first = await life.until(life.runtime.submit(job, { text: 'long' }))
    const second = await life.until(life.runtime.submit(job, INPUT))
    expect(await ends(world, life, second)).toEqual(['QUEUE_TIMEOUT', 1_000])
    expect(await ends(world, life, first)).toEqual(['completed', 5_000])
    expect(startsOf(world)).toEqual([0])
  })

  test('says so to who waits for its result', async () => {
    const { world, job } = busy()
    const life = await world.boot()
    await life.until(life.runtime.submit(job, { text: 'long' }))
    const second = await life.until(life.runtime.submit(job, INPUT))
    await expect(life.until(second.result())).rejects.toMatchObject({
      code: 'TASK_FAILED',
      cause: { code: 'QUEUE_TIMEOUT' },
    })
  })

  test('is over once it is started', async () => {
    const { world, job } = busy()
    const life = await world.boot()
    const first = await life.until(life.runtime.submit(job, { text: 'long' }))
    expect(await ends(world, life, first)).toEqual(['completed', 5_000])
    expect(life.runtime.history({ types: ['hub.timer'] })).toEqual([])
  })

  test('goes on where it was, over a restart', async () => {
    const job = task('job', { timeout: { queueToStart: '1s' } })
    const world = worldOf(life => ({
      tasks: [job],
      agents: life.number > 1 ? [] : [agent('ann').handle(job, life.handler(never))],
    }))
    const first = await world.boot()
    await first.until(first.runtime.submit(job, 1, { id: 'one' }))
    await first.until(first.runtime.submit(job, 2, { id: 'two' }))
    await world.pass(first, 600)
    first.die()
    const life = await world.boot()
    expect(await ends(world, life, life.runtime.task('two'))).toEqual(['QUEUE_TIMEOUT', 1_000])
    // It was interrupted, and waits anew.
    expect(await ends(world, life, life.runtime.task('one'))).toEqual(['QUEUE_TIMEOUT', 1_600])
  })
})

describe('overall', () => {
  const retry = { maxAttempts: 10, initialInterval: 400, jitter: 'none', backoff: 1 } as const

  test('counts all attempts and the waits between them', async () => {
    const { world, job } = single(never, { timeout: { overall: '2s', startToClose: 300 }, retry })
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, INPUT))
    expect(await ends(world, life, handle)).toEqual(['TASK_EXPIRED', 2_000])
    expect(startsOf(world)).toEqual([0, 700, 1_400])
  })

  test('stops a handler that runs, and tells it why', async () => {
    const heard: unknown[] = []
    const { world, job } = single(
      (_, ctx) => {
        ctx.signal.addEventListener('abort', () => heard.push((ctx.signal.reason as { code: string }).code))
        return never()
      },
      { timeout: { overall: '2s' } },
    )
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, INPUT))
    expect(await ends(world, life, handle)).toEqual(['TASK_EXPIRED', 2_000])
    expect(heard).toEqual(['TASK_EXPIRED'])
  })

  test('does not run before the time at which it was to start', async () => {
    const { world, job } = single(never, { timeout: { overall: '2s' } })
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, INPUT, { startAt: START + 10_000 }))
    expect(await ends(world, life, handle)).toEqual(['TASK_EXPIRED', 12_000])
  })

  test.each([100, 450, 1_000, 1_900])('goes on where it was, over a crash after %d ms', async after => {
    const { world, job } = single(never, { timeout: { overall: '2s', startToClose: 300 }, retry })
    const first = await world.boot()
    await first.until(first.runtime.submit(job, INPUT, { id: 'one' }))
    await world.pass(first, after)
    first.die()
    const life = await world.boot()
    expect(await ends(world, life, life.runtime.task('one'))).toEqual(['TASK_EXPIRED', 2_000])
  })

  test('that passed while no process was there is told at the next start', async () => {
    const { world, job } = single(never, { timeout: { overall: '2s' }, retry })
    const first = await world.boot()
    await first.until(first.runtime.submit(job, INPUT, { id: 'one' }))
    first.die()
    world.clock.set(START + 60_000)
    const life = await world.boot()
    expect(await ends(world, life, life.runtime.task('one'))).toEqual(['TASK_EXPIRED', 60_000])
  })
})

describe('a handler that ignores its signal', () => {
  const stubborn = async (_: unknown, ctx: TaskContext, life: Life): Promise<string> => {
    if (ctx.attempt > 1) return 'second'
    await life.wait(10_000)
    return 'first'
  }
  const retry = { maxAttempts: 2, initialInterval: 0, jitter: 'none' } as const
  const late = (life: Life): readonly Signal[] =>
    life.runtime.history().filter(({ refused }) => refused?.code === 'STALE_ATTEMPT')

  test('holds its slot no longer than its time', async () => {
    const { world, job } = single(stubborn, { timeout: '1s', retry })
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, INPUT))
    expect(await life.until(handle.result())).toBe('second')
    expect(since(world.clock.now())).toBe(1_000)
    expect(life.runtime.status()).toMatchObject({ runningTasks: 0, abandoned: 1 })
  })

  test('is heard once, as stale, and nothing comes of it', async () => {
    const { world, job } = single(stubborn, { timeout: '1s', retry })
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, INPUT))
    await life.until(handle.result())
    await world.drain(life)
    expect(late(life)).toMatchObject([
      { type: 'task.done', data: { turn: 1, output: 'first' }, toState: null, final: false },
    ])
    expect(life.runtime.status().abandoned).toBe(0)
    expect(await life.until(handle.result())).toBe('second')
    expect(handle.info()).toMatchObject({ status: 'completed', attempts: 2 })
  })

  test('is stale too while its task waits for the next attempt, or runs it', async () => {
    const { world, job } = single(
      async (_, ctx, life) => {
        await life.wait(ctx.attempt === 1 ? 1_500 : 400)
        if (ctx.attempt === 1) throw new Error('late')
        return 'second'
      },
      { timeout: '1s', retry: { ...retry, initialInterval: 1_000 } },
    )
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, INPUT))
    expect(await life.until(handle.result())).toBe('second')
    expect(late(life)).toMatchObject([{ type: 'task.failed', data: { turn: 1 }, toState: 'retrying' }])
    expect(handle.info()).toMatchObject({ attempts: 2, status: 'completed' })
  })

  test.each(['cancel', 'expiry'] as const)('is stale after a %s', async how => {
    const { world, job } = single(stubborn, how === 'expiry' ? { timeout: { overall: '1s' } } : {})
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, INPUT))
    await world.pass(life, 1_100)
    if (how === 'cancel') await life.until(handle.cancel())
    expect(life.runtime.status().abandoned).toBe(1)
    await world.pass(life, 20_000)
    expect(late(life)).toMatchObject([{ type: 'task.done', data: { turn: 1 } }])
    expect(life.runtime.status().abandoned).toBe(0)
    expect(handle.status()).toBe(how === 'cancel' ? 'cancelled' : 'failed')
  })

  test('whoever obeys leaves no word behind', async () => {
    const { world, job } = single(
      (_, ctx) =>
        new Promise((_resolve, reject) => {
          ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason as Error))
        }),
      { timeout: '1s' },
    )
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, INPUT))
    expect((await ends(world, life, handle))[0]).toBe('TASK_TIMEOUT')
    await world.drain(life)
    expect(late(life)).toEqual([])
    expect(life.runtime.status().abandoned).toBe(0)
  })

  test('is heard no more once the hub has closed', async () => {
    const { world, job } = single(stubborn, { timeout: '1s', retry, watched: false })
    const life = await world.boot()
    await life.until(life.runtime.submit(job, INPUT))
    await world.pass(life, 500)
    await life.until(life.runtime.close())
    const next = await world.boot()
    await world.pass(next, 60_000)
    expect(late(next).filter(({ data }) => (data as { turn: number }).turn === 1)).toEqual([])
  })

  test('more late results than a page of the journal hide no ending', async () => {
    const { world, job } = single(async (_, _ctx, life) => life.wait(1_000_000), {
      timeout: 100,
      retry: { maxAttempts: 150, initialInterval: 0, jitter: 'none' },
    })
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, INPUT))
    expect((await ends(world, life, handle))[0]).toBe('TASK_TIMEOUT')
    await world.pass(life, 2_000_000)
    expect(late(life)).toHaveLength(150)
    expect(await ends(world, life, handle)).toMatchObject(['TASK_TIMEOUT', expect.any(Number)])
  })
})

test('room for the next is there at once, however many handlers were given up', async () => {
  const slow = task('slow', { timeout: '1s' })
  const world = worldOf(life => ({ agents: [agent('ann').handle(slow, life.handler(never))] }))
  const life = await world.boot()
  const handles = []
  for (let n = 0; n < 5; n++) handles.push(await life.until(life.runtime.submit(slow, n)))
  for (const handle of handles) await life.until(handle.outcome())
  expect(startsOf(world)).toEqual([0, 1_000, 2_000, 3_000, 4_000])
  expect(life.runtime.status().abandoned).toBe(5)
})
