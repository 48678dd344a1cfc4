/** The XState limit of W2, in memory: one actor a task. None has a parent: children of one parent cost more with each. */
import type { Params, Sample } from '../case.ts'
import { fanOutSamples } from '../load.ts'
import { runStep } from './machines.ts'

export async function program({ n }: Params): Promise<readonly Sample[]> {
  return fanOutSamples(n, () => Promise.all(Array.from({ length: n }, (_, index) => runStep(index))))
}
