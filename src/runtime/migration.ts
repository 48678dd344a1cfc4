/**
 * Migration: an actor goes on with another definition, by a message that the hub records: what it was, and as what it goes on. So a
 * replay, a fork and everybody who reads along see the same, and no migration is run twice. What the message says, and nothing more.
 */
import { HUB } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import { MIGRATE } from '../messages/migration.ts'
import type { Signal } from '../messages/signal.ts'
import { input, type Envelope } from './envelope.ts'
import type { Checkpoint, DefinitionRef, Journal, TimerRecord } from './journal.ts'
import { heldOf, type Succession } from './verdict.ts'

/** Data of the message: all that the actor is from then on, so that nobody need know what it was. */
interface Migrated {
  readonly from: DefinitionRef
  readonly to: DefinitionRef
  /** The state that it was in. */
  readonly state: string
  readonly snapshot: Json
  /** Those that are new have `setSeq` 0: it is this message that sets them. */
  readonly timers: readonly TimerRecord[]
  readonly createdSeq: number
  readonly sinceSeq: number
  readonly held: Json
}

/** Tells an actor to go on with what was found for it. */
export function migrationInput(checkpoint: Checkpoint, { to, snapshot }: Succession): Envelope {
  const {
    address,
    definition: from,
    state,
    createdSeq,
    sinceSeq,
    held,
    correlationId,
    priority,
    depth,
  } = checkpoint
  const timers = snapshot.timers.map(timer => {
    const same = checkpoint.timers.find(
      ({ id, event, due }) => id === timer.id && event === timer.event && due === timer.due,
    )
    return { ...timer, setSeq: same?.setSeq ?? 0 }
  })
  const data: Migrated = {
    from,
    to: to.ref,
    state,
    snapshot: heldOf(snapshot),
    timers,
    createdSeq,
    sinceSeq,
    held,
  }
  const message = {
    type: MIGRATE,
    to: address,
    from: HUB,
    priority,
    correlationId,
    data: data as unknown as Json,
  } as const
  return input(message, { depth })
}

export const isMigration = ({ type, from }: Pick<Signal, 'type' | 'from'>): boolean =>
  type === MIGRATE && from === HUB

/** The actor's record as it is right after the message; its state is for its definition to name. */
export function recordOf(signal: Signal): Checkpoint {
  const { to: address, seq, correlationId, priority, depth } = signal
  const { to: definition, snapshot, timers, createdSeq, sinceSeq, held } = signal.data as unknown as Migrated
  return {
    address,
    definition,
    seq,
    createdSeq,
    sinceSeq,
    correlationId,
    priority,
    state: '',
    // What is restored is changed; the record is not.
    snapshot: structuredClone(snapshot),
    timers: timers.map(timer => (timer.setSeq === 0 ? { ...timer, setSeq: seq } : timer)),
    depth,
    wake: true,
    held,
  }
}

/** What it was made of, and of what it is made now. */
export function definitionsIn({ data }: Pick<Signal, 'data'>): {
  from: DefinitionRef
  to: DefinitionRef
  state: string
} {
  return data as unknown as Migrated
}

/** A word that was refused made nothing of it. */
const FEW = 20

/** The version that a run runs on, or ran on at its end: that of its start, or what it was brought to since. */
export function versionAt(journal: Pick<Journal, 'query'>, start: Signal, before: number): string {
  const filter = {
    actor: start.to,
    types: [MIGRATE],
    after: start.seq,
    before,
    order: 'desc',
    limit: FEW,
  } as const
  const migration = journal.query(filter).find(({ refused, data }) => refused === null && data !== null)
  return migration === undefined
    ? (start.data as { version: string }).version
    : definitionsIn(migration).to.version
}
