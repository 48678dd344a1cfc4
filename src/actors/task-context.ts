/**
 * TaskContext: what a handler gets beside its input. Interfaces only; the executor makes it. What it can do together with others is
 * in a file of its own for each noun.
 */
import type { BudgetCalls } from './budget-calls.ts'
import type { ContextCalls } from './context-calls.ts'
import type { GateCalls } from './gate-calls.ts'
import type { LockCalls } from './lock-calls.ts'
import type { MailCalls, SayCalls } from './mail-calls.ts'
import type { Json } from '../messages/json.ts'

/** All that a handler can say to others, through the hub. Refused with STALE_ATTEMPT once its attempt is over. */
export interface Workplace extends SayCalls, LockCalls, ContextCalls, GateCalls, BudgetCalls {}

export interface TaskContext extends AttemptContext, Workplace, MailCalls {}

/** Of a task with `uncertain`. */
export interface DoOptions<T> {
  /**
   * Asks outside what became of it, by its key: `{ done: value }`, 'not done', or 'unknown'. Where it throws, the attempt fails, and the
   * next one asks again.
   */
  readonly reconcile?: (idempotencyKey: string) => Reconciled<T> | Promise<Reconciled<T>>
  /** Does this error say that nothing happened? Then the sub-step has failed, and is not uncertain. Default: no error says so. */
  readonly notDone?: (error: unknown) => boolean
}

export type Reconciled<T> = { readonly done: T } | 'not done' | 'unknown'

/** What it has of its own attempt. */
export interface AttemptContext {
  /** Address of the task, such as `task/release-42/build`. */
  readonly task: string
  /** Address of the agent that works on it. */
  readonly agent: string
  /** From 1; interruptions are not attempts. */
  readonly attempt: number
  /** Aborts on cancel, on timeout and when the runtime closes; `reason` is a StatorError. */
  readonly signal: AbortSignal
  /** One key for all attempts of this task: give it to outside services that take one. */
  readonly idempotencyKey: string
  readonly metadata: { readonly [key: string]: Json }
  /**
   * Shows how far it is, 0..100. The latest one wins; never waits, never throws. At most one in `limits.progressInterval` (1 s) is
   * recorded, and the last one before a failure. It is a sign of life as well.
   */
  progress(percent: number, note?: string): void
  /** A sign of life, for a task with `timeout.heartbeat`; cheap enough for a loop, never throws. */
  heartbeat(): void
  /**
   * A recorded sub-step: its result is durable before this returns, and every later attempt gets that result instead
   * of running `fn` again. Errors are not recorded. `fn` gets a key of its own, stable over all attempts.
   * @throws StatorError STEP_REPEATED (name used before in this attempt), STALE_ATTEMPT (the attempt is over),
   * EFFECT_UNCERTAIN (nobody could say whether it had happened: not retried), INPUT_INVALID (a name of no or more than 200 characters), NOT_JSON, MESSAGE_TOO_LARGE
   */
  do<T>(name: string, fn: (idempotencyKey: string) => Promise<T> | T, options?: DoOptions<T>): Promise<T>
  /** A structured logger that names task, agent and attempt. */
  readonly log: Logger
}

/** The part of pino that Stator uses. */
export interface Logger {
  debug(details: object, message?: string): void
  info(details: object, message?: string): void
  warn(details: object, message?: string): void
  error(details: object, message?: string): void
}
