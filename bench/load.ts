/** Load: a closed loop, an open one, and what a stretch of work cost. Knows no Stator: the limits are measured with the same code. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Sample } from './case.ts'
import { quantile } from './figures.ts'

/** Workflows that are under way at once, where the workload does not say otherwise. */
export const IN_FLIGHT = 100
/** Steps of a workflow in W1 and W6. */
export const STEPS = 10
/** Jobs of W3 that are under way at once. */
export const WORKERS = 10

/** Does n things, `lanes` of them at once: each lane begins its next when its last has ended. Returns their latencies in ms. */
export async function closedLoop(
  n: number,
  lanes: number,
  work: (index: number) => Promise<unknown>,
): Promise<number[]> {
  const latencies: number[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < n) {
      const began = performance.now()
      await work(next++)
      latencies.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: Math.min(lanes, n) }, lane))
  return latencies
}

/**
 * Begins n things, so many a second, however many of them are under way. It is no timer that waits, which would be late by a
 * millisecond, but every turn of the event loop.
 */
export async function openLoop(
  n: number,
  perSecond: number,
  work: (index: number, due: number) => Promise<unknown>,
): Promise<void> {
  const began = performance.now()
  const under: Promise<unknown>[] = []
  while (under.length < n) {
    const due = began + (under.length * 1_000) / perSecond
    if (due <= performance.now()) under.push(work(under.length, due))
    else await nextTurn()
  }
  await Promise.all(under)
}

export interface Cost<T> {
  readonly result: T
  readonly ms: number
  /** Of all threads of the process. */
  readonly cpuMs: number
}

export async function cost<T>(work: () => Promise<T>): Promise<Cost<T>> {
  const cpu = process.cpuUsage()
  const began = performance.now()
  const result = await work()
  const ms = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  return { result, ms, cpuMs: (user + system) / 1000 }
}

/** The figures of W1: n workflows of STEPS steps. */
export async function chainSamples(
  n: number,
  workflow: (index: number) => Promise<unknown>,
): Promise<Sample[]> {
  const { result: latencies, ms, cpuMs } = await cost(() => closedLoop(n, IN_FLIGHT, workflow))
  const steps = n * STEPS
  return [
    { metric: 'steps_per_s', value: (steps / ms) * 1000 },
    { metric: 'p50_ms', value: quantile(latencies, 0.5) },
    { metric: 'p99_ms', value: quantile(latencies, 0.99) },
    { metric: 'cpu_us_per_step', value: (cpuMs * 1000) / steps },
  ]
}

/** Rounds before a fan-out counts as warm, and warm rounds that are measured. */
const WARM_UP = 20
const WARM = 20

/** The figures of W2: the first round of the process, and the middle of later ones. */
export async function fanOutSamples(n: number, fanOut: () => Promise<unknown>): Promise<Sample[]> {
  const cold = await cost(fanOut)
  for (let round = 1; round < WARM_UP; round++) await fanOut()
  const warm: Cost<unknown>[] = []
  for (let round = 0; round < WARM; round++) warm.push(await cost(fanOut))
  const middle = (of: 'ms' | 'cpuMs'): number =>
    quantile(
      warm.map(one => one[of]),
      0.5,
    )
  return [
    { metric: 'tasks_per_s', part: 'cold', value: (n / cold.ms) * 1000 },
    { metric: 'tasks_per_s', part: 'warm', value: (n / middle('ms')) * 1000 },
    { metric: 'cpu_us_per_task', part: 'warm', value: (middle('cpuMs') * 1000) / n },
  ]
}

/** The figures of W3: n jobs, from the first enqueue to the last completion. */
export async function queueSamples(n: number, all: () => Promise<unknown>): Promise<Sample[]> {
  const { ms, cpuMs } = await cost(all)
  return [
    { metric: 'jobs_per_s', value: (n / ms) * 1000 },
    { metric: 'cpu_us_per_job', value: (cpuMs * 1000) / n },
  ]
}

/**
 * The figures of W3 at half load: n jobs at once, then n that arrive at half the rate of those. A job counts from when it was due, so
 * that one which could not even be submitted in time is not forgotten.
 */
