/**
 * Journal: the port behind the hub. It commits a batch atomically, reads from a position, and keeps checkpoints,
 * sub-results and idempotency keys. Synchronous, because from take to commit is one section; it knows nothing of
 * machines, and nothing may be written but through `commit` and `prune`.
 *
 * A new journal passes `journalSuite` (test/journal) before anything else.
 */
import type { Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Message, Priority } from '../messages/message.ts'
import type { Signal } from '../messages/signal.ts'
import type { JournalRecord } from './record.ts'

/** An actor's record at a position. A cache for built-in machines; the truth for machines that hold user code. */
export interface Checkpoint {
  readonly address: Address
  /** The definition that wrote it: `{ name, version, hash }`. */
  readonly definition: DefinitionRef
  /** The last signal folded into the snapshot. */
  readonly seq: number
  /** The signal that created the actor. */
  readonly createdSeq: number
  /** The signal with which it entered its present state. */
  readonly sinceSeq: number
  readonly correlationId: string
  readonly priority: Priority
  readonly state: string
  /** The machine's persisted snapshot. */
  readonly snapshot: Json
  readonly timers: readonly TimerRecord[]
  /** Position in the conversation that an effect or timer of this actor inherits. */
  readonly depth: number
  /** True when a start must load it: it waits for a timer, an agent or an effect. */
  readonly wake: boolean
  /** Why the actor is held, if it is. */
  readonly held: Json
}

export interface DefinitionRef {
  readonly name: string
  readonly version: string
  readonly hash: string
}

export interface TimerRecord {
  readonly id: string
  readonly event: string
  /** Milliseconds since the epoch. */
  readonly due: number
  /** The signal that set it: the generation of the timer. */
  readonly setSeq: number
}

/** A message that was derived, or accepted, and is not delivered yet. */
export interface PendingMessage extends Message {
  readonly id: number
  readonly causationId: number
  readonly output: number
  readonly hops: number
  readonly depth: number
}

/** The recorded result of a `ctx.do`. */
export interface SubResult {
  readonly owner: Address
  readonly generation: number
  readonly name: string
  readonly value: Json
}

/** An idempotency key: lives as long as the run that it started. */
export interface KeyRecord {
  readonly sender: Address
  readonly key: string
  /** Hash of the raw input. */
  readonly hash: string
  readonly address: Address
  readonly seq: number
}

/** Where the result of a task is kept for others that ask for the same. */
export interface CachedResult {
  readonly key: string
  /** The record that holds the output: nothing is kept twice. */
  readonly seq: number
  /** Milliseconds since the epoch: from then on it is as if it were not there. */
  readonly expires: number
}

/** What one turn of the hub writes: all of it, or nothing. */
export interface Batch {
  /** Consecutive, following the last record committed. */
  readonly records: readonly JournalRecord[]
  /** The same signals, in the same order, for indexes. */
  readonly signals: readonly Signal[]
  readonly pending: readonly PendingMessage[]
  /** Ids of pending messages that this batch delivered. */
  readonly delivered: readonly number[]
  readonly results: readonly SubResult[]
  readonly keys: readonly KeyRecord[]
  /** Each replaces what its key had before. */
  readonly cached: readonly CachedResult[]
  /** Actors that ended: their checkpoints go, their records stay. */
  readonly ended: readonly Address[]
  /** Each replaces the checkpoint of its address; after `ended`, for an actor that began anew in the same batch. */
  readonly checkpoints: readonly Checkpoint[]
  /** Records up to here are no longer needed to restore anyone; null leaves it. */
  readonly tailAfter: number | null
  /** Set by a graceful close, cleared by the first batch after it. */
  readonly clean: boolean
}

/** The end of a record, to which the next one is chained. */
export interface Link {
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly sum: number
}

/** Where the history of a fork comes from. */
export interface Origin {
  /** The id of the journal that it was forked from. */
  readonly id: string
  /** The last record that both have. */
  readonly seq: number
  /** When that was, in milliseconds since the epoch. */
  readonly at: number
}

