/** Lock calls: how a handler gets hold of what only one may have at a time. The interface only. */
import type { Duration } from '../messages/duration.ts'

export interface LockOptions {
  /** Whether to stand in line where somebody has it; false: refused at once with LOCK_HELD. Default true. */
  readonly wait?: boolean
  /** How long to stand in line at most; then LOCK_TIMEOUT. Default: as long as it takes. */
  readonly timeout?: Duration
  /**
   * How long it is held without a sign of life; at least 1 ms. `ctx.heartbeat`, `ctx.progress` and calls of locks renew it, at most
   * every third of it. Default limits.lockLease, which is 30 minutes.
   */
  readonly lease?: Duration
  /** What for, for whoever looks who has it; up to 1,000 characters. */
  readonly note?: string
}

/** A lock that is held. Whoever uses it for something outside hands the token on, and what is outside refuses a lower one. */
export interface Lock {
  readonly name: string
  /** Higher than that of any grant of this lock before it, for ever. Asked for again by its own attempt, it has the same one. */
  readonly token: number
  /** Aborts when it is lost: its lease ran out, it was broken, or the attempt is over. `reason` is a StatorError:
   * LOCK_LOST, whose details say how it was lost, and by whom; or STALE_ATTEMPT. */
  readonly signal: AbortSignal
  /**
   * Gives it back; durable when it settles. Again: the same answer.
   * @throws StatorError (rejects) LOCK_LOST: it was lost before; STALE_ATTEMPT, CLOSED, JOURNAL_FAILED
   */
  release(): Promise<void>
  /** Its lease begins anew, now. @throws StatorError (rejects) LOCK_LOST, STALE_ATTEMPT, CLOSED, JOURNAL_FAILED */
  renew(): Promise<void>
  /** Gives it back, if it is still held; `signal` tells whether it was. Never rejects. */
  [Symbol.asyncDispose](): Promise<void>
}

export interface LockCalls {
  readonly lock: LockCall
}

export interface LockCall {
  /**
   * Gets hold of a lock, by any name, such as the path of a file. Exclusive among all attempts of all agents, and all clients; first
   * come, first served. The attempt that has it may ask again, and gives it back as often. It is given back when the attempt ends, in
   * whatever way. While it stands in line, the attempt's own time stands still.
   * @throws StatorError (rejects) LOCK_HELD (`wait: false`), LOCK_TIMEOUT, LOCK_LINE_FULL (limits.lockWaiters), LOCKS_TOO_MANY
   * (limits.locksHeld), LOCK_LOST (broken before it could be used), DEADLOCK: whoever has it waits for what this attempt has, in the
   * details as `cycle`; STALE_ATTEMPT, INPUT_INVALID, DEFINITION_INVALID (no duration), CLOSED, JOURNAL_FAILED
   */
  (name: string, options?: LockOptions): Promise<Lock>
  /**
   * The same, for as long as `body` takes; gives what `body` gives. Rejects with LOCK_LOST where the lock was lost meanwhile, and with
   * what `body` throws.
   */
  <T>(name: string, options: LockOptions, body: (lock: Lock) => Promise<T> | T): Promise<T>
}
