/**
 * Prune: erases finished runs and drops the prefix that nobody needs, a bounded number of rows at a time.
 * Each transaction leaves a journal that is whole: an erased payload keeps its checksum, and a dropped prefix
 * its anchor. Dying in between leaves some of the work undone, never half done; pruning again finishes it.
 */
import { decode, type JournalRecord } from '../runtime/record.ts'
import { blockOf, firstOf, unpack } from './blocks.ts'
import type { Meta } from './meta.ts'
import { posted, type Bounds, type Source } from './query.ts'
import { pragma } from './schema.ts'

/**
 * Up to so many runs, each is looked up in a block by itself; for more, the block's runs are read through.
 */
const FEW = 100
/** Pages given back to the file system in one transaction. */
const VACUUM_PAGES = 256

/** Erases payloads, sub-results and keys. `chunk` is the number of rows in a transaction. */
export function erase(source: Source, bounds: Bounds, runs: readonly string[], chunk: number): void {
  if (runs.length === 0) return
  const { connection } = source
  // The record that ended a run goes last: as long as it has its payload, the run is known to be there.
  for (let i = 0; i < runs.length; i += chunk) {
    connection.transaction(() => {
      for (const run of runs.slice(i, i + chunk)) {
        connection.sql('DELETE FROM results WHERE root = ?').run(run)
        connection.sql('DELETE FROM keys WHERE root = ?').run(run)
      }
    })
  }
  let waiting: number[] = []
  const flush = (): void => {
    if (waiting.length === 0) return
    connection.transaction(() => {
      for (const seq of waiting) connection.sql('UPDATE records SET data = NULL WHERE seq = ?').run(seq)
    })
    waiting = []
  }
  for (const seq of recordsOf(source, bounds, new Set(runs))) if (waiting.push(seq) >= chunk) flush()
  flush()
}

function* recordsOf(source: Source, { anchor, last }: Bounds, runs: ReadonlySet<string>): Iterable<number> {
  const complete = Math.floor(last / source.block)
  for (let block = blockOf(anchor + 1, source.block); block < complete; block++) {
    const first = firstOf(block, source.block)
    // Among them may be records that were dropped since; nothing is there to erase.
    for (const offset of offsetsOf(source, block, runs)) yield first + offset
  }
  for (const record of source.records.scan(Math.max(anchor, complete * source.block), last + 1, 'asc')) {
    if (runs.has(decode(record).correlationId)) yield record.seq
  }
}

function offsetsOf(source: Source, block: number, runs: ReadonlySet<string>): number[] {
  if (runs.size <= FEW) return [...runs].flatMap(run => posted(source, block, `c:${run}`))
  const sql = "SELECT key, seqs FROM postings WHERE block = ? AND key >= 'c:' AND key < 'c;'"
  const rows = source.connection.sql(sql).all(block)
  return rows.flatMap(row =>
    runs.has(String(row['key']).slice(2)) ? unpack(row['seqs'], block, source.block) : [],
  )
}

/** Drops records after the anchor up to a position; `write` puts the new anchor into the same transaction. */
export function drop(
  source: Source,
  meta: Meta,
  dropTo: number,
  chunk: number,
  write: (meta: Meta) => void,
): void {
  const { connection, records } = source
  let anchor = meta.anchorSeq
  while (anchor < dropTo) {
    const end: JournalRecord | undefined = records.get(Math.min(dropTo, anchor + chunk))
    if (end === undefined) return
    anchor = end.seq
    connection.transaction(() => {
      connection.sql('DELETE FROM records WHERE seq <= ?').run(end.seq)
      connection.sql('DELETE FROM postings WHERE block < ?').run(blockOf(end.seq + 1, source.block))
      write({ ...meta, anchorSeq: end.seq, anchorAt: end.at, anchorSum: end.sum })
    })
  }
}

/** Takes away cached results that have expired at `now`, or whose record is no more what it was. */
export function forget({ connection }: Source, now: number | undefined, chunk: number): void {
  const sql = `SELECT key, (expires <= ? OR NOT EXISTS
    (SELECT 1 FROM records WHERE records.seq = cached.seq AND records.data IS NOT NULL)) AS gone
    FROM cached WHERE key > ? ORDER BY key LIMIT ?`
  for (let after = ''; ;) {
    const rows = connection.sql(sql).all(now ?? -1, after, chunk)
    const gone = rows.filter(row => row['gone'] === 1)
    if (gone.length > 0)
      connection.transaction(() => {
        for (const row of gone) connection.sql('DELETE FROM cached WHERE key = ?').run(String(row['key']))
      })
    const end = rows.at(-1)
    if (end === undefined || rows.length < chunk) return
    after = String(end['key'])
  }
}

/** Gives free pages back once they are more than a quarter of the file; fewer wait to be used again. */
export function reclaim({ connection }: Source): void {
  const { db } = connection
  const total = pragma(db, 'page_count')
  for (let free = pragma(db, 'freelist_count'); free * 4 > total;) {
    db.prepare(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`).all()
    const left = pragma(db, 'freelist_count')
    if (left >= free) break
    free = left
  }
  db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all()
}
