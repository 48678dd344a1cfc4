/** The XState limits of W1, in memory: one machine a workflow, or one actor a step. */
import type { Params, Sample } from '../case.ts'
import { chainSamples, STEPS } from '../load.ts'
import { runChain, runStep } from './machines.ts'

export async function program({ n, mode }: Params): Promise<readonly Sample[]> {
  return chainSamples(n, async index => {
    if (mode === 'machines') await runChain(STEPS)
    else for (let step = 0; step < STEPS; step++) await runStep(index)
  })
}
