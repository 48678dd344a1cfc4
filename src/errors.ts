/** Errors as Stator raises them, and as data. Their codes stand in error-codes.ts; nothing else of the project may be imported here. */
import { ERRORS, type ErrorCode, type ErrorEntry } from './error-codes.ts'

export { ERRORS, type ErrorCode } from './error-codes.ts'

/** An error as data: what the journal holds, and what signals show. */
export interface Failure {
  readonly name: string
  readonly message: string
  readonly code: string
  /** False where a retry cannot help. */
  readonly retryable?: boolean
  /** What stood in the way, nearest first; of a task that was blocked. */
  readonly reasons?: readonly Reason[]
}

export interface Reason {
  readonly task: string
  readonly code: string
  readonly message?: string
}

/** Every error that Stator raises. `code` is stable; `details` is JSON; `next` says what to do. */
export class StatorError extends Error {
  readonly code: ErrorCode
  readonly next: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, details: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    const entry: ErrorEntry = ERRORS[code]
    const shown = Object.entries(details).map(([key, value]) => ({ key, value, text: jsonOf(value) }))
    const parts = shown.map(({ key, value, text }) => `${key}: ${clip(text ?? wordsFor(value))}`)
    super(`${code}: ${entry.message}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`, options)
    this.name = 'StatorError'
    this.code = code
    this.next = entry.next
    this.details = Object.fromEntries(
      shown.map(({ key, value, text }) => [
        key,
        text === undefined && value !== undefined ? clip(wordsFor(value)) : value,
      ]),
    )
  }
}

/** Thrown by a handler: this failure is final, whatever the retry policy says. */
export class NonRetryableError extends Error {
  readonly code: string
  /** Any error with this is final. */
  readonly retryable = false

  constructor(message: string, options?: ErrorOptions & { code?: string }) {
    super(message, options)
    this.name = 'NonRetryableError'
    this.code = options?.code ?? 'HANDLER_FAILED'
  }
}

/** Turns whatever was thrown into data. Never throws itself. */
export function toFailure(thrown: unknown, fallback: ErrorCode = 'HANDLER_FAILED'): Failure {
  try {
    if (thrown instanceof Error) {
      const code: unknown = (thrown as { code?: unknown }).code
      const known = typeof code === 'string' ? clip(code) : fallback
      // By what it says of itself: it may be of another copy of this module, or a user's own.
      return failure(
        thrown,
        known,
        (thrown as { retryable?: unknown }).retryable === false ? false : undefined,
      )
    }
    return { name: 'Error', message: clip(String(thrown)), code: fallback }
  } catch {
    return { name: 'Error', message: 'a thrown value that cannot be read', code: fallback }
  }
}

/** The other way: an Error for a failure read from the journal. */
export function fromFailure(
  code: ErrorCode,
  failed: Failure,
  details: Record<string, unknown> = {},
): StatorError {
  const cause = Object.assign(new Error(failed.message), { name: failed.name, code: failed.code })
  return new StatorError(code, { ...details, cause: failed }, { cause })
}

function failure(error: Error, code: string, retryable?: boolean): Failure {
  const base = { name: clip(String(error.name)), message: clip(String(error.message)), code }
  return retryable === undefined ? base : { ...base, retryable }
}

const clip = (text: string): string => (text.length > 2000 ? `${text.slice(0, 2000)}…` : text)

/** A detail as JSON, text without its quotes; undefined where JSON cannot hold it, and would say something else. */
function jsonOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && !Number.isFinite(value)) return undefined
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/** An error that cannot be made would hide the one that it is about. */
function wordsFor(value: unknown): string {
  try {
    return String(value)
  } catch {
    return 'a value that cannot be read'
  }
}
