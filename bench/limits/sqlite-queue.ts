/** The SQLite limit of W3: a table of jobs; workers claim the first one by priority and age, and mark it as done. */
import { join } from 'node:path'
import type { Params, Sample } from '../case.ts'
import { queueSamples } from '../load.ts'
import { GroupCommit, ROW_BYTES } from './group-commit.ts'

const WORKERS = 10
const data = 'x'.repeat(ROW_BYTES - 8)

export async function program({ n, dir }: Params): Promise<readonly Sample[]> {
  const group = new GroupCommit(join(dir, 'limit.db'))
  group.db.exec(
    'CREATE TABLE jobs (id INTEGER PRIMARY KEY, priority INTEGER NOT NULL, state INTEGER NOT NULL, data TEXT)',
  )
  group.db.exec('CREATE INDEX ready ON jobs (priority, id) WHERE state = 0')
  const insert = group.db.prepare('INSERT INTO jobs (id, priority, state, data) VALUES (?, ?, 0, ?)')
  const claim = group.db.prepare(
    `UPDATE jobs SET state = 1 WHERE id =
      (SELECT id FROM jobs WHERE state = 0 ORDER BY priority, id LIMIT 1) RETURNING id`,
  )
  const finish = group.db.prepare('UPDATE jobs SET state = 2 WHERE id = ?')
  // The end of a job and the claim of the next are one transaction.
  const turn = (last: number | undefined): Promise<number | undefined> => {
    let row: Record<string, unknown> | undefined
    const committed = group.commit(() => {
      if (last !== undefined) finish.run(last)
      row = claim.get()
    })
    return committed.then(() => (row === undefined ? undefined : Number(row['id'])))
  }
  const worker = async (): Promise<void> => {
    for (let job = await turn(undefined); job !== undefined;) job = await turn(job)
  }
  const samples = await queueSamples(n, async () => {
    const enqueued = Array.from({ length: n }, (_, id) => group.commit(() => insert.run(id, id % 4, data)))
    await Promise.all(enqueued)
    await Promise.all(Array.from({ length: WORKERS }, worker))
  })
  group.close()
  return samples
}
