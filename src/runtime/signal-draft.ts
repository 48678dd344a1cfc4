/** Signal drafts: how envelopes become signals, and signals cause envelopes. Pure. */
import { HUB, type Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Priority } from '../messages/message.ts'
import type { Refusal, Signal } from '../messages/signal.ts'
import { isKnown } from './cached.ts'
import type { Cell } from './cell.ts'
import type { Envelope } from './envelope.ts'
import type { SignalDraft } from './turn.ts'

/** A signal as it is before its recipient has seen it. */
export function draft(envelope: Envelope, seq: number, at: number): SignalDraft {
  return {
    seq,
    at,
    type: envelope.type,
    name: envelope.type,
    to: envelope.to,
    from: envelope.from,
    priority: envelope.priority,
    correlationId: envelope.correlationId,
    causationId: envelope.causationId,
    output: envelope.output,
    hops: envelope.hops,
    depth: envelope.depth,
    stamp: null,
    data: envelope.data,
    fromState: null,
    toState: null,
    refused: null,
    final: false,
  }
}

/** A message that a delivery causes: it inherits depth, and correlation and priority where it names none; it adds a hop. */
export function derived(
  cell: Pick<Cell, 'address' | 'correlationId' | 'priority'>,
  signal: Signal,
  message: {
    to: Address
    type: string
    data: Json
    priority?: Priority | undefined
    correlationId?: string | undefined
  },
  output: number,
): Envelope {
  return {
    type: message.type,
    to: message.to,
    from: cell.address,
    priority: message.priority ?? cell.priority,
    correlationId: message.correlationId ?? cell.correlationId,
    data: message.data,
    causationId: signal.seq,
    output,
    hops: hopsTo(signal) + 1,
    depth: signal.depth,
    pendingId: 0,
    cause: signal,
    text: undefined,
    key: undefined,
    ack: undefined,
  }
}

/** A result that was there already stands for work that was done outside: what it causes is a new chain, as after that work. */
const hopsTo = (signal: Signal): number => (isKnown(signal) ? 0 : signal.hops)

/** Marks a signal as not taken. */
export function refuse(
  signal: SignalDraft,
  why: Omit<Refusal, 'allowed'>,
  allowed: readonly string[] = [],
): Signal {
  signal.refused = { ...why, allowed }
  return signal
}

/** Messages that speak of one attempt of a task. */
const OF_AN_ATTEMPT: ReadonlySet<string> = new Set([
  'task.done',
  'task.failed',
  'task.progress',
  'task.recorded',
  'task.intended',
  'task.handOff',
])

/**
 * The code for what was not taken: `code`, but for word of an attempt: a task takes that of the one that runs, whatever it is, so
 * this one is over, and perhaps the task with it.
 */
export function refusalOf(signal: Signal, code: string): string {
  return OF_AN_ATTEMPT.has(signal.type) ? 'STALE_ATTEMPT' : code
}

/** Tells an actor, in the hub's name, what it could not do. */
export function faultTo(cell: Cell, signal: Signal, data: Json, output: number): Envelope {
  return { ...derived(cell, signal, { to: cell.address, type: 'fault', data }, output), from: HUB }
}

/** Which step of a run a message speaks of, and which visit or item of it; -1 where of none. */
export function placeIn(data: Json): { step: number; visit?: number; item?: number; undo?: boolean } {
  const { step = -1, visit, item, undo } = (data ?? {}) as Partial<ReturnType<typeof placeIn>>
  return {
    step,
    ...(visit === undefined ? {} : { visit }),
    ...(item === undefined ? {} : { item }),
    ...(undo === undefined ? {} : { undo }),
  }
}
