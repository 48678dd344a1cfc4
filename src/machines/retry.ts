/**
 * Exponential backoff with jitter, as a pure function. Source of the jitter rules: AWS Architecture Blog,
 * "Exponential Backoff And Jitter" (2015).
 */
import type { RetryPolicy } from '../messages/task.ts'

export const NO_RETRY: RetryPolicy = {
  maxAttempts: 1,
  initialInterval: 1000,
  backoff: 2,
  maxInterval: 60_000,
  jitter: 'full',
}

/** Milliseconds before the next attempt. `failures` counts from 1; `random` is in 0..1. */
export function retryDelay(policy: RetryPolicy, failures: number, random: number): number {
  // The factor grows past all numbers in the end, and nothing times infinity is not a number.
  const factor = Math.min(policy.backoff ** (failures - 1), Number.MAX_VALUE)
  const interval = Math.min(policy.maxInterval, policy.initialInterval * factor)
  if (policy.jitter === 'full') return Math.round(interval * random)
  if (policy.jitter === 'equal') return Math.round(interval / 2 + (interval / 2) * random)
  return Math.round(interval)
}
