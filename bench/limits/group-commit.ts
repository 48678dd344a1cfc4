/**
 * Group commit: rows appended to a SQLite file with the journal's durability (WAL, synchronous=FULL), all that arrive
 * between two turns of the event loop in one transaction. What any durable runtime on SQLite must at least do.
 */
import { DatabaseSync } from 'node:sqlite'

/** Bytes of a row: what a record of Stator has in W1 on average, header and payload. */
export const ROW_BYTES = 260

const data = 'x'.repeat(ROW_BYTES - 8)

export class GroupCommit {
  readonly db: DatabaseSync
  #waiting: { write: () => void; resolve: () => void }[] = []
  #scheduled = false

  constructor(file: string) {
    this.db = new DatabaseSync(file)
    this.db.exec('PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    this.db.exec('PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16000')
  }

  /** Resolves when what `write` did is on disk. */
  commit(write: () => void): Promise<void> {
    if (!this.#scheduled) {
      this.#scheduled = true
      setImmediate(() => this.#flush())
    }
    return new Promise(resolve => {
      this.#waiting.push({ write, resolve })
    })
  }

  close(): void {
    this.db.close()
  }

  #flush(): void {
    this.#scheduled = false
    const batch = this.#waiting
    this.#waiting = []
    this.db.exec('BEGIN IMMEDIATE')
    for (const { write } of batch) write()
    this.db.exec('COMMIT')
    for (const { resolve } of batch) resolve()
  }
}

/** A table of finished steps, one row each. */
export class Steps {
  readonly group: GroupCommit
  readonly #insert

  constructor(file: string) {
    this.group = new GroupCommit(file)
    this.group.db.exec(
      'CREATE TABLE IF NOT EXISTS steps (seq INTEGER PRIMARY KEY, workflow INTEGER NOT NULL, step INTEGER NOT NULL, data TEXT)',
    )
    this.#insert = this.group.db.prepare('INSERT INTO steps (workflow, step, data) VALUES (?, ?, ?)')
  }

  done(workflow: number, step: number): Promise<void> {
    return this.group.commit(() => this.#insert.run(workflow, step, data))
  }

  /** Steps that each workflow has done. */
  progress(): Map<number, number> {
    const rows = this.group.db
      .prepare('SELECT workflow, max(step) + 1 AS done FROM steps GROUP BY workflow')
      .all()
    return new Map(rows.map(row => [Number(row['workflow']), Number(row['done'])]))
  }
}
