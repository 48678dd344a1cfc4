/** The SQLite limit of W3: a table of jobs and ten workers. */
import type { Params, Sample } from '../case.ts'
import { queueSamples, WORKERS } from '../load.ts'
import { Jobs } from './jobs.ts'

export async function program({ n, dir }: Params): Promise<readonly Sample[]> {
  const jobs = new Jobs(dir)
  const samples = await queueSamples(n, async () => {
    await Promise.all(Array.from({ length: n }, (_, id) => jobs.enqueue(id)))
    await Promise.all(Array.from({ length: WORKERS }, () => jobs.work()))
  })
  jobs.close()
  return samples
}
