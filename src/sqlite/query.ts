/**
 * Query: history by type, recipient, correlation, time and position without reading everything. Times and
 * positions bound the range; postings name the candidates of each block in it; the short tail after the last
 * complete block is read through where nobody holds its postings. What "fits" means is decided by `matches`
 * alone.
 */
import type { Signal } from '../messages/signal.ts'
import { matches, searchTime } from '../runtime/history.ts'
import type { HistoryFilter } from '../runtime/journal.ts'
import { decode, type JournalRecord } from '../runtime/record.ts'
import { blockOf, firstOf, keysOfActor, unpack, type Postings } from './blocks.ts'
import type { Connection } from './connection.ts'
import { damaged, reading } from './failure.ts'
import type { Filters } from './filters.ts'
import type { Records } from './records.ts'

export interface Source {
  readonly connection: Connection
  readonly records: Records
  readonly filters: Filters
  /** Records in a block. */
  readonly block: number
  /**
   * Postings of the block that is not complete, where its writer is at hand; else that block is read through.
   */
  readonly tail: (() => Postings) | null
}

/** The records that are there: after `anchor`, up to and including `last`. */
export interface Bounds {
  readonly anchor: number
  readonly last: number
}

export function query(source: Source, bounds: Bounds, filter: HistoryFilter): Signal[] {
  const found: Signal[] = []
  const limit = filter.limit ?? 1000
  let seq = 0
  if (limit <= 0) return found
  return reading(
    () => {
      for (const record of candidates(source, bounds, filter)) {
        seq = record.seq
        const signal = decode(record)
        if (matches(signal, filter) && found.push(signal) >= limit) break
      }
      return found
    },
    () => seq,
  )
}

function* candidates(source: Source, bounds: Bounds, filter: HistoryFilter): Iterable<JournalRecord> {
  const { low, high } = range(source.records, bounds, filter)
  const order = filter.order ?? 'asc'
  const groups = keyGroups(filter)
  const complete = Math.floor(bounds.last / source.block)
  const indexed = groups.length === 0 ? 0 : complete + (source.tail === null ? 0 : 1)
  const tail = Math.max(low, indexed * source.block)
  if (order === 'desc' && tail < high - 1) yield* source.records.scan(tail, high, order)
  const [first, end] = [
    blockOf(low + 1, source.block),
    Math.min(indexed, blockOf(high - 1, source.block) + 1),
  ]
  for (let i = first; i < end; i++) {
    const block = order === 'asc' ? i : first + end - 1 - i
    const seqs = positions(source, block, groups, block === complete).filter(seq => seq > low && seq < high)
    for (const seq of order === 'asc' ? seqs : seqs.toReversed()) {
      const record = source.records.get(seq)
      if (record === undefined) throw damaged(seq, 'missing')
      yield record
    }
  }
  if (order === 'asc' && tail < high - 1) yield* source.records.scan(tail, high, order)
}

/** Positions that may fit, both ends exclusive. */
function range(
  records: Records,
  { anchor, last }: Bounds,
  filter: HistoryFilter,
): { low: number; high: number } {
  let low = Math.max(anchor, filter.after ?? 0)
  let high = Math.min(last + 1, filter.before ?? Number.POSITIVE_INFINITY)
  const before = (time: number): number =>
    anchor + searchTime(last - anchor, index => records.at(anchor + 1 + index), time)
  if (filter.since !== undefined) low = Math.max(low, before(filter.since))
  if (filter.until !== undefined) high = Math.min(high, before(filter.until + 1) + 1)
  return { low, high }
}

/** A record that fits has a key out of every group. */
function keyGroups(filter: HistoryFilter): string[][] {
  const groups: string[][] = []
  if (filter.correlationId !== undefined) groups.push([`c:${filter.correlationId}`])
  if (filter.actor !== undefined) groups.push(keysOfActor(filter.actor))
  if (filter.types !== undefined) groups.push(filter.types.map(type => `t:${type}`))
  return groups
}

/**
 * Records of a block that have a key out of every group, ascending; `open` is the block that is not complete.
 */
function positions(source: Source, block: number, groups: readonly string[][], open: boolean): number[] {
  const tail = open ? source.tail?.() : undefined
  let common: Set<number> | undefined
  for (const group of groups) {
    const keys = tail === undefined ? group.filter(key => source.filters.mayHave(block, key)) : group
    if (keys.length === 0) return []
    const found = new Set<number>()
    for (const key of keys) {
      for (const offset of tail === undefined ? posted(source, block, key) : (tail.get(key) ?? []))
        if (common === undefined || common.has(offset)) found.add(offset)
    }
    if (found.size === 0) return []
    common = found
  }
  const first = firstOf(block, source.block)
  return [...(common ?? [])].toSorted((a, b) => a - b).map(offset => first + offset)
}

/** The offsets posted under a key; none when it does not occur in the block. */
export function posted(source: Source, block: number, key: string): number[] {
  const row = source.connection.sql('SELECT seqs FROM postings WHERE block = ? AND key = ?').get(block, key)
  return row === undefined ? [] : unpack(row['seqs'], block, source.block)
}
