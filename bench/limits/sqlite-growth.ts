/** The SQLite limit of W5: one row a step, one commit a row. */
import { join } from 'node:path'
import type { Params, Sample } from '../case.ts'
import { growthSamples } from '../load.ts'
import { Steps } from './group-commit.ts'

export async function program({ n, dir }: Params): Promise<readonly Sample[]> {
  const steps = new Steps(join(dir, 'limit.db'))
  const samples = await growthSamples(n, async length => {
    for (let step = 0; step < length; step++) await steps.done(length, step)
  })
  steps.group.close()
  return samples
}
