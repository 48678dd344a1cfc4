/** Options of locks as the hub takes them: checked once, durations in milliseconds. Nothing is asked for here. */
import { z } from 'zod'
import type { LockOptions } from '../../actors/lock-calls.ts'
import { parse } from '../../actors/schema.ts'
import { toMs, type Duration } from '../../messages/duration.ts'
import { StatorError } from '../../errors.ts'
import type { LockAcquire } from '../../messages/lock.ts'
import type { Limits } from '../limits.ts'

// Durations are checked with a code of their own.
const shape = {
  wait: z.boolean().optional(),
  timeout: z.custom<Duration>().optional(),
  lease: z.custom<Duration>().optional(),
  note: z.string().max(1_000).optional(),
}
const ofAttempts = z.strictObject(shape)
const ofClients = z.strictObject({ ...shape, owner: z.string().min(1).max(200).optional() })

/** What a client gives besides. */
export interface AcquireOptions extends LockOptions {
  /** Who has it: 1 to 200 characters. Whoever has it under that name may ask again, from any process life. Default: a name of its own. */
  readonly owner?: string
}

export type Terms = Pick<LockAcquire, 'wait' | 'timeout' | 'lease' | 'room' | 'note'>

/** @throws StatorError INPUT_INVALID, DEFINITION_INVALID (no duration, or a lease of less than 1 ms) */
export function termsOf(options: LockOptions, limits: Limits): Terms {
  return made(parse(ofAttempts, options, 'INPUT_INVALID', 'options of a lock') as LockOptions, limits)
}

/** @throws StatorError as above */
export function clientTermsOf(options: AcquireOptions, limits: Limits): Terms & { readonly owner?: string } {
  const given = parse(ofClients, options, 'INPUT_INVALID', 'options of a lock') as AcquireOptions
  return { ...made(given, limits), ...(given.owner === undefined ? {} : { owner: given.owner }) }
}

function made({ wait = true, timeout, lease, note }: LockOptions, limits: Limits): Terms {
  const ms = lease === undefined ? limits.lockLease : toMs(lease, 'lease')
  if (ms < 1) throw new StatorError('DEFINITION_INVALID', { lease, expected: '1 ms or more' })
  return {
    wait,
    lease: ms,
    room: limits.lockWaiters,
    ...(timeout === undefined ? {} : { timeout: toMs(timeout, 'timeout') }),
    ...(note === undefined ? {} : { note }),
  }
}
