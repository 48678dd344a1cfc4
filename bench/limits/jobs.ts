/** Jobs: a table of them in SQLite; workers claim the first one by priority and age, and mark it as done. What the limits of W3 and W9 share. */
import { join } from 'node:path'
import { GroupCommit, ROW_BYTES } from './group-commit.ts'

const data = 'x'.repeat(ROW_BYTES - 8)
/** The worker of a job that anybody may do. */
export const ANYONE = 0

export class Jobs {
  readonly group: GroupCommit
  readonly #insert
  readonly #claim
  readonly #finish

  constructor(dir: string) {
    this.group = new GroupCommit(join(dir, 'limit.db'))
    const { db } = this.group
    db.exec(
      `CREATE TABLE IF NOT EXISTS jobs
        (id INTEGER PRIMARY KEY, priority INTEGER NOT NULL, state INTEGER NOT NULL, worker INTEGER NOT NULL, data TEXT)`,
    )
    db.exec('CREATE INDEX IF NOT EXISTS ready ON jobs (worker, priority, id) WHERE state = 0')
    this.#insert = db.prepare('INSERT INTO jobs (id, priority, state, worker, data) VALUES (?, ?, 0, ?, ?)')
    this.#claim = db.prepare(
      `UPDATE jobs SET state = 1 WHERE id =
        (SELECT id FROM jobs WHERE state = 0 AND worker = ? ORDER BY priority, id LIMIT 1) RETURNING id`,
    )
    this.#finish = db.prepare('UPDATE jobs SET state = 2 WHERE id = ?')
  }

  /** Settles when the job is on disk. */
  enqueue(id: number, worker = ANYONE): Promise<void> {
    return this.group.commit(() => this.#insert.run(id, id % 4, worker, data))
  }

  /** The end of a job and the claim of the next are one transaction. Undefined where there is no next. */
  async turn(last: number | undefined, worker = ANYONE): Promise<number | undefined> {
    let row: Record<string, unknown> | undefined
    await this.group.commit(() => {
      if (last !== undefined) this.#finish.run(last)
      row = this.#claim.get(worker)
    })
    return row === undefined ? undefined : Number(row['id'])
  }

  /** A worker that ends when no job is left for it. */
  async work(worker = ANYONE, done: (job: number) => void = () => {}): Promise<void> {
    let last: number | undefined
    do {
      const next = await this.turn(last, worker)
      if (last !== undefined) done(last)
      last = next
    } while (last !== undefined)
  }

  close(): void {
    this.group.close()
  }
}
