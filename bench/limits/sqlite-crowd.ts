/** The SQLite limit of W3 with many workers: a row for each; all claim from the jobs of anyone, or each from its own. */
import type { Params, Sample } from '../case.ts'
import { crowdSamples } from '../load.ts'
import { ANYONE, Jobs } from './jobs.ts'

export async function program({ n, dir }: Params): Promise<readonly Sample[]> {
  const jobs = new Jobs(dir)
  jobs.group.db.exec('CREATE TABLE workers (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)')
  const insert = jobs.group.db.prepare('INSERT INTO workers (id, name) VALUES (?, ?)')
  const idle = new Set<number>()
  const job = async (id: number, worker: number): Promise<void> => {
    await jobs.enqueue(id, worker)
    // All jobs were enqueued in that one commit, so a worker that is at it goes on until nothing is left for it.
    const free = worker === ANYONE ? idle.values().next().value : worker
    if (free === undefined || !idle.delete(free)) return
    await jobs.work(worker)
    idle.add(free)
  }
  const samples = await crowdSamples(n, Math.ceil(n / 2), {
    register: async index => {
      await jobs.group.commit(() => insert.run(index + 1, `agent-${index}`))
      idle.add(index + 1)
    },
    anyone: id => job(id, ANYONE),
    named: (id, index) => job(n + id, index + 1),
  })
  jobs.close()
  return samples
}
