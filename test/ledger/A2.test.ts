/**
 * A2, signal history: the latest signals are in memory, 1,000 of them or as configured; all are in the journal, found by type,
 * task, workflow, time and limit. A stream starts at any position of the past and goes on live: no gap, no duplicate.
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, cursorOf, task, workflow, type Runtime } from 'stator'
import { newClock, pass } from './support.ts'

const step = task('step')
const worker = agent('worker', { capacity: 10 }).handle(step, input => input)
const pair = workflow('pair').step('a', step).step('b', step)

async function runtimeWith(
  runs: number,
  options: Parameters<typeof createRuntime>[0] = {},
): Promise<Runtime> {
  const runtime = await createRuntime({ agents: [worker], workflows: [pair], ...options })
  for (let n = 0; n < runs; n++) await (await runtime.start(pair, n, { id: `r${n}` })).result()
  return runtime
}

test('memory holds the last 1,000 signals, the journal all', async () => {
  await using runtime = await runtimeWith(200)
  const all = runtime.history({ limit: 5_000 })
  expect(all.length).toBeGreaterThan(1_000)
  expect(runtime.recent().length).toBe(1_000)
  expect(runtime.recent()).toEqual(all.slice(-1_000))
})

test('how many signals memory holds is configured', async () => {
  await using runtime = await runtimeWith(5, { limits: { history: 7 } })
  expect(runtime.recent().length).toBe(7)
})

test('history is found by type, task, workflow and limit, from either end', async () => {
  await using runtime = await runtimeWith(5)
  const completed = { types: ['task.completed'] }
  expect(runtime.history(completed).length).toBe(10)
  expect(runtime.history({ actor: 'task/r3/a' }).map(({ name }) => name)).toEqual([
    'task.started',
    'task.completed',
  ])
  expect(runtime.history({ correlationId: 'workflow/r3', ...completed }).map(({ to }) => to)).toEqual([
    'task/r3/a',
    'task/r3/b',
  ])
  expect(runtime.history({ ...completed, order: 'desc', limit: 1 })[0]?.to).toBe('task/r4/b')
  expect(runtime.recent({ ...completed, limit: 1 })[0]?.to).toBe('task/r4/b')
})

test('history is found by time', async () => {
  const clock = newClock()
  await using runtime = await runtimeWith(1, { host: { clock } })
  await pass(clock, 60_000)
  const late = clock.now()
  await (await runtime.start(pair, null, { id: 'late' })).result()
  const runs = (filter: object): string[] =>
    runtime.history({ types: ['workflow.completed'], ...filter }).map(({ to }) => to)
  expect(runs({ since: late })).toEqual(['workflow/late'])
  expect(runs({ until: late - 1 })).toEqual(['workflow/r0'])
})

test('a stream from any past position goes on live, without gap or duplicate', async () => {
  await using runtime = await runtimeWith(60)
  const middle = runtime.history({ limit: 100 }).at(-1)
  expect(middle).toBeDefined()
  const from = middle === undefined ? 'start' : cursorOf(middle)
  const positions: number[] = []
  const reading = (async () => {
    for await (const signal of runtime.signals({ from })) {
      positions.push(signal.seq)
      if (signal.to === 'workflow/live' && signal.final) return
    }
  })()
  await (await runtime.start(pair, null, { id: 'live' })).result()
  await reading
  expect(positions[0]).toBe(101)
  expect(positions).toEqual(positions.map((_, index) => 101 + index))
})

test('who reads a long past does not hold up the present', async () => {
  await using runtime = await runtimeWith(600)
  const end = runtime.status().position
  const order: string[] = []
  const reading = (async () => {
    for await (const { seq } of runtime.signals({ from: 'start' })) if (seq >= end) break
    order.push('the past was read')
  })()
  const working = (async () => {
    await (await runtime.submit(step, null)).result()
    order.push('a task was done')
  })()
  await Promise.all([reading, working])
  expect(order).toEqual(['a task was done', 'the past was read'])
})
