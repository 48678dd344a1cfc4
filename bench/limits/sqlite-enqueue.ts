/** The SQLite limit of W3, enqueue only: the same inserts, and nobody works. */
import type { Params, Sample } from '../case.ts'
import { queueSamples } from '../load.ts'
import { Jobs } from './jobs.ts'

export async function program({ n, dir }: Params): Promise<readonly Sample[]> {
  const jobs = new Jobs(dir)
  const samples = await queueSamples(n, () =>
    Promise.all(Array.from({ length: n }, (_, id) => jobs.enqueue(id))),
  )
  jobs.close()
  return samples
}
