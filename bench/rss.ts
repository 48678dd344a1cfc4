/** The resident set of this process after garbage was collected; needs `--expose-gc`. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sample } from './case.ts'

const MB = 1024 * 1024

export async function rss(): Promise<number> {
  const collect = globalThis.gc
  if (collect === undefined) throw new Error('start Node with --expose-gc')
  for (let round = 0; round < 3; round++) {
    await collect({ type: 'major', execution: 'async' })
    await sleep(50)
  }
  return process.memoryUsage().rss
}

export function residentMb(before: number, after: number, actors: number): Sample[] {
  return [
    { metric: 'rss_mb', value: after / MB },
    { metric: 'rss_growth_mb', value: (after - before) / MB },
    { metric: 'rss_bytes_per_actor', value: (after - before) / actors },
  ]
}
