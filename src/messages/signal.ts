/**
 * Signal: a message that the hub has delivered and recorded, with its recipient's transition. What observers see;
 * immutable once released. A machine gets the same object as its event.
 */
import type { Json } from './json.ts'
import type { Message } from './message.ts'

export interface Refusal {
  readonly code: string
  readonly message: string
  /** The events that the state would have taken. */
  readonly allowed: readonly string[]
  /** What else whoever is refused must know, such as who holds a lock. */
  readonly details?: { readonly [name: string]: Json }
}

export interface Signal extends Message {
  /** Position in the journal; the first is 1. */
  readonly seq: number
  /** Milliseconds since the epoch; never goes back. */
  readonly at: number
  /** The signal that caused this one; 0 for an input from outside. */
  readonly causationId: number
  /** Which of its cause's outputs this is; with causationId the identity of a derived message. */
  readonly output: number
  /** Derived messages since the last input along this cause. */
  readonly hops: number
  /** Messages between agents along this conversation, inherited through effects and timers. */
  readonly depth: number
  /** What the hub decided at delivery (the agent chosen for a task); copied, never re-decided, on replay. */
  readonly stamp: Json
  /** What the delivery meant: a lifecycle name such as task.started, else the type of the message. */
  readonly name: string
  /** The recipient's states before and after; null before its creation. */
  readonly fromState: string | null
  readonly toState: string | null
  /** Set when the recipient did not take the message. */
  readonly refused: Refusal | null
  /** True when the recipient ended with this delivery. */
  readonly final: boolean
}
