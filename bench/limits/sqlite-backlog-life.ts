/** One life of the SQLite limit of W9: rows are all there is to a backlog, and nothing of them is kept in memory. */
import type { Params, Sample } from '../case.ts'
import { readyToDie } from '../life.ts'
import { backlogSamples } from '../load.ts'
import { footprint } from '../rss.ts'
import { Jobs } from './jobs.ts'

export async function program({ n, dir, mode }: Params): Promise<readonly Sample[]> {
  const began = performance.now()
  const jobs = new Jobs(dir)
  if (mode.startsWith('first')) {
    const rates = await backlogSamples(n, id => jobs.enqueue(id))
    readyToDie([...rates, ...(await footprint())])
    // Killed here; the timer keeps the process until then.
    return new Promise(() => setInterval(() => {}, 1_000))
  }
  await jobs.turn(undefined)
  const recovery = performance.now() - began
  process.send?.({ done: true })
  const samples = await footprint('after the restart')
  jobs.close()
  return [{ metric: 'recovery_ms', value: recovery }, ...samples]
}
