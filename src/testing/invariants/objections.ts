/**
 * Objections: what somebody who sees more than the recipient must say against a message, such as that it would close a circle. Found
 * from the records alone; each kind of objection has its own way to be found.
 */
import type { Signal } from '../../messages/signal.ts'
import { budgetObjection } from './budget-objections.ts'
import { contextObjection } from './contexts.ts'
import { letterObjection } from './letter-objections.ts'
import { lockObjection } from './lock-objections.ts'
import type { Shadow } from './shadow.ts'

/** The code with which it must have been refused; undefined where nobody may object. */
export function objectionTo(signal: Signal, shadow: Shadow): string | undefined {
  const { books, actors } = shadow
  if (books.awaited.circle(signal)) return 'CYCLE'
  return (
    letterObjection(signal, shadow) ??
    budgetObjection(signal, books, actors) ??
    contextObjection(signal, shadow) ??
    books.mail.objection(signal) ??
    lockObjection(signal, books)
  )
}
