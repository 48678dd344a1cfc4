/**
 * Verify: finds the first bad position. The tail is checked at every opening; the whole file (structure,
 * chain, postings, other tables) on request. Reads one row after the other, holds one block, repairs nothing.
 */
import type { Link } from '../runtime/journal.ts'
import { decode, intact, type JournalRecord } from '../runtime/record.ts'
import { blockOf, firstOf, post, unpack, type Postings } from './blocks.ts'
import { damaged, translated } from './failure.ts'
import { checked, FILTER_KEY, mayHave } from './filters.ts'
import type { Meta } from './meta.ts'
import type { Source } from './query.ts'
import { checkTables } from './tables.ts'

export const anchorOf = (meta: Meta): Link => ({
  seq: meta.anchorSeq,
  at: meta.anchorAt,
  sum: meta.anchorSum,
})

/** Checks what recovery will read, and returns it, with where it ends. @throws StatorError JOURNAL_DAMAGED */
export function verifyTail(source: Source, meta: Meta): { records: JournalRecord[]; last: Link } {
  const records: JournalRecord[] = []
  const anchor = anchorOf(meta)
  let link: Link = anchor
  if (meta.tailAfter > anchor.seq) {
    const before = source.records.get(meta.tailAfter)
    if (before === undefined) throw damaged(meta.tailAfter, 'missing')
    link = before
  }
  for (const record of source.records.scan(link.seq, Number.POSITIVE_INFINITY, 'asc')) {
    if (!follows(record, link)) throw damaged(link.seq + 1, 'chain')
    records.push(record)
    link = record
  }
  checkEnd(source, meta, link)
  return { records, last: { seq: link.seq, at: link.at, sum: link.sum } }
}

/** @returns the first bad position, 0 for damage outside the records, or null */
export function verifyAll(source: Source, read: () => Meta): { readonly firstBad: number } | null {
  let link: Link = { seq: -1, at: 0, sum: 0 }
  try {
    const meta = read()
    link = anchorOf(meta)
    let postings: Postings = new Map()
    for (const record of source.records.scan(link.seq, Number.POSITIVE_INFINITY, 'asc')) {
      if (!follows(record, link)) return { firstBad: link.seq + 1 }
      link = { seq: record.seq, at: record.at, sum: record.sum }
      const block = blockOf(record.seq, source.block)
      post(postings, decode(record), record.seq - firstOf(block, source.block))
      if (record.seq !== firstOf(block + 1, source.block) - 1) continue
      checkPostings(source, block, postings, meta.anchorSeq)
      postings = new Map()
    }
    checkEnd(source, meta, link)
    checkOtherBlocks(source, meta.anchorSeq, link.seq)
    checkTables(source.connection)
    for (const row of source.connection.db.prepare('PRAGMA integrity_check(1)').all()) {
      if (row['integrity_check'] !== 'ok') return { firstBad: 0 }
    }
    return null
  } catch (error) {
    const failure = translated(error, link.seq + 1)
    if (failure.code !== 'JOURNAL_DAMAGED') throw failure
    return { firstBad: Number(failure.details['seq']) }
  }
}

function follows(record: JournalRecord, link: Link): boolean {
  return record.seq === link.seq + 1 && intact(record, link.sum)
}

/** The journal knows of a record near its end, so that an end that went missing is noticed. */
function checkEnd(source: Source, meta: Meta, last: Link): void {
  if (meta.lastSeq > last.seq) throw damaged(last.seq + 1, 'missing')
  if (meta.lastSeq <= meta.anchorSeq) return
  const known = meta.lastSeq === last.seq ? last : source.records.get(meta.lastSeq)
  if (known?.sum !== meta.lastSum) throw damaged(meta.lastSeq, 'chain')
}

/** Postings of a complete block are what its records say; those of dropped records may still be there. */
function checkPostings(source: Source, block: number, expected: Postings, anchor: number): void {
  const first = firstOf(block, source.block)
  const rows = source.connection.sql('SELECT key, seqs FROM postings WHERE block = ?').all(block)
  // An older file has no filters.
  for (const row of rows.filter(({ key }) => key === FILTER_KEY)) {
    const filter = checked(row['seqs'], first)
    for (const key of expected.keys()) if (!mayHave(filter, key)) throw damaged(first, 'postings')
  }
  for (const row of rows) {
    const key = String(row['key'])
    if (key === FILTER_KEY) continue
    const found = unpack(row['seqs'], block, source.block).filter(offset => first + offset > anchor)
    if (found.join() !== (expected.get(key) ?? []).join()) throw damaged(first, 'postings')
    expected.delete(key)
  }
  if (expected.size > 0) throw damaged(first, 'postings')
}

/** No postings but those of complete blocks that are not wholly dropped. */
function checkOtherBlocks({ connection, block }: Source, anchor: number, last: number): void {
  const row = connection.sql('SELECT min(block) AS low, max(block) AS high FROM postings').get()
  if (row === undefined || row['low'] === null) return
  const [low, high] = [Number(row['low']), Number(row['high'])]
  if (low < blockOf(anchor + 1, block) || high >= Math.floor(last / block))
    throw damaged(firstOf(low, block), 'postings')
}
