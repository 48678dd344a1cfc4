/** Origin: a journal that began as a fork is whole once it has come up to where it was forked. For every journal; reads nothing. */
import { StatorError } from '../errors.ts'
import type { Origin } from './journal.ts'

/** A fork that has not come up to its origin was never finished. @throws StatorError JOURNAL_DAMAGED */
export function checkWhole(origin: Origin | null, last: number): void {
  if (origin !== null && last < origin.seq)
    throw new StatorError('JOURNAL_DAMAGED', {
      seq: last + 1,
      reason: 'a fork that was never finished: delete it, and fork again',
    })
}
