/**
 * Records: reading the one table that grows. Every row that is fetched is counted, so that tests can hold
 * queries to not reading everything. Nothing here writes, and nothing here knows what a record means.
 */
import type { JournalRecord } from '../runtime/record.ts'
import type { Connection } from './connection.ts'

const COLUMNS = 'seq, at, head, data, sum, dataSum'
const PAGE = 256

export class Records {
  /** Rows fetched since the connection was opened. */
  fetched = 0
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  get(seq: number): JournalRecord | undefined {
    const row = this.#connection.sql(`SELECT ${COLUMNS} FROM records WHERE seq = ?`).get(seq)
    return row === undefined ? undefined : this.#record(row)
  }

  /** The time of a record; never, where there is none. */
  at(seq: number): number {
    this.fetched += 1
    const row = this.#connection.sql('SELECT at FROM records WHERE seq = ?').get(seq)
    return row === undefined ? Number.POSITIVE_INFINITY : Number(row['at'])
  }

  /** The last position; 0 where there is no record. */
  lastSeq(): number {
    return Number(this.#connection.sql('SELECT max(seq) AS seq FROM records').get()?.['seq'] ?? 0)
  }

  /** Records after a position and before another, ascending. */
  read(after: number, before: number, limit: number): JournalRecord[] {
    const sql = `SELECT ${COLUMNS} FROM records WHERE seq > ? AND seq < ? ORDER BY seq LIMIT ?`
    return this.#connection
      .sql(sql)
      .all(clamp(after), clamp(before), clamp(limit))
      .map(row => this.#record(row))
  }

  /** The same records one after the other, from either end, holding a page at a time. */
  *scan(after: number, before: number, order: 'asc' | 'desc'): Iterable<JournalRecord> {
    const sql = `SELECT ${COLUMNS} FROM records WHERE seq > ? AND seq < ? ORDER BY seq ${order} LIMIT ${PAGE}`
    let [low, high] = [clamp(after), clamp(before)]
    for (;;) {
      const rows = this.#connection.sql(sql).all(low, high)
      for (const row of rows) yield this.#record(row)
      const end = rows.at(-1)
      if (end === undefined || rows.length < PAGE) return
      if (order === 'asc') low = Number(end['seq'])
      else high = Number(end['seq'])
    }
  }

  #record(row: Record<string, unknown>): JournalRecord {
    this.fetched += 1
    const { seq, at, head, data, sum, dataSum } = row as unknown as JournalRecord
    return { seq, at, head, data, sum, dataSum }
  }
}

/** SQLite takes no infinity where it wants an integer. */
function clamp(value: number): number {
  return Math.max(-1, Math.min(value, Number.MAX_SAFE_INTEGER))
}
