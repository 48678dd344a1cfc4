/** Progress: the latest is seen, few of it are recorded, none of it costs a timer of its own, and what came last before a failure is not lost. */
import { expect, test } from 'vitest'
import { agent, task, type TaskContext } from 'stator'
import type { Life } from 'stator/testing'
import { codeOf, single, worldOf } from './support/world.ts'

const INPUT = { text: 'x' }

const told = (life: Life): [unknown, number][] =>
  life.runtime
    .history({ types: ['task.progress'] })
    .filter(({ refused }) => refused === null)
    .map(({ data, at }) => [(data as { percent: number }).percent, at])

/** Tells how far it is every ten milliseconds. */
async function telling(ctx: TaskContext, life: Life, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    ctx.progress(n / 10, `step ${n}`)
    await life.wait(10)
  }
}

test('at most one in a second is recorded, always the latest', async () => {
  const { world, job } = single((_, ctx, life) => telling(ctx, life, 500))
  const life = await world.boot()
  const handle = await life.until(life.runtime.submit(job, INPUT))
  await world.pass(life, 3_500)
  const seen = handle.info()
  expect(seen.progress).toBeGreaterThan(20)
  await life.until(handle.outcome())
  const all = told(life)
  expect(all.length).toBeGreaterThanOrEqual(5)
  expect(all.length).toBeLessThanOrEqual(6)
  for (const [index, [percent, at]] of all.entries()) {
    const before = all[index - 1]
    if (before === undefined) continue
    expect(at - before[1]).toBeGreaterThanOrEqual(1_000)
    expect(percent).toBeGreaterThanOrEqual((before[0] as number) + 9)
  }
})

test('the interval is a limit of the runtime', async () => {
  const { world, job } = single((_, ctx, life) => telling(ctx, life, 100), {
    limits: { progressInterval: 100 },
  })
  const life = await world.boot()
  const handle = await life.until(life.runtime.submit(job, INPUT))
  await life.until(handle.outcome())
  const all = told(life)
  expect(all.length).toBeGreaterThanOrEqual(8)
  expect(all.length).toBeLessThanOrEqual(11)
})

test('the last before a failure is recorded, with its note', async () => {
  const { world, job } = single(
    (_, ctx) => {
      if (ctx.attempt === 2) return 'done'
      for (const percent of [10, 20, 30]) ctx.progress(percent, `at ${percent}`)
      throw new Error('oops')
    },
    { retry: { maxAttempts: 2, initialInterval: '10s', jitter: 'none' } },
  )
  const life = await world.boot()
  const handle = await life.until(life.runtime.submit(job, INPUT))
  await world.pass(life, 1_000)
  expect(handle.info()).toMatchObject({ status: 'retrying', progress: 30, note: 'at 30' })
  expect(told(life).map(([percent]) => percent)).toEqual([10, 30])
})

test('so is the last before an attempt that is given up', async () => {
  const { world, job } = single(
    (_, ctx) => {
      for (const percent of [10, 20]) ctx.progress(percent)
      return new Promise(() => {})
    },
    { timeout: 500 },
  )
  const life = await world.boot()
  const handle = await life.until(life.runtime.submit(job, INPUT))
  await life.until(handle.outcome())
  expect(told(life).map(([percent]) => percent)).toEqual([10, 20])
})

test('what is done is at 100', async () => {
  const { world, job } = single((_, ctx) => ctx.progress(5))
  const life = await world.boot()
  const handle = await life.until(life.runtime.submit(job, INPUT))
  await life.until(handle.outcome())
  expect(handle.info().progress).toBe(100)
})

test('many that tell how far they are share one timer', async () => {
  const job = task('job')
  const world = worldOf(
    life => ({
      agents: [
        agent('ann', { capacity: 200 }).handle(
          job,
          life.handler(async (_, ctx) => {
            for (const percent of [10, 20, 30]) ctx.progress(percent)
            await life.wait(10_000)
          }),
        ),
      ],
    }),
    { watched: false },
  )
  const life = await world.boot()
  for (let n = 0; n < 200; n++) await life.until(life.runtime.submit(job, n))
  await world.pass(life, 500)
  const set = new Set<object>()
  let most = 0
  const after = world.clock.after.bind(world.clock)
  world.clock.after = (ms, call) => {
    const timer = {}
    most = Math.max(most, set.add(timer).size)
    const cancel = after(ms, () => void (set.delete(timer) && call()))
    return () => void (set.delete(timer) && cancel())
  }
  await world.pass(life, 5_000)
  expect(told(life)).toHaveLength(400)
  expect(most).toBeLessThan(10)
})

test('one task can be waited for, for so long; its result is had by its id', async () => {
  const { world, job } = single(async (_, _ctx, life) => {
    await life.wait(5_000)
    return 7
  })
  const life = await world.boot()
  const handle = await life.until(life.runtime.submit(job, INPUT, { id: 'one' }))
  expect(await codeOf(life, handle.result({ timeout: '1s' }))).toBe('TIMED_OUT')
  expect(await life.until(life.runtime.tasks.result('one'))).toBe(7)
  expect(await life.until(life.runtime.tasks.result('one', { timeout: 1 }))).toBe(7)
})
