/** The XState limit of W3, in memory: one actor a job, an array for each priority, ten workers. */
import type { Params, Sample } from '../case.ts'
import { queueSamples } from '../load.ts'
import { createStep, finishStep, type StepActor } from './machines.ts'

const WORKERS = 10

export async function program({ n }: Params): Promise<readonly Sample[]> {
  return queueSamples(n, async () => {
    const queues: StepActor[][] = [[], [], [], []]
    for (let index = 0; index < n; index++) queues[index % 4]?.push(createStep(index))
    const jobs = queues.flat()
    let next = 0
    const worker = async (): Promise<void> => {
      for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) await finishStep(job, next)
    }
    await Promise.all(Array.from({ length: WORKERS }, worker))
  })
}
