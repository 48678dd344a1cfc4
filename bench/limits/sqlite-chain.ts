/** The SQLite limit of W1: one row a step, durable before the next step starts. */
import { join } from 'node:path'
import type { Params, Sample } from '../case.ts'
import { chainSamples, STEPS } from '../load.ts'
import { Steps } from './group-commit.ts'

export async function program({ n, dir }: Params): Promise<readonly Sample[]> {
  const steps = new Steps(join(dir, 'limit.db'))
  const samples = await chainSamples(n, async workflow => {
    for (let step = 0; step < STEPS; step++) await steps.done(workflow, step)
  })
  steps.group.close()
  return samples
}
