/**
 * Writer: one batch, one transaction. Appends by position, posts a block in the commit that completes it, and
 * touches no table that has nothing to write. Does not decide what is in a batch, and does not recover from
 * failing.
 */
import type { Signal } from '../messages/signal.ts'
import type { Batch, Link } from '../runtime/journal.ts'
import { decode, type JournalRecord } from '../runtime/record.ts'
import { blockOf, firstOf, pack, post, type Postings } from './blocks.ts'
import type { Connection } from './connection.ts'
import { failed } from './failure.ts'
import { FILTER_KEY, filterOf } from './filters.ts'
import { LAST_EVERY, writeMeta, type Meta } from './meta.ts'
import type { Bounds, Source } from './query.ts'
import type { Reserve } from './reserve.ts'
import { writeTables } from './tables.ts'

export class Writer {
  /** As on disk. */
  meta: Meta
  last: Link
  readonly #source: Source
  readonly #reserve: Reserve
  /** Postings of the block that is not complete; null until its earlier records were read. */
  #postings: Postings | null = null

  constructor(source: Source, reserve: Reserve, meta: Meta, last: Link) {
    this.#source = source
    this.#reserve = reserve
    this.meta = meta
    this.last = last
  }

  commit(batch: Batch): void {
    this.#check(batch)
    const { connection } = this.#source
    const last = batch.records.at(-1) ?? this.last
    const meta = this.#next(batch, last)
    if (meta === this.meta && idle(batch)) return
    connection.transaction(() => {
      append(connection, batch.records)
      this.#index(batch.signals)
      writeTables(connection, batch)
      if (meta !== this.meta) writeMeta(connection, meta)
    })
    this.meta = meta
    this.last = { seq: last.seq, at: last.at, sum: last.sum }
    this.#reserve.extend()
  }

  /** What is there, as far as was committed. */
  bounds(): Bounds {
    const { anchorSeq: anchor } = this.meta
    return { anchor, last: Math.max(anchor, this.last.seq) }
  }

  /** Notes the last record, so that its loss would be noticed. */
  settle(): void {
    const meta = { ...this.meta, lastSeq: this.last.seq, lastSum: this.last.sum }
    if (meta.lastSeq !== this.meta.lastSeq)
      this.#source.connection.transaction(() => writeMeta(this.#source.connection, meta))
    this.meta = meta
  }

  #check({ records, signals }: Batch): void {
    const next = this.last.seq + 1
    const wrong = records.findIndex(
      (record, index) => record.seq !== next + index || signals[index]?.seq !== record.seq,
    )
    const got = records[wrong]?.seq ?? null
    if (wrong >= 0 || signals.length !== records.length)
      throw failed(new Error(`expected record ${next + Math.max(0, wrong)}, got ${String(got)}`))
  }

  /** The same object when there is nothing to write. */
  #next(batch: Batch, last: Link): Meta {
    const tailAfter = batch.tailAfter ?? this.meta.tailAfter
    const clean = batch.clean ? 1 : 0
    const due = last.seq - this.meta.lastSeq >= LAST_EVERY
    if (tailAfter === this.meta.tailAfter && clean === this.meta.clean && !due) return this.meta
    return { ...this.meta, tailAfter, clean, lastSeq: last.seq, lastSum: last.sum }
  }

  /** Postings of the block that is not complete. Right until a commit fails. */
  tail(): Postings {
    const next = this.last.seq + 1
    return (this.#postings ??= this.#earlier(blockOf(next, this.#source.block), next))
  }

  #index(signals: readonly Signal[]): void {
    const { block: size, connection } = this.#source
    for (const signal of signals) {
      const block = blockOf(signal.seq, size)
      const postings = (this.#postings ??= this.#earlier(block, signal.seq))
      post(postings, signal, signal.seq - firstOf(block, size))
      if (signal.seq !== firstOf(block + 1, size) - 1) continue
      const insert = connection.sql('INSERT INTO postings (block, key, seqs) VALUES (?, ?, ?)')
      // In the order of the table, so that rows are appended to it.
      insert.run(block, FILTER_KEY, filterOf(postings.keys(), postings.size))
      for (const key of [...postings.keys()].toSorted()) insert.run(block, key, pack(postings.get(key) ?? []))
      this.#postings = new Map()
    }
  }

  /** What the block had before this process began to write. */
  #earlier(block: number, before: number): Postings {
    const postings: Postings = new Map()
    const first = firstOf(block, this.#source.block)
    for (const record of this.#source.records.scan(first - 1, before, 'asc'))
      post(postings, decode(record), record.seq - first)
    return postings
  }
}

function append(connection: Connection, records: readonly JournalRecord[]): void {
  const insert = connection.sql(
    'INSERT INTO records (seq, at, sum, dataSum, head, data) VALUES (?, ?, ?, ?, ?, ?)',
  )
  for (const { seq, at, sum, dataSum, head, data } of records) insert.run(seq, at, sum, dataSum, head, data)
}

function idle(batch: Batch): boolean {
  const { records, pending, delivered, results, keys, cached, checkpoints, ended } = batch
  const lists = [records, pending, delivered, results, keys, cached, checkpoints, ended]
  return lists.every(list => list.length === 0)
}
