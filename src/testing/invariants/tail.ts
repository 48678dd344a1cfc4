/**
 * Tail: when the start of the tail moves, every living actor must have a checkpoint of what lies before it, or no start would know of
 * that any more. It reads what was written, and runs nothing.
 */
import type { Address } from '../../messages/address.ts'
import type { Batch, Checkpoint } from '../../runtime/journal.ts'
import type { Past } from './past.ts'

/** Those who live and would not be read. */
export function leftBehind({ tailAfter }: Batch, { expected, standing }: Past): Address[] {
  if (tailAfter === null) return []
  const left: Address[] = []
  for (const [address, { alive, createdSeq, takenSeq }] of standing.actors) {
    if (!alive || createdSeq > tailAfter) continue
    const text = expected.checkpoints.get(address)
    // Where it took something after that, its checkpoint may be of any moment before.
    const needed = takenSeq <= tailAfter ? takenSeq : createdSeq
    if (text === undefined || (JSON.parse(text) as Checkpoint).seq < needed) left.push(address)
  }
  return left
}
