/** Load: a closed loop, and what a stretch of work cost. Knows no Stator: the limits are measured with the same code. */
import type { Sample } from './case.ts'
import { quantile } from './figures.ts'

/** Workflows that are under way at once, where the workload does not say otherwise. */
export const IN_FLIGHT = 100
/** Steps of a workflow in W1 and W6. */
export const STEPS = 10

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
  const warm = []
  for (let round = 0; round < WARM; round++) warm.push((await cost(fanOut)).ms)
  return [
    { metric: 'tasks_per_s', part: 'cold', value: (n / cold.ms) * 1000 },
    { metric: 'tasks_per_s', part: 'warm', value: (n / quantile(warm, 0.5)) * 1000 },
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
  const found = new Map<number, number>()
  for (const length of lengths) {
    const times = Math.max(1, Math.round(Math.min(1_000, longest) / length))
    const { ms } = await cost(async () => {
      for (let round = 0; round < times; round++) await chain(length)
    })
    found.set(length, ms / (times * length))
  }
  const base = found.get(100) ?? Number.NaN
  return [...found].flatMap(([length, ms]) => [
    { metric: 'ms_per_step', part: `steps=${length}`, value: ms },
    ...(length > 100 ? [{ metric: 'ratio_to_100', part: `steps=${length}`, value: ms / base }] : []),
  ])
}
