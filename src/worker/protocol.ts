/**
 * What the hub's thread and a worker's say to each other, and how an error crosses. Data only: neither side lives here.
 */
import type { MessagePort } from 'node:worker_threads'
import { ERRORS, NonRetryableError, StatorError, toFailure, type ErrorCode, type Failure } from '../errors.ts'
import type { Json } from '../messages/json.ts'

/** What a thread is started with. */
export interface Order {
  readonly module: string
  readonly export: string
  readonly input: unknown
  readonly task: string
  readonly agent: string
  readonly attempt: number
  readonly idempotencyKey: string
  readonly metadata: { readonly [key: string]: Json }
  /** Messages sent and not yet taken: shared memory, one number. */
  readonly underWay: Int32Array
  readonly port: MessagePort
}

export type Level = 'debug' | 'info' | 'warn' | 'error'

/** To the hub's thread. `step` numbers the sub-steps of one thread. */
export type Said =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly output: unknown }
  | { readonly type: 'failed'; readonly error: Thrown }
  | { readonly type: 'invalid'; readonly reason: string }
  | { readonly type: 'progress'; readonly percent: number; readonly note: string | undefined }
  | { readonly type: 'heartbeat' }
  | {
      readonly type: 'log'
      readonly level: Level
      readonly details: object
      readonly message: string | undefined
    }
  | { readonly type: 'do'; readonly step: number; readonly name: string }
  | { readonly type: 'ran'; readonly step: number; readonly value: unknown }
  | { readonly type: 'threw'; readonly step: number; readonly error: Thrown }

/** To the thread. */
export type Told =
  | { readonly type: 'abort'; readonly reason: Thrown }
  | { readonly type: 'run'; readonly step: number; readonly key: string }
  | { readonly type: 'recorded'; readonly step: number; readonly value: unknown }
  | { readonly type: 'refused'; readonly step: number; readonly error: Thrown }

/** An error on its way. `details` are there for one of Stator's own. */
export interface Thrown extends Failure {
  readonly stack?: string
  /** Of a RetryAfterError: what it asks for. */
  readonly after?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

/** Never throws, whatever was thrown. */
export function thrownOf(error: unknown): Thrown {
  const failure = toFailure(error)
  try {
    if (!(error instanceof Error)) return failure
    const { stack, details, retryable, after } = error as StatorError & {
      retryable?: unknown
      after?: unknown
    }
    const isTime = typeof after === 'string' || typeof after === 'number'
    return {
      ...failure,
      // By name too: a module may have another copy of the class than this thread.
      ...(retryable === false || failure.name === 'NonRetryableError' ? { retryable: false } : {}),
      ...(failure.name === 'RetryAfterError' && isTime ? { after } : {}),
      ...(typeof stack === 'string' ? { stack: stack.slice(0, 10_000) } : {}),
      ...(failure.name === 'StatorError'
        ? { details: JSON.parse(JSON.stringify(details)) as Record<string, unknown> }
        : {}),
    }
  } catch {
    return failure
  }
}

/** The error on the other side. Its stack is that of the thread it comes from. */
export function errorOf({ name, message, code, retryable, stack, after, details }: Thrown): Error {
  const error = details !== undefined && isCode(code) ? new StatorError(code, details) : plain()
  if (stack !== undefined) error.stack = stack
  return error

  function plain(): Error {
    const made =
      retryable === false
        ? new NonRetryableError(message, { code })
        : Object.assign(new Error(message), after === undefined ? { code } : { code, after })
    made.name = name
    return made
  }
}

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code)
