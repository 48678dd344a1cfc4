/**
 * Seat: the place of one attempt, as those see it who act for its handler: send its messages, take its locks, ask its questions. Shapes
 * only. Whatever they do for it ends with it.
 */
import type { DoOptions } from '../actors/task-context.ts'
import type { Json } from '../messages/json.ts'
import type { Deadline } from './deadlines.ts'
import type { Effect } from './effect.ts'

/** A sub-step that an earlier attempt may have done. */
export interface Doubt {
  readonly name: string
  readonly key: string
  readonly options: DoOptions<unknown>
}

export interface Seat {
  readonly effect: Effect
  /** The one key of the task, for all its attempts. */
  readonly idempotencyKey: string
  readonly signal: AbortSignal
  /** @throws StatorError STALE_ATTEMPT once the attempt is over */
  requireCurrent(): void
  /**
   * A key for something that the handler asks for: of the task, of what is asked, and of how often it was asked for before in this
   * attempt. So another attempt that asks for the same has the same key, in whatever order it asks.
   */
  keyOf(raw: Json): string
  /** Called once, when the attempt is over, for whatever reason. */
  onEnd(call: () => void): void
  /** The handler waits for somebody outside: its time to run, and for signs of life, stands still until the call that this gives. */
  suspend(): () => void
  /** Milliseconds that it has waited so. */
  readonly waited: number
  /** A sign of life of the handler. Of those that come through its ctx. */
  onHeartbeat(call: () => void): void
  admit(value: unknown): Json
  now(): number
  /** One timer for all. */
  later(ms: number, call: () => void): Deadline
}
