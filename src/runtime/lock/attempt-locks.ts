/** AttemptLocks: `ctx.lock` of one attempt. It asks the desk for what its handler asks, and lets signs of life renew what it has. */
import type { Lock, LockCall, LockOptions } from '../../actors/lock-calls.ts'
import { StatorError } from '../../errors.ts'
import type { LockOwner } from '../../machines/lock-context.ts'
import { lockAddress } from '../../messages/lock-name.ts'
import type { Limits } from '../limits.ts'
import type { Seat } from '../seat.ts'
import type { HeldLock } from './held-lock.ts'
import type { LockDesk } from './lock-desk.ts'
import { termsOf } from './lock-options.ts'

export function locksOf(seat: Seat, desk: LockDesk, limits: Limits): LockCall {
  const { task, agent, turn } = seat.effect
  const owner: LockOwner = { owner: task, turn }
  let asked = 0
  const felt = (): void => {
    for (const lock of desk.held(owner)) lock.felt(seat.now())
  }
  const over = (): void => desk.end(owner, new StatorError('STALE_ATTEMPT', { task, turn }))

  const take = async (name: string, options: LockOptions): Promise<HeldLock> => {
    seat.requireCurrent()
    const lock = lockAddress(name)
    const terms = termsOf(options, limits)
    if (asked === 0) {
      seat.onEnd(over)
      seat.onHeartbeat(felt)
    }
    felt()
    const resume = seat.suspend()
    try {
      return await desk.take({ ...owner, lock, ask: String(++asked), from: agent, agent, terms })
    } finally {
      resume()
    }
  }

  const within = async <T>(
    name: string,
    options: LockOptions,
    body: (lock: Lock) => Promise<T> | T,
  ): Promise<T> => {
    const lock = await take(name, options)
    let made: T
    try {
      made = await body(lock)
    } catch (error) {
      await lock.release().catch(() => {})
      throw error
    }
    await lock.release()
    return made
  }

  return (<T>(name: string, options: LockOptions = {}, body?: (lock: Lock) => Promise<T> | T) => {
    const made = body === undefined ? take(name, options) : within(name, options, body)
    // A handler that ended without waiting for it must not end the process by its rejection.
    made.catch(() => {})
    return made
  }) as LockCall
}
