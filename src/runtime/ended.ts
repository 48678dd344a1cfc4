/** Ended: how an actor ended or will have ended: from the journal where it has, else by waiting for it. */
import { StatorError } from '../errors.ts'
import { rootOf, type Address } from '../messages/address.ts'
import type { Hold } from './cell.ts'
import type { Ending, Endings } from './endings.ts'
import type { Journal } from './journal.ts'
import type { Lifetime } from './lifetime.ts'
import { endingOf } from './outcome.ts'
import type { Population } from './population.ts'

export interface EndedParts {
  readonly population: Population
  readonly journal: Journal
  readonly endings: Endings
  readonly lifetime: Pick<Lifetime, 'requireJournal' | 'stopped'>
}

/** @throws StatorError (rejects) HELD, NOT_FOUND, CLOSED, JOURNAL_FAILED */
export async function endedOf(parts: EndedParts, address: Address): Promise<Ending> {
  const { population, journal, endings, lifetime } = parts
  const cell = population.find(address)
  const stranded = population.stranded().get(address)
  const hold = cell?.hold ?? stranded
  if (hold !== undefined && hold !== null) throw heldError(address, hold)
  if (cell === undefined) {
    lifetime.requireJournal()
    const signal = endingOf(journal, address)
    if (signal !== undefined) return { signal, cell: undefined }
    // A step that has not been reached yet.
    const root = rootOf(address)
    if (root === address || population.find(root) === undefined)
      throw new StatorError('NOT_FOUND', { address })
  }
  if (lifetime.stopped !== undefined) throw lifetime.stopped
  return endings.wait(address)
}

export function heldError(address: Address, { code, reason }: Hold): StatorError {
  return new StatorError('HELD', { address, code, reason })
}
