/**
 * Places: memory and SQLite as the suite wants them. Small blocks and chunks make every limit be met by few
 * records.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Journal } from '../../src/runtime/journal.ts'
import { emptyMemory, memory } from '../../src/runtime/memory-journal.ts'
import type { JournalRecord } from '../../src/runtime/record.ts'
import { SqliteJournal, TUNING, type Tuning } from '../../src/sqlite/journal.ts'
import type { JournalPlace } from '../../src/testing/journal-suite/index.ts'

export const SMALL: Tuning = { ...TUNING, block: 8, chunk: 3 }

export function memoryPlace(): JournalPlace {
  const state = emptyMemory()
  return {
    journal: () => memory(state),
    tamper(seq, change) {
      const index = state.records.findIndex(record => record.seq === seq)
      const changed = change(state.records[index] as JournalRecord)
      state.records.splice(index, 1, ...(changed === null ? [] : [changed]))
    },
    dispose: () => undefined,
  }
}

export interface SqlitePlace extends JournalPlace {
  readonly folder: string
  readonly file: string
  /** Runs statements on the file, past the journal. */
  readonly sql: (work: (db: DatabaseSync) => void) => void
}

export function sqlitePlace(tuning: Tuning = TUNING): SqlitePlace {
  const folder = mkdtempSync(join(tmpdir(), 'stator-journal-'))
  const file = join(folder, 'journal.db')
  const opened: Journal[] = []
  const sql = (work: (db: DatabaseSync) => void): void => {
    const db = new DatabaseSync(file)
    try {
      work(db)
    } finally {
      db.close()
    }
  }
  return {
    folder,
    file,
    sql,
    journal() {
      const journal = new SqliteJournal(file, tuning)
      opened.push(journal)
      return journal
    },
    tamper: (seq, change) => sql(db => tamper(db, seq, change)),
    dispose() {
      for (const journal of opened) journal.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function tamper(
  db: DatabaseSync,
  seq: number,
  change: (record: JournalRecord) => JournalRecord | null,
): void {
  const record = db.prepare('SELECT seq, at, head, data, sum, dataSum FROM records WHERE seq = ?').get(seq)
  const changed = change({ ...record } as unknown as JournalRecord)
  db.prepare('DELETE FROM records WHERE seq = ?').run(seq)
  if (changed === null) return
  const { at, head, data, sum, dataSum } = changed
  const insert = 'INSERT INTO records (seq, at, head, data, sum, dataSum) VALUES (?, ?, ?, ?, ?, ?)'
  db.prepare(insert).run(seq, at, head, data, sum, dataSum)
}
