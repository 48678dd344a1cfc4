/** Memory of this process after garbage was collected; needs `--expose-gc`. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sample } from './case.ts'

const MB = 1024 * 1024

export interface Memory {
  readonly rss: number
  readonly heapUsed: number
}

export async function memoryInUse(): Promise<Memory> {
  const collect = globalThis.gc
  if (collect === undefined) throw new Error('start Node with --expose-gc')
  for (let round = 0; round < 3; round++) {
    await collect({ type: 'major', execution: 'async' })
    await sleep(50)
  }
  return process.memoryUsage()
}

export function memorySamples(before: Memory, after: Memory, actors: number): Sample[] {
  return [
    { metric: 'rss_mb', value: after.rss / MB },
    { metric: 'rss_growth_mb', value: (after.rss - before.rss) / MB },
    { metric: 'heap_growth_mb', value: (after.heapUsed - before.heapUsed) / MB },
    { metric: 'heap_bytes_per_actor', value: (after.heapUsed - before.heapUsed) / actors },
  ]
}

/** The process as a whole, and the most that it ever had. */
export async function footprint(part?: string): Promise<readonly Sample[]> {
  const { rss, heapUsed } = await memoryInUse()
  return [
    { metric: 'rss_mb', part, value: rss / MB },
    { metric: 'heap_mb', part, value: heapUsed / MB },
    { metric: 'peak_rss_mb', part, value: process.resourceUsage().maxRSS / 1024 },
  ]
}
