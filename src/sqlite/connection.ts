/**
 * Connection: one open database with its settings and its prepared statements. Knows SQL, and nothing of
 * journals.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { failed } from './failure.ts'

/** How long a statement waits for another program that holds the file, in milliseconds. */
const BUSY_TIMEOUT = 2000
/** Pages of 4,096 bytes that the write-ahead log may hold before a commit copies them into the file. */
const WAL_PAGES = 3_000

export class Connection {
  readonly db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(file: string, options: { readOnly: boolean }) {
    this.db = new DatabaseSync(file, options)
    this.db.exec(
      `PRAGMA busy_timeout = ${BUSY_TIMEOUT}; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF`,
    )
  }

  /** Settings of the owner. `fresh` says that the file is still empty, when its layout can be chosen. */
  configure(options: { fresh: boolean; durability: 'full' | 'normal' }): void {
    if (options.fresh) this.db.exec('PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL')
    const mode = this.db.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']
    if (mode !== 'wal')
      throw failed(new Error(`this file system cannot hold a write-ahead log (${String(mode)})`))
    this.db.exec(`PRAGMA synchronous = ${options.durability === 'full' ? 'FULL' : 'NORMAL'};
      PRAGMA wal_autocheckpoint = ${WAL_PAGES}; PRAGMA journal_size_limit = ${WAL_PAGES * 4096 * 2};
      PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON`)
  }

  /** The prepared statement of a constant text. */
  sql(text: string): StatementSync {
    let statement = this.#statements.get(text)
    if (statement === undefined) this.#statements.set(text, (statement = this.db.prepare(text)))
    return statement
  }

  /** All of the work, or nothing of it. */
  transaction(work: () => void): void {
    this.sql('BEGIN IMMEDIATE').run()
    try {
      work()
      this.sql('COMMIT').run()
    } catch (error) {
      this.#rollback()
      throw error
    }
  }

  /** Several reads that see one state, whatever another process writes meanwhile. */
  snapshot<T>(work: () => T): T {
    this.sql('BEGIN').run()
    try {
      return work()
    } finally {
      this.#rollback()
    }
  }

  #rollback(): void {
    try {
      this.sql('ROLLBACK').run()
    } catch {
      // After some errors SQLite has rolled back already.
    }
  }

  close(): void {
    this.#statements.clear()
    this.db.close()
  }
}
