/**
 * RetryAfterError: how a handler says when its next attempt may begin, in place of its policy's backoff. It decides nothing: whether
 * there is a next attempt, the policy says.
 */
import { toMs, type Duration } from '../messages/duration.ts'

/** The longest that a handler may put its next attempt off. */
export const LONGEST_RETRY_AFTER = 365 * 86_400_000

/**
 * Thrown by a handler: this attempt failed, and the next one begins `after` so long: what a service answers with `Retry-After`. It
 * counts as an attempt like any failure. 0 is allowed; more than 365 days count as 365 days; what is no duration is
 * logged, and the backoff of the policy holds.
 */
export class RetryAfterError extends Error {
  readonly code: string
  readonly after: Duration

  constructor(message: string, options: ErrorOptions & { after: Duration; code?: string }) {
    super(message, options)
    this.name = 'RetryAfterError'
    this.code = options.code ?? 'HANDLER_FAILED'
    this.after = options.after
  }
}

/**
 * The milliseconds that what was thrown asks for; undefined where it asks for none. By name: what comes from a thread, or from a
 * module with a copy of the class, means the same.
 * @throws StatorError DEFINITION_INVALID: it asks for what is no duration
 */
export function retryAfterOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || thrown.name !== 'RetryAfterError') return undefined
  return Math.min(Math.ceil(toMs((thrown as RetryAfterError).after, 'after')), LONGEST_RETRY_AFTER)
}