/** Where a journal stands. */
export interface Standing {
  readonly id: string
  /** The record before the first one that is still there; all 0 as long as none was dropped. */
  readonly anchor: Link
  /** The last record, or the anchor. */
  readonly last: Link
  readonly tailAfter: number
  /** Set once, in a journal that began as a fork; else null. */
  readonly origin: Origin | null
}

/** What a journal says when it is opened. */
export interface JournalState {
  /** Made once with the journal; part of every idempotency key of an effect. */
  readonly id: string
  /** The last record; `seq` 0 in a new journal. */
  readonly last: Link
  /** Recovery reads the records after this position. */
  readonly tailAfter: number
  /** The first record still there is `anchor + 1`. */
  readonly anchor: number
  /** True when the last owner closed gracefully. */
  readonly clean: boolean
  /** Where its history comes from, if it began as a fork. */
  readonly origin: Origin | null
  readonly warnings: readonly { code: string; message: string }[]
}

export interface OpenOptions {
  readonly newId: () => string
  /** A new journal becomes a fork: its first record follows `anchor`. It is damaged as long as it has not come up to its origin. */
  readonly begin?: { readonly origin: Origin; readonly anchor: Link }
}

/** Conditions are joined by "and"; `types` matches a signal's type or name, any of them. */
export interface HistoryFilter {
  readonly types?: readonly string[]
  /** The recipient. */
  readonly actor?: Address
  readonly correlationId?: string
  /** Positions, exclusive. */
  readonly after?: number
  readonly before?: number
  /** Times in milliseconds since the epoch, inclusive. */
  readonly since?: number
  readonly until?: number
  /** Default 'asc'. */
  readonly order?: 'asc' | 'desc'
  /** Default 1,000. */
  readonly limit?: number
}

export interface CheckpointFilter {
  readonly kind?: string
  readonly state?: string
  readonly wake?: boolean
}

export interface PruneOptions {
  readonly correlationIds: readonly string[]
  readonly dropTo: number
  readonly now?: number
}

export interface Journal {
  /** Words for logs and benches, such as `sqlite full` or `memory`. */
  readonly label: string

  /**
   * Opens, takes ownership, verifies the tail. Making an id for a new journal is the caller's: `newId`.
   * @throws StatorError JOURNAL_OWNED, JOURNAL_NEWER, JOURNAL_DAMAGED, JOURNAL_USED (it is to begin, and has begun)
   */
  open(options: OpenOptions): JournalState

  /** Where it stands now. */
  standing(): Standing

  /** Writes a batch, atomically and durably. When it throws, the caller must assume nothing and stop. */
  commit(batch: Batch): void

  /** Records after a position, ascending, at most `limit`. */
  read(options: { after: number; limit: number }): JournalRecord[]

  /** One record, or undefined when it never was or was dropped. */
  get(seq: number): JournalRecord | undefined

  /** Signals that fit the filter, without reading everything. */
  query(filter: HistoryFilter): Signal[]

  checkpoint(address: Address): Checkpoint | undefined
  /** Checkpoints of living actors, ordered by address. */
  checkpoints(filter: CheckpointFilter): Iterable<Checkpoint>
  /** Pending messages in the order in which they were committed. */
  pending(): PendingMessage[]
  results(owner: Address): SubResult[]
  key(sender: Address, key: string): KeyRecord | undefined
  /** All of them, in no order that counts. */
  keys(): Iterable<KeyRecord>
  /** The newest of that key, expired or not: it knows no clock. */
  cached(key: string): CachedResult | undefined
  /** All of them, expired or not, in no order that counts. */
  kept(): Iterable<CachedResult>

  /**
   * Erases the payloads, sub-results and keys of finished runs (by correlation id), and drops the prefix of records
   * up to `dropTo`, leaving an anchor. Headers of other records stay, so the chain of checksums holds. Cached results go whose
   * record is erased or dropped, and those that have expired at `now`, in milliseconds since the epoch; without it, none for that.
   */
  prune(options: PruneOptions): void

  /** Checks every record and the chain. Returns the first bad position, or null. */
  verify(): { readonly firstBad: number } | null

  /** Frees ownership. Closing twice is no error. */
  close(): void
}
