// How load is made: how much of it, and when. Never in here: any expectation of speed.
import { expect, test } from 'vitest'
import { backlogSamples, closedLoop, crowdSamples, halfLoadSamples, openLoop } from '../../bench/load.ts'

test('a closed loop begins the next where one has ended', async () => {
  let under = 0
  let most = 0
  const latencies = await closedLoop(20, 3, async () => {
    most = Math.max(most, ++under)
    await Promise.resolve()
    under--
  })
  expect([latencies.length, most]).toEqual([20, 3])
})

test('an open loop begins the next when it is due, whether or not others have ended', async () => {
  const begun: number[] = []
  const dues: number[] = []
  let release = (): void => {}
  const all = new Promise<void>(resolve => {
    release = resolve
  })
  await openLoop(10, 10_000, async (index, due) => {
    expect(performance.now()).toBeGreaterThanOrEqual(due)
    begun.push(index)
    dues.push(due)
    if (begun.length === 10) release()
    await all
  })
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  for (const [index, due] of dues.entries()) expect(due - (dues[0] ?? 0)).toBeCloseTo(index / 10, 6)
})

test('at half load every job is counted from when it was due, to its acknowledgement and to its result', async () => {
  const seen: number[] = []
  const samples = await halfLoadSamples(10, async (index, acknowledged) => {
    seen.push(index)
    acknowledged()
  })
  expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index))
  expect(samples.map(({ metric, part }) => [metric, part])).toEqual([
    ['arrivals_per_s', undefined],
    ['p50_ms', 'to the acknowledgement'],
    ['p99_ms', 'to the acknowledgement'],
    ['p50_ms', 'to the result'],
    ['p99_ms', 'to the result'],
  ])
})

test('a crowd is registered, and its jobs go to anyone or to each in turn', async () => {
  const done: string[] = []
  const note = async (text: string): Promise<void> => void done.push(text)
  await crowdSamples(4, 2, {
    register: agent => note(`agent ${agent}`),
    anyone: job => note(`job ${job}`),
    named: (job, agent) => note(`job ${job} for ${agent}`),
  })
  expect(done.join(', ')).toBe(
    'agent 0, agent 1, job 0, job 1, job 2, job 3, job 0 for 0, job 1 for 1, job 2 for 0, job 3 for 1',
  )
})

test.each([
  [100, '1 to 10', '91 to 100'],
  [25, '1 to 2', '23 to 25'],
])('a backlog of %d is told of in ten blocks that are all of it', async (n, first, last) => {
  const seen: number[] = []
  const samples = await backlogSamples(n, async index => void seen.push(index))
  expect(seen).toEqual(Array.from({ length: n }, (_, index) => index))
  const parts = samples.filter(({ metric }) => metric === 'tasks_per_s').map(({ part }) => part)
  expect([parts.length, parts[0], parts.at(-1)]).toEqual([10, first, last])
})
