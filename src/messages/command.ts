/**
 * Command: what a machine emits, as data. The kernel is the one place that carries commands out.
 */
import type { Address } from './address.ts'
import type { Json } from './json.ts'
import type { Priority } from './message.ts'

export interface Send {
  readonly type: 'send'
  readonly to: Address
  readonly event: string
  readonly data: Json
  /** Default: the sender's own. */
  readonly priority?: Priority
  /** What it belongs to, where that is not what its sender belongs to. */
  readonly correlationId?: string
}

/** Start the work of this actor outside; `turn` names the attempt, so that late outcomes are known as stale. */
export interface StartEffect {
  readonly type: 'effect.start'
  readonly turn: number
}

export interface StopEffect {
  readonly type: 'effect.stop'
  readonly turn: number
  readonly reason: string
}

export interface SetTimer {
  readonly type: 'timer.set'
  readonly id: string
  /** Milliseconds from the time of the signal that set it. */
  readonly delay: number
  /** The event that the machine gets when it is due. */
  readonly event: string
}

export interface CancelTimer {
  readonly type: 'timer.cancel'
  readonly id: string
}

/** What machines may emit themselves. */
export type Emitted = Send | StartEffect | StopEffect
export type Command = Emitted | SetTimer | CancelTimer
