/**
 * Fence: the highest token that ever came to a resource of this machine, kept in a file beside it. Only one act at a time, among all
 * processes, and none with a lower token than one that came before. The operating system lets go of it when a process dies; one that
 * is stopped in the middle of an act holds up the others, and never overtakes them. It knows no lock and no hub.
 */
import { DatabaseSync } from 'node:sqlite'
import { StatorError } from '../errors.ts'

/** How long it waits for another process that is in the middle of an act, in milliseconds. */
const BUSY_TIMEOUT = 5_000

export interface Fence {
  /** The highest token that came; 0 where none did. @throws StatorError STORE_FAILED */
  highest(): number
  /**
   * From now on lower tokens are refused; and acts, alone. What `act` gives is given back.
   * @throws StatorError STALE_TOKEN: a higher one came; INPUT_INVALID: no token; STORE_FAILED; and what `act` throws
   */
  pass<T>(token: number, act: () => T): T
}

/**
 * A fence in the file at `path`, which is made when it is not there. Give it a name beside what it guards, and only to those who write
 * that. `act` must not be asynchronous.
 */
export function fence(path: string): Fence {
  return {
    highest: () => using(path, highestIn),
    pass: (token, act) => {
      if (!Number.isSafeInteger(token) || token < 1)
        throw new StatorError('INPUT_INVALID', { token, expected: 'the token of a lock' })
      return using(path, db => {
        // Durable before anything is done: a crash in the middle lets no older one through.
        alone(db, path, token, () => {
          db.prepare('INSERT OR REPLACE INTO fence (id, highest) VALUES (1, ?)').run(token)
        })
        // Somebody newer may have come in between: the last look and the act are one.
        return alone(db, path, token, act)
      })
    },
  }
}

function using<T>(path: string, work: (db: DatabaseSync) => T): T {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path)
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}; PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS fence (id INTEGER PRIMARY KEY, highest INTEGER NOT NULL)`)
    return work(db)
  } catch (error) {
    throw isSqlite(error) ? new StatorError('STORE_FAILED', { path }, { cause: error }) : error
  } finally {
    db?.close()
  }
}

/** With nobody else in it, if no higher token has come. */
function alone<T>(db: DatabaseSync, path: string, token: number, act: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const highest = highestIn(db)
    if (token < highest) throw new StatorError('STALE_TOKEN', { path, token, highest })
    const made = act()
    db.exec('COMMIT')
    return made
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

function highestIn(db: DatabaseSync): number {
  const row = db.prepare('SELECT highest FROM fence WHERE id = 1').get()
  return Number(row?.['highest'] ?? 0)
}

const isSqlite = (error: unknown): boolean =>
  (error as { code?: unknown } | null)?.code === 'ERR_SQLITE_ERROR'
