/** The XState limit of W5, in memory: one machine, whatever the number of its steps. */
import type { Params, Sample } from '../case.ts'
import { growthSamples } from '../load.ts'
import { runChain } from './machines.ts'

export async function program({ n }: Params): Promise<readonly Sample[]> {
  return growthSamples(n, runChain)
}
