/** The XState limit of W8: the same workflows as one machine each, one after the other, with no journal, no fault and no check. */
import type { Params, Sample } from '../case.ts'
import { cost } from '../load.ts'
import { runChain } from './machines.ts'

export async function program({ n, mode }: Params): Promise<readonly Sample[]> {
  const steps = mode === 'five' ? 5 : 2
  const { ms, cpuMs } = await cost(async () => {
    for (let run = 0; run < n; run++) await runChain(steps)
  })
  return [
    { metric: 'runs_per_s', value: (n * 1_000) / ms },
    { metric: 's', value: ms / 1_000 },
    { metric: 'cpu_us_per_run', value: (cpuMs * 1_000) / n },
  ]
}
