/**
 * Reads: every reading operation of the port, for the owner and for readers in other processes. Writes
 * nothing and keeps nothing between two calls.
 */
import type { Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import type {
  CachedResult,
  Checkpoint,
  CheckpointFilter,
  HistoryFilter,
  Journal,
  KeyRecord,
  PendingMessage,
  Standing,
  SubResult,
} from '../runtime/journal.ts'
import type { JournalRecord } from '../runtime/record.ts'
import type { Postings } from './blocks.ts'
import type { Connection } from './connection.ts'
import { reading } from './failure.ts'
import { Filters } from './filters.ts'
import { readMeta, type Meta } from './meta.ts'
import { query, type Bounds, type Source } from './query.ts'
import { Records } from './records.ts'
import {
  readCached,
  readCheckpoint,
  readCheckpoints,
  readKept,
  readKey,
  readKeys,
  readOrigin,
  readPending,
  readResults,
} from './tables.ts'
import { anchorOf, verifyAll } from './verify.ts'

/** What can be asked of a journal without owning it. */
export type JournalReads = Pick<
  Journal,
  | 'standing'
  | 'read'
  | 'get'
  | 'query'
  | 'checkpoint'
  | 'checkpoints'
  | 'pending'
  | 'results'
  | 'key'
  | 'keys'
  | 'kept'
  | 'verify'
>

export class Reads implements JournalReads, Source {
  readonly connection: Connection
  readonly records: Records
  readonly filters: Filters
  readonly block: number
  tail: (() => Postings) | null = null
  /** What its writer knows of the ends; a reader in another process asks the file. */
  known: (() => Bounds) | null = null

  constructor(connection: Connection, block: number) {
    this.connection = connection
    this.records = new Records(connection)
    this.filters = new Filters(connection, block)
    this.block = block
  }

  standing(): Standing {
    return reading(() => {
      const meta = this.meta()
      const anchor = anchorOf(meta)
      const found = this.records.get(this.bounds().last) ?? anchor
      const last = { seq: found.seq, at: found.at, sum: found.sum }
      return { id: meta.id, anchor, last, tailAfter: meta.tailAfter, origin: readOrigin(this.connection) }
    })
  }

  read(options: { after: number; limit: number }): JournalRecord[] {
    return reading(() => this.records.read(options.after, Number.POSITIVE_INFINITY, options.limit))
  }

  get(seq: number): JournalRecord | undefined {
    return reading(() => this.records.get(seq))
  }

  query(filter: HistoryFilter): Signal[] {
    return reading(() => query(this, this.bounds(), filter))
  }

  checkpoint(address: Address): Checkpoint | undefined {
    return reading(() => readCheckpoint(this.connection, address))
  }

  *checkpoints(filter: CheckpointFilter): Iterable<Checkpoint> {
    for (let after = ''; ;) {
      const page = reading(() => readCheckpoints(this.connection, filter, after))
      yield* page
      const end = page.at(-1)
      if (end === undefined) return
      after = end.address
    }
  }

  pending(): PendingMessage[] {
    return reading(() => readPending(this.connection))
  }

  results(owner: Address): SubResult[] {
    return reading(() => readResults(this.connection, owner))
  }

  key(sender: Address, key: string): KeyRecord | undefined {
    return reading(() => readKey(this.connection, sender, key))
  }

  /** For the owner alone: an older file that is only read does not have them. */
  cached(key: string): CachedResult | undefined {
    return reading(() => readCached(this.connection, key))
  }

  keys(): Iterable<KeyRecord> {
    return reading(() => [...readKeys(this.connection)])
  }

  kept(): Iterable<CachedResult> {
    return reading(() => [...readKept(this.connection)])
  }

  verify(): { readonly firstBad: number } | null {
    return verifyAll(this, () => this.meta())
  }

  meta(): Meta {
    return readMeta(this.connection)
  }

  bounds(): Bounds {
    if (this.known !== null) return this.known()
    const { anchorSeq } = this.meta()
    return { anchor: anchorSeq, last: Math.max(anchorSeq, this.records.lastSeq()) }
  }
}
