/** The SQLite limit of W2: one row a task, all of a fan-out together. */
import { join } from 'node:path'
import type { Params, Sample } from '../case.ts'
import { fanOutSamples } from '../load.ts'
import { Steps } from './group-commit.ts'

export async function program({ n, dir }: Params): Promise<readonly Sample[]> {
  const steps = new Steps(join(dir, 'limit.db'))
  const samples = await fanOutSamples(n, () =>
    Promise.all(Array.from({ length: n }, (_, index) => steps.done(0, index))),
  )
  steps.group.close()
  return samples
}
