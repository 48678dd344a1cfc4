/** Envelope: a message on its way through the hub, before it has a position. Shapes only. */
import type { Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Message, Priority } from '../messages/message.ts'
import type { Signal } from '../messages/signal.ts'
import type { KeyRecord } from './journal.ts'

export interface Envelope extends Message {
  readonly causationId: number
  readonly output: number
  readonly hops: number
  readonly depth: number
  /** Its row in the journal, where it was committed as pending; else 0. */
  readonly pendingId: number
  /** The signal that caused it, where it is still at hand. */
  readonly cause: Signal | null
  /** The JSON of its data, where it was made already; not of what a delivery puts in its place. */
  readonly text: string | undefined
  /** An idempotency key to commit with it. */
  readonly key: Omit<KeyRecord, 'seq'> | undefined
  /** A result of `ctx.do` to commit with it, if the task takes it. */
  readonly ack: Ack | undefined
}

export interface Ack {
  /** Called after the signal is durable. */
  committed(signal: Signal): void
  /** Called when it will never be: the journal failed, or the hub closed. */
  failed(error: Error): void
}

/** An input from outside: the start of a cause. */
export function input(
  message: {
    type: string
    to: Address
    from: Address
    data: Json
    priority?: Priority
    correlationId: string
  },
  extra: Partial<Pick<Envelope, 'text' | 'key' | 'ack' | 'depth'>> = {},
): Envelope {
  return {
    type: message.type,
    to: message.to,
    from: message.from,
    priority: message.priority ?? 'normal',
    correlationId: message.correlationId,
    data: message.data,
    causationId: 0,
    output: 0,
    hops: 0,
    depth: extra.depth ?? 0,
    pendingId: 0,
    cause: null,
    text: extra.text,
    key: extra.key,
    ack: extra.ack,
  }
}
