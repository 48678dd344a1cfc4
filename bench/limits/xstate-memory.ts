/** The XState limit of W7: live actors that wait for their second event, kept by address in a map, and nothing else. */
import type { Params, Sample } from '../case.ts'
import { memoryInUse, memorySamples } from '../rss.ts'
import { createStep, type StepActor } from './machines.ts'

export async function program({ n }: Params): Promise<readonly Sample[]> {
  const actors = new Map<string, StepActor>()
  const before = await memoryInUse()
  for (let index = 0; index < n; index++) actors.set(`task/${index}`, createStep(index))
  const after = await memoryInUse()
  return [...memorySamples(before, after, actors.size), { metric: 'actors_in_memory', value: actors.size }]
}
