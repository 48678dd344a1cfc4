/** Attempt: one run of a handler, as far as it is known from outside. Shapes, and when it must end; it judges nothing. */
import type { Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'

/** Reported by the executor, and not by a handler. */
export const TIMEOUTS: ReadonlySet<string | undefined> = new Set(['TASK_TIMEOUT', 'HEARTBEAT_TIMEOUT'])

/** So is the end of those that have no time left in their budget, whenever that is. */
export const GIVEN_UP: ReadonlySet<string | undefined> = new Set([...TIMEOUTS, 'BUDGET_TIME_UP'])

export interface Attempt {
  readonly task: Address
  readonly turn: number
  readonly agent: Address
  /** The process life that started it. */
  readonly life: number
  /** Virtual time at which it was started, and at which it has taken too long. */
  readonly started: number
  readonly deadline: number
  /** Milliseconds that it may be silent, and its last sign of life. */
  readonly heartbeat: number | undefined
  seen: number
  /** For how many it waits outside, since when, and for how long it did before: its time stands still. */
  waits: number
  waitsSince: number
  waited: number
  /** Its last recorded progress, and whether that came sooner than it may. */
  told?: { readonly at: number; readonly early: boolean }
  /** When the task went on without it. */
  over: number | undefined
  /** The same two times, as the records have them: they stand still while a clock that was set back is behind. */
  readonly startedAt: number
  overAt: number | undefined
  /** The last record of its process life, once that has ended. */
  lastAt: number | undefined
  /** What its handler did, where that is seen: nothing, begin, return, throw. */
  handler: 'unseen' | 'start' | 'output' | 'error'
  /** Its handler ended only after the task had gone on. */
  late: boolean
  said: Json
}

/** When it must be given up, as things stand: not as long as it waits. */
export function endOf({
  deadline,
  heartbeat = Number.POSITIVE_INFINITY,
  seen,
  waits,
  waited,
}: Attempt): number {
  return waits > 0 ? Number.POSITIVE_INFINITY : Math.min(deadline + waited, seen + heartbeat)
}

/** Milliseconds that it has left in all. */
export const leftOf = ({ deadline, waits, waitsSince, waited }: Attempt, now: number): number =>
  deadline + waited - (waits > 0 ? waitsSince : now)

/** What a handler threw, as the ledger has it. */
export const textOf = (said: Json): string => (typeof said === 'string' ? said : JSON.stringify(said))

/** It begins to wait outside, or has been answered. */
export function wait(attempt: Attempt | undefined, what: 'wait' | 'go on', at: number): void {
  if (attempt === undefined) return
  if (what === 'wait' && attempt.waits++ === 0) attempt.waitsSince = at
  if (what === 'wait' || --attempt.waits > 0) return
  attempt.waited += at - attempt.waitsSince
  attempt.seen = at
}
