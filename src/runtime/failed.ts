/** Failed: what a task is told of an attempt that failed, whoever says so. Pure, but for that it looks at what was thrown. */
import { toFailure } from '../errors.ts'
import type { Json } from '../messages/json.ts'
import type { Effect } from './effect.ts'

/** `random` is for the jitter of its backoff; `retryAfter` in milliseconds, where the error asks for one. */
export function failedData(
  { turn, spec }: Effect,
  error: unknown,
  random: number,
  retryAfter: number | undefined,
): Json {
  const failure = toFailure(error)
  const isFinal = failure.retryable !== false && isOneOf(error, spec.retry?.nonRetryable)
  return {
    turn,
    error: (isFinal ? { ...failure, retryable: false } : failure) as unknown as Json,
    random,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  }
}

/** By its classes, those it extends included; by name and code its task looks itself. */
function isOneOf(thrown: unknown, names: readonly string[] | undefined): boolean {
  if (names === undefined) return false
  try {
    for (let proto: unknown = thrown; proto instanceof Error; proto = Object.getPrototypeOf(proto))
      if (names.includes((proto.constructor as { name: string }).name)) return true
  } catch {
    // What cannot be read is of no class.
  }
  return false
}