export async function halfLoadSamples(
  n: number,
  job: (index: number, acknowledged: () => void) => Promise<unknown>,
): Promise<Sample[]> {
  const { ms } = await cost(() => Promise.all(Array.from({ length: n }, (_, index) => job(index, () => {}))))
  const perSecond = ((n / ms) * 1_000) / 2
  const acknowledged: number[] = []
  const done: number[] = []
  await openLoop(n, perSecond, async (index, due) => {
    await job(n + index, () => acknowledged.push(performance.now() - due))
    done.push(performance.now() - due)
  })
  return [
    { metric: 'arrivals_per_s', value: perSecond },
    { metric: 'p50_ms', part: 'to the acknowledgement', value: quantile(acknowledged, 0.5) },
    { metric: 'p99_ms', part: 'to the acknowledgement', value: quantile(acknowledged, 0.99) },
    { metric: 'p50_ms', part: 'to the result', value: quantile(done, 0.5) },
    { metric: 'p99_ms', part: 'to the result', value: quantile(done, 0.99) },
  ]
}

/** Many agents: bringing one up, and a job for any of them or for one. */
export interface Crowd {
  readonly register: (agent: number) => Promise<unknown>
  readonly anyone: (job: number) => Promise<unknown>
  readonly named: (job: number, agent: number) => Promise<unknown>
}

/** The figures of W3 with many agents: all of them registered at once, n jobs for anyone, then n jobs that name their agents in turn. */
export async function crowdSamples(n: number, agents: number, crowd: Crowd): Promise<Sample[]> {
  const all = async (count: number, one: (index: number) => Promise<unknown>): Promise<number> => {
    const { ms } = await cost(() => Promise.all(Array.from({ length: count }, (_, index) => one(index))))
    return (count / ms) * 1_000
  }
  return [
    { metric: 'agents_per_s', value: await all(agents, crowd.register) },
    { metric: 'jobs_per_s', part: 'for anyone', value: await all(n, crowd.anyone) },
    { metric: 'jobs_per_s', part: 'named', value: await all(n, job => crowd.named(job, job % agents)) },
  ]
}

/** Tasks that are submitted at once in W9, and blocks that their rate is told of. */
const SUBMITTING = 1_000
const BLOCKS = 10

/** The figures of W9 while tasks come in: the rate of each block until it is acknowledged, and of the last one to the first. */
export async function backlogSamples(
  n: number,
  enqueue: (index: number) => Promise<unknown>,
): Promise<Sample[]> {
  const blocks: { readonly part: string; readonly rate: number }[] = []
  for (let block = 0; block < BLOCKS; block++) {
    const from = Math.floor((block * n) / BLOCKS)
    const to = Math.floor(((block + 1) * n) / BLOCKS)
    const { ms } = await cost(() => closedLoop(to - from, SUBMITTING, index => enqueue(from + index)))
    blocks.push({ part: `${from + 1} to ${to}`, rate: ((to - from) / ms) * 1_000 })
  }
  const rates = blocks.map(({ rate }) => rate)
  const [first = 0] = rates
  return [
    ...blocks.map(({ part, rate }) => ({ metric: 'tasks_per_s', part, value: rate })),
    { metric: 'ratio_to_first', part: 'last block', value: (rates.at(-1) ?? 0) / first },
    { metric: 'ratio_to_first', part: 'slowest block', value: Math.min(...rates) / first },
  ]
}

const LENGTHS = [10, 100, 1_000, 5_000]

/** The lengths of W5 up to a longest one. */
export const lengthsUpTo = (longest: number): number[] => LENGTHS.filter(length => length <= longest)

/**
 * The figures of W5: ms a step of a chain that has the system to itself. Short chains are repeated until they are 1,000 steps
 * together, after as many that are not measured: else the first ones would show the compiler.
 */
export async function growthSamples(
  longest: number,
  chain: (length: number) => Promise<unknown>,
): Promise<Sample[]> {
  const lengths = lengthsUpTo(longest)
  for (let steps = 0; steps < Math.min(2_000, 2 * longest); steps += 100) await chain(100)
  const found = new Map<number, { readonly ms: number; readonly cpuMs: number }>()
  for (const length of lengths) {
    const times = Math.max(1, Math.round(Math.min(1_000, longest) / length))
    const { ms, cpuMs } = await cost(async () => {
      for (let round = 0; round < times; round++) await chain(length)
    })
    found.set(length, { ms: ms / (times * length), cpuMs: cpuMs / (times * length) })
  }
  const base = found.get(100)?.ms ?? Number.NaN
  return [...found].flatMap(([length, { ms, cpuMs }]) => [
    { metric: 'ms_per_step', part: `steps=${length}`, value: ms },
    { metric: 'cpu_us_per_step', part: `steps=${length}`, value: cpuMs * 1_000 },
    ...(length > 100 ? [{ metric: 'ratio_to_100', part: `steps=${length}`, value: ms / base }] : []),
  ])
}
