/**
 * Fixtures of the suite: signals, batches, checkpoints, and a scribe who writes as the hub would. Nothing
 * random.
 */
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type {
  Batch,
  CachedResult,
  Checkpoint,
  HistoryFilter,
  Journal,
  JournalState,
  KeyRecord,
  PendingMessage,
  SubResult,
} from '../../runtime/journal.ts'
import { encode, type JournalRecord } from '../../runtime/record.ts'
import type { JournalPlace } from './place.ts'

/** What a signal of a test differs in from an ordinary one. */
export type Draft = Partial<Omit<Signal, 'seq'>>

export const JOURNAL_ID = 'journal-1'
export const open = (journal: Journal): JournalState => journal.open({ newId: () => JOURNAL_ID })

export function signal(seq: number, draft: Draft = {}): Signal {
  const type = draft.type ?? 'task.create'
  return {
    at: 1_000 + seq * 10,
    name: type,
    to: 'workflow/run-1',
    from: 'client/test',
    priority: 'normal',
    correlationId: 'workflow/run-1',
    data: { n: seq },
    causationId: 0,
    output: 0,
    hops: 0,
    depth: 0,
    stamp: null,
    fromState: null,
    toState: 'running',
    refused: null,
    final: false,
    ...draft,
    type,
    seq,
  }
}

export function emptyBatch(): Batch {
  return {
    records: [],
    signals: [],
    pending: [],
    delivered: [],
    results: [],
    keys: [],
    cached: [],
    checkpoints: [],
    ended: [],
    tailAfter: null,
    clean: false,
  }
}

/** Opens a journal and appends to it, with positions and sums in order. */
export class Scribe {
  readonly journal: Journal
  readonly state: JournalState
  /** Everything that this scribe appended. */
  readonly signals: Signal[] = []
  #last: JournalState['last']

  constructor(place: JournalPlace) {
    this.journal = place.journal()
    this.state = open(this.journal)
    this.#last = this.state.last
  }

  /** The batch that would append these, without committing it. */
  batch(drafts: readonly Draft[], rest: Partial<Batch> = {}): Batch {
    const signals = drafts.map((draft, index) => signal(this.#last.seq + 1 + index, draft))
    let sum = this.#last.sum
    const records = signals.map(each => {
      const record = encode(each, sum)
      sum = record.sum
      return record
    })
    return { ...emptyBatch(), records, signals, ...rest }
  }

  /** Commits a batch; the records that it appended. */
  write(drafts: readonly Draft[], rest: Partial<Batch> = {}): readonly JournalRecord[] {
    const batch = this.batch(drafts, rest)
    this.journal.commit(batch)
    this.#last = batch.records.at(-1) ?? this.#last
    this.signals.push(...batch.signals)
    return batch.records
  }

  /** Positions that a query finds. */
  find(filter: HistoryFilter): number[] {
    return this.journal.query(filter).map(({ seq }) => seq)
  }
}

/** `count` drafts, made by position in the batch. */
export const drafts = (count: number, make: (index: number) => Draft = () => ({})): Draft[] =>
  Array.from({ length: count }, (_, index) => make(index))

export function checkpoint(address: Address, rest: Partial<Checkpoint> = {}): Checkpoint {
  return {
    address,
    definition: { name: 'build', version: '1', hash: 'abc' },
    seq: 1,
    createdSeq: 1,
    sinceSeq: 1,
    correlationId: address,
    state: 'running',
    snapshot: { value: 'running', context: { tries: 0, text: 'ö "quoted" \u0000 💡' } },
    timers: [{ id: 'timeout', event: 'xstate.after.10.task', due: 5_000, setSeq: 1 }],
    priority: 'normal',
    depth: 0,
    wake: false,
    held: null,
    ...rest,
  }
}

export function pendingMessage(id: number, rest: Partial<PendingMessage> = {}): PendingMessage {
  const { type, to, from, priority, correlationId, data } = signal(1)
  return {
    type,
    to,
    from,
    priority,
    correlationId,
    data,
    id,
    causationId: 1,
    output: 0,
    hops: 1,
    depth: 0,
    ...rest,
  }
}

export function subResult(owner: Address, name: string, rest: Partial<SubResult> = {}): SubResult {
  return { owner, generation: 1, name, value: { pushed: name }, ...rest }
}

export function cachedResult(key: string, seq: number, expires = 9_000): CachedResult {
  return { key, seq, expires }
}

export function keyRecord(key: string, address: Address, rest: Partial<KeyRecord> = {}): KeyRecord {
  return { sender: 'client/test', key, hash: `hash of ${key}`, address, seq: 1, ...rest }
}
