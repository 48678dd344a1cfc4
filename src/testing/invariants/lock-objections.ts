/**
 * Lock objections: who may not ask for a lock: an attempt that is over, whoever has too many, and who would wait for himself. Found
 * from the records alone.
 */
import type { Address } from '../../messages/address.ts'
import type { LockAcquire } from '../../messages/lock.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Books } from './books.ts'
import { isOf } from './lock-books.ts'

/** The code with which it must have been refused; undefined where nobody may object. */
export function lockObjection(
  { type, to, data }: Signal,
  { locks, works, limits }: Books,
): string | undefined {
  if (type !== 'lock.acquire') return undefined
  const asker = data as unknown as LockAcquire
  const work = works.get(asker.owner as Address)
  if (asker.turn > 0 && (work?.state !== 'running' || work.turn !== asker.turn)) return 'STALE_ATTEMPT'
  const { holder } = locks.of(to)
  const others = locks.ofOwner(asker)
  if (!others.has(to) && others.size >= limits.locksHeld) return 'LOCKS_TOO_MANY'
  const waits = asker.wait && holder !== null && !isOf(asker, holder)
  return waits && locks.circle(asker, to) ? 'DEADLOCK' : undefined
}
