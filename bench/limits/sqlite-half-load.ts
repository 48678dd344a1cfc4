/** The SQLite limit of W3 at half load, which is half of what this queue can do. A worker that finds no job waits until one was enqueued. */
import type { Params, Sample } from '../case.ts'
import { halfLoadSamples, WORKERS } from '../load.ts'
import { Jobs } from './jobs.ts'

export async function program({ n, dir }: Params): Promise<readonly Sample[]> {
  const jobs = new Jobs(dir)
  const done = new Map<number, () => void>()
  let idle = WORKERS
  let ready = 0
  const work = async (): Promise<void> => {
    idle--
    await jobs.work(undefined, id => done.get(id)?.())
    idle++
    // One that was enqueued while this worker looked, and found all of them busy.
    if (ready > WORKERS - idle) void work()
  }
  const samples = await halfLoadSamples(n, async (id, acknowledged) => {
    const ended = new Promise<void>(resolve => {
      done.set(id, resolve)
    })
    await jobs.enqueue(id)
    acknowledged()
    ready++
    if (idle > 0) void work()
    await ended
    ready--
    done.delete(id)
  })
  jobs.close()
  return samples
}
