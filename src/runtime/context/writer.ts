/** Writer: whoever writes to shared values: an attempt of a task, or a client. Shapes, and the two of them. */
import { CLIENT, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { LockCall } from '../../actors/lock-calls.ts'
import type { Seat } from '../seat.ts'

export interface Writer {
  readonly from: Address
  /** Whose its keys are: a task's, whichever agent works on it. */
  readonly keeper: Address
  /** What goes with each of his writes, so that the hub can tell whether he may still write. */
  readonly attempt: { readonly task?: Address; readonly turn?: number }
  /** The key of a write; undefined where it is done each time that it is asked for. */
  keyOf(raw: Json, given: string | undefined): string | undefined
  /** Undefined of whom no lock could be taken away with his attempt. */
  readonly lock?: LockCall
  /** @throws StatorError STALE_ATTEMPT */
  requireCurrent(): void
}

export function handlerAt(seat: Seat, lock: LockCall): Writer {
  const { agent: from, task, turn } = seat.effect
  return {
    from,
    keeper: task,
    attempt: { task, turn },
    lock,
    keyOf: (raw, given) => (given === undefined ? seat.keyOf(raw) : `${task}/${given}`),
    requireCurrent: () => seat.requireCurrent(),
  }
}

export const clientAs = (from: Address = CLIENT): Writer => ({
  from,
  keeper: from,
  attempt: {},
  keyOf: (_raw, given) => given,
  requireCurrent: () => {},
})
