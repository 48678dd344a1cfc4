/**
 * The journal in memory: for tests, simulations and work that need not survive. Holds the same strings that a file
 * would hold, so that nothing of what it keeps is shared with a live actor. State lives outside the connection:
 * closing and opening again finds everything, as with a file.
 */
import { StatorError } from '../errors.ts'
import { rootOf, type Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import type {
  Batch,
  CachedResult,
  Checkpoint,
  CheckpointFilter,
  HistoryFilter,
  Journal,
  JournalState,
  KeyRecord,
  Link,
  OpenOptions,
  Origin,
  PendingMessage,
  PruneOptions,
  Standing,
  SubResult,
} from './journal.ts'
import { matches, searchTime } from './history.ts'
import { checkWhole } from './origin.ts'
import { decode, intact, type JournalRecord } from './record.ts'

/** Everything a memory journal holds; the simulator copies it to play a crash. */
export interface MemoryState {
  id: string
  records: JournalRecord[]
  /** The record before the first one that is held. */
  anchor: Link
  /** Where it was forked from; absent where it was not. */
  origin?: Origin
  tailAfter: number
  clean: boolean
  owned: boolean
  /** Values are JSON text. */
  checkpoints: Map<Address, string>
  pending: Map<number, string>
  results: Map<Address, Map<string, string>>
  keys: Map<string, string>
  cached: Map<string, string>
}

export function emptyMemory(): MemoryState {
  return {
    id: '',
    records: [],
    anchor: { seq: 0, at: 0, sum: 0 },
    tailAfter: 0,
    clean: false,
    owned: false,
    checkpoints: new Map(),
    pending: new Map(),
    results: new Map(),
    keys: new Map(),
    cached: new Map(),
  }
}

export function memory(state: MemoryState = emptyMemory()): Journal {
  return new MemoryJournal(state)
}

class MemoryJournal implements Journal {
  readonly label = 'memory'
  readonly #state: MemoryState
  #open = false
  #failed = false

  constructor(state: MemoryState) {
    this.#state = state
  }

  open(options: OpenOptions): JournalState {
    const state = this.#state
    if (state.owned) throw new StatorError('JOURNAL_OWNED', { journal: this.label })
    if (options.begin !== undefined) this.#begin(options.begin)
    const bad = this.#firstBad(state.tailAfter)
    if (bad !== null) throw new StatorError('JOURNAL_DAMAGED', { seq: bad })
    const last = state.records.at(-1) ?? state.anchor
    if (options.begin === undefined) checkWhole(state.origin ?? null, last.seq)
    state.owned = true
    this.#open = true
    this.#failed = false
    if (state.id === '') state.id = options.newId()
    return {
      id: state.id,
      last: { seq: last.seq, at: last.at, sum: last.sum },
      tailAfter: state.tailAfter,
      anchor: state.anchor.seq,
      clean: state.clean,
      origin: state.origin ?? null,
      warnings: [],
    }
  }

  standing(): Standing {
    const { id, anchor, records, tailAfter, origin = null } = this.#use()
    const { seq, at, sum } = records.at(-1) ?? anchor
    return { id, anchor, last: { seq, at, sum }, tailAfter, origin }
  }

  commit(batch: Batch): void {
    const state = this.#use()
    const next = (state.records.at(-1)?.seq ?? state.anchor.seq) + 1
    const wrong = batch.records.findIndex((record, index) => record.seq !== next + index)
    if (this.#failed || wrong >= 0) {
      this.#failed = true
      throw new StatorError('JOURNAL_FAILED', { expected: next, got: batch.records[wrong]?.seq ?? null })
    }
    for (const record of batch.records) state.records.push(record)
    for (const id of batch.delivered) state.pending.delete(id)
    for (const message of batch.pending) state.pending.set(message.id, JSON.stringify(message))
    for (const result of batch.results) {
      const own = state.results.get(result.owner) ?? new Map<string, string>()
      state.results.set(result.owner, own.set(`${result.generation}/${result.name}`, JSON.stringify(result)))
    }
    for (const key of batch.keys) state.keys.set(`${key.sender}\n${key.key}`, JSON.stringify(key))
    for (const entry of batch.cached) state.cached.set(entry.key, JSON.stringify(entry))
    for (const address of batch.ended) state.checkpoints.delete(address)
    for (const checkpoint of batch.checkpoints)
      state.checkpoints.set(checkpoint.address, JSON.stringify(checkpoint))
    if (batch.tailAfter !== null) state.tailAfter = batch.tailAfter
    state.clean = batch.clean
  }

  read(options: { after: number; limit: number }): JournalRecord[] {
    const state = this.#use()
    const from = Math.max(0, options.after - state.anchor.seq)
    return state.records.slice(from, from + options.limit)
  }

  get(seq: number): JournalRecord | undefined {
    const state = this.#use()
    return state.records[seq - state.anchor.seq - 1]
  }

  query(filter: HistoryFilter): Signal[] {
    const { records, anchor } = this.#use()
    const at = (index: number): number => records[index]?.at ?? Number.POSITIVE_INFINITY
    let low = Math.max(0, (filter.after ?? 0) - anchor.seq)
    let high = Math.min(records.length, (filter.before ?? Number.POSITIVE_INFINITY) - anchor.seq - 1)
    if (filter.since !== undefined) low = Math.max(low, searchTime(records.length, at, filter.since))
    if (filter.until !== undefined) high = Math.min(high, searchTime(records.length, at, filter.until + 1))
    const limit = filter.limit ?? 1000
    const found: Signal[] = []
    const down = filter.order === 'desc'
    for (let i = down ? high - 1 : low; found.length < limit && i >= low && i < high; i += down ? -1 : 1) {
      const signal = decode(records[i] as JournalRecord)
      if (matches(signal, filter)) found.push(signal)
    }
    return found
  }

  checkpoint(address: Address): Checkpoint | undefined {
    return parse(this.#use().checkpoints.get(address)) as Checkpoint | undefined
  }

  *checkpoints(filter: CheckpointFilter): Iterable<Checkpoint> {
    const { checkpoints } = this.#use()
    for (const address of [...checkpoints.keys()].toSorted()) {
      const checkpoint = parse(checkpoints.get(address)) as Checkpoint | undefined
      if (checkpoint === undefined) continue
      if (filter.kind !== undefined && !address.startsWith(`${filter.kind}/`)) continue
      if (filter.state !== undefined && checkpoint.state !== filter.state) continue
      if (filter.wake !== undefined && checkpoint.wake !== filter.wake) continue
      yield checkpoint
    }
  }

  pending(): PendingMessage[] {
    return [...this.#use().pending.values()].map(text => JSON.parse(text) as PendingMessage)
  }

  results(owner: Address): SubResult[] {
    return [...(this.#use().results.get(owner)?.values() ?? [])].map(text => JSON.parse(text) as SubResult)
  }

  key(sender: Address, key: string): KeyRecord | undefined {
    return parse(this.#use().keys.get(`${sender}\n${key}`)) as KeyRecord | undefined
  }

  keys(): KeyRecord[] {
    return [...this.#use().keys.values()].map(text => JSON.parse(text) as KeyRecord)
  }

  cached(key: string): CachedResult | undefined {
    return parse(this.#use().cached.get(key)) as CachedResult | undefined
  }

  kept(): CachedResult[] {
    return [...this.#use().cached.values()].map(text => JSON.parse(text) as CachedResult)
  }

  prune(options: PruneOptions): void {
    const state = this.#use()
    const gone = new Set<string>(options.correlationIds)
    for (const [index, record] of state.records.entries()) {
      if (record.data !== null && gone.has(decode(record).correlationId))
        state.records[index] = { ...record, data: null }
    }
    for (const owner of state.results.keys()) if (gone.has(rootOf(owner))) state.results.delete(owner)
    for (const [key, text] of state.keys) {
      if (gone.has(rootOf((JSON.parse(text) as KeyRecord).address))) state.keys.delete(key)
    }
    const dropTo = Math.min(options.dropTo, state.tailAfter)
    const index = dropTo - state.anchor.seq - 1
    const last = state.records[index]
    if (last !== undefined) {
      state.records.splice(0, index + 1)
      state.anchor = { seq: last.seq, at: last.at, sum: last.sum }
    }
    for (const [key, text] of state.cached) {
      const { seq, expires } = JSON.parse(text) as CachedResult
      const isGone = (this.get(seq)?.data ?? null) === null
      if (isGone || expires <= (options.now ?? Number.NEGATIVE_INFINITY)) state.cached.delete(key)
    }
  }

  verify(): { readonly firstBad: number } | null {
    const firstBad = this.#firstBad(this.#use().anchor.seq)
    return firstBad === null ? null : { firstBad }
  }

  close(): void {
    if (this.#open) this.#state.owned = false
    this.#open = false
  }

  #begin({ origin, anchor }: NonNullable<OpenOptions['begin']>): void {
    const state = this.#state
    if (state.id !== '') throw new StatorError('JOURNAL_USED', { journal: this.label })
    state.origin = origin
    state.anchor = anchor
    state.tailAfter = anchor.seq
  }

  #firstBad(after: number): number | null {
    const { records, anchor } = this.#state
    const from = Math.max(0, after - anchor.seq)
    let previous: { seq: number; sum: number } = records[from - 1] ?? anchor
    for (const record of records.slice(from)) {
      if (record.seq !== previous.seq + 1 || !intact(record, previous.sum)) return previous.seq + 1
      previous = record
    }
    return null
  }

  #use(): MemoryState {
    if (!this.#open) throw new StatorError('JOURNAL_CLOSED', { journal: this.label })
    return this.#state
  }
}

function parse(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text)
}
