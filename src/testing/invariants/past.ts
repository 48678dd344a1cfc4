/**
 * Past: what has become durable in a simulation, as the checks remember it: the records, and what the journal should hold
 * after each batch. Made from what the hub handed to the journal, never from what the journal says. It judges nothing.
 */
import type { Signal } from '../../messages/signal.ts'
import type { Batch } from '../../runtime/journal.ts'
import type { MemoryState } from '../../runtime/memory-journal.ts'
import { decode, type JournalRecord } from '../../runtime/record.ts'
import type { Stage } from '../host/stage.ts'
import { Standing } from './standing.ts'

const pasts = new WeakMap<Stage, Past>()

export class Past {
  /** What was there before the first batch. */
  base: MemoryState
  /** Since then. */
  batches: Batch[] = []
  /** What the journal should hold now. */
  expected: MemoryState
  /** Of every record that there was, in order, as it was before anything was erased. */
  readonly signals: Signal[]
  readonly standing: Standing

  constructor(state: MemoryState) {
    this.base = copied(state)
    this.expected = copied(state)
    this.signals = state.records.map(decode)
    this.standing = new Standing(this.base)
  }

  /** The one past of a simulation, from the moment on at which somebody first asks for it. */
  static of(stage: Stage): Past {
    const known = pasts.get(stage)
    if (known !== undefined) return known
    const made = new Past(stage.state)
    pasts.set(stage, made)
    return made
  }

  /** The last durable position. */
  get position(): number {
    return this.signals.at(-1)?.seq ?? this.expected.anchor.seq
  }

  signal(seq: number): Signal | undefined {
    return this.signals[seq - (this.signals[0]?.seq ?? 0)]
  }

  /** Is nothing, or only the header, of that signal still there? */
  isErased(seq: number): boolean {
    const record = this.expected.records[seq - this.expected.anchor.seq - 1]
    return record === undefined || record.data === null
  }

  /** Nothing of this past is missing. */
  get isWhole(): boolean {
    return this.base.records.length === 0 && this.base.anchor.seq === 0
  }

  /** Everybody who looks on may say it: the second time is none. */
  take(batch: Batch): void {
    if (batch === this.batches.at(-1)) return
    this.batches.push(batch)
    write(this.expected, batch)
    for (const signal of batch.signals) {
      this.signals.push(signal)
      this.standing.take(signal)
    }
  }

  /** What the journal held after so many batches. */
  stateAt(batches: number): MemoryState {
    const state = copied(this.base)
    for (const batch of this.batches.slice(0, batches)) write(state, batch)
    return state
  }

  /** From here on the past is what the journal says: some of it was erased. */
  rebase(state: MemoryState): void {
    this.base = copied(state)
    this.expected = copied(state)
    this.batches = []
  }
}

/** What is written stands for good; what it stands in may change. */
export function copied(state: MemoryState): MemoryState {
  return {
    ...state,
    owned: false,
    records: [...state.records],
    checkpoints: new Map(state.checkpoints),
    pending: new Map(state.pending),
    results: new Map([...state.results].map(([owner, own]) => [owner, new Map(own)])),
    keys: new Map(state.keys),
    cached: new Map(state.cached),
  }
}

/** What a batch means to a journal. */
function write(state: MemoryState, batch: Batch): void {
  state.records.push(...batch.records)
  for (const id of batch.delivered) state.pending.delete(id)
  for (const message of batch.pending) state.pending.set(message.id, JSON.stringify(message))
  for (const key of batch.keys) state.keys.set(`${key.sender}\n${key.key}`, JSON.stringify(key))
  for (const entry of batch.cached) state.cached.set(entry.key, JSON.stringify(entry))
  for (const result of batch.results) {
    const own = state.results.get(result.owner)
    const name = `${result.generation}/${result.name}`
    if (own === undefined) state.results.set(result.owner, new Map([[name, JSON.stringify(result)]]))
    else own.set(name, JSON.stringify(result))
  }
  // Who ended and began anew in one batch has the checkpoint of its new life.
  for (const address of batch.ended) state.checkpoints.delete(address)
  for (const checkpoint of batch.checkpoints)
    state.checkpoints.set(checkpoint.address, JSON.stringify(checkpoint))
  state.tailAfter = batch.tailAfter ?? state.tailAfter
  state.clean = batch.clean
}

/** The same in all that is recorded; a payload that was erased is not looked at. */
export function sameSignal(one: Signal, other: Signal, erased = false): boolean {
  return (
    one === other ||
    (one.seq === other.seq &&
      one.at === other.at &&
      one.type === other.type &&
      one.name === other.name &&
      one.to === other.to &&
      one.from === other.from &&
      one.priority === other.priority &&
      one.correlationId === other.correlationId &&
      one.causationId === other.causationId &&
      one.output === other.output &&
      one.hops === other.hops &&
      one.depth === other.depth &&
      one.fromState === other.fromState &&
      one.toState === other.toState &&
      one.final === other.final &&
      (erased || JSON.stringify(one.data) === JSON.stringify(other.data)) &&
      JSON.stringify([one.stamp, one.refused]) === JSON.stringify([other.stamp, other.refused]))
  )
}

/** The same in all but a payload that was erased. */
export function sameRecord(kept: JournalRecord | undefined, found: JournalRecord | undefined): boolean {
  if (kept === found) return true
  if (kept === undefined || found === undefined) return false
  return (
    kept.seq === found.seq &&
    kept.at === found.at &&
    kept.head === found.head &&
    kept.data === found.data &&
    kept.sum === found.sum &&
    kept.dataSum === found.dataSum
  )
}
