/** Turn: everything that one turn of the hub collects before it commits. A plain container. */
import { StatorError } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import type { Cell } from './cell.ts'
import type { Envelope, Ack } from './envelope.ts'
import type { Batch, CachedResult, Checkpoint, KeyRecord, PendingMessage, SubResult } from './journal.ts'
import type { Limits } from './limits.ts'
import type { JournalRecord } from './record.ts'

export interface EffectStart {
  readonly cell: Cell
  readonly turn: number
}

export interface EffectStop {
  readonly task: Address
  readonly turn: number
  readonly reason: string
}

/** Signals are filled in while they are delivered, and frozen by convention when the turn commits. */
export type SignalDraft = { -readonly [K in keyof Signal]: Signal[K] }

export class Turn {
  readonly at: number
  readonly records: JournalRecord[] = []
  readonly signals: Signal[] = []
  readonly delivered: number[] = []
  readonly pending: PendingMessage[] = []
  readonly results: SubResult[] = []
  readonly keys: KeyRecord[] = []
  /** By key: of two of one turn, the later counts. */
  readonly cached = new Map<string, CachedResult>()
  readonly checkpoints: Checkpoint[] = []
  readonly ended: Address[] = []
  /** Actors that ended in this turn, with the signal that ended them. */
  readonly endings: { cell: Cell; signal: Signal }[] = []
  /** Actors that were held in this turn. */
  readonly held: Cell[] = []
  readonly starts: EffectStart[] = []
  readonly stops: EffectStop[] = []
  readonly acks: { ack: Ack; signal: Signal }[] = []
  /** Messages still to deliver, first in first out. */
  readonly queue: Envelope[] = []
  head = 0
  /** Inputs taken from the inbox. */
  taken = 0
  tailAfter: number | null = null
  /** Up to here all living actors are checkpointed; the tail may be longer, for those that could not be brought back. */
  checkpointedTo: number | null = null
  clean = false

  constructor(at: number) {
    this.at = at
  }

  next(): Envelope | undefined {
    return this.head < this.queue.length ? this.queue[this.head++] : undefined
  }

  /** A signal of this turn, which no journal has yet. */
  signal(seq: number): Signal | undefined {
    return this.signals[seq - (this.signals[0]?.seq ?? seq)]
  }

  /** What a cascade left when the turn had to end. */
  rest(): Envelope[] {
    return this.queue.slice(this.head)
  }

  get isEmpty(): boolean {
    return (
      this.records.length === 0 &&
      this.checkpoints.length === 0 &&
      this.pending.length === 0 &&
      this.delivered.length === 0
    )
  }
}

/** What the turn commits. */
export function batchOf(turn: Turn): Batch {
  const { records, signals, pending, delivered, results, keys, checkpoints, ended, tailAfter, clean } = turn
  const cached = [...turn.cached.values()]
  return { records, signals, pending, delivered, results, keys, cached, checkpoints, ended, tailAfter, clean }
}

/** What stops a kernel, whatever the journal threw. */
export function journalFailure(error: unknown): StatorError {
  if (error instanceof StatorError && error.code.startsWith('JOURNAL')) return error
  return new StatorError('JOURNAL_FAILED', {}, { cause: error })
}

/** The result of a `ctx.do`, beside the record that carries it. */
export function resultOf(signal: Signal): SubResult {
  const { name, value } = signal.data as { name: string; value: Json }
  return { owner: signal.to, generation: 1, name, value }
}

/** May more be delivered in this turn? */
export const hasRoom = (turn: Turn, { batchDeliveries }: Limits): boolean =>
  turn.signals.length < batchDeliveries
