/** Ended: how an actor ended or will have ended: from the journal where it has, else by waiting for it. */
import { StatorError } from '../errors.ts'
import { kindOf, rootOf, type Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import type { Cell, Hold } from './cell.ts'
import type { Ending, Endings } from './endings.ts'
import type { Journal } from './journal.ts'
import type { Lifetime } from './lifetime.ts'
import { endingOf } from './outcome.ts'
import type { Population } from './population.ts'

export interface EndedParts {
  readonly population: Population
  readonly journal: Journal
  readonly endings: Endings
  readonly lifetime: Pick<Lifetime, 'requireJournal' | 'requireTruth' | 'stopped'>
}

/** An actor that lives, as long as that can be known. @throws StatorError CLOSED, JOURNAL_FAILED */
export function lookAt(
  { population, lifetime }: Pick<EndedParts, 'population' | 'lifetime'>,
  address: Address,
): Cell | undefined {
  if (population.loaded(address) === undefined) lifetime.requireJournal()
  else lifetime.requireTruth()
  return population.look(address)
}

/**
 * The signal with which an actor ended, if it did and that is written. After a failed commit nobody can know of any other.
 * @throws StatorError JOURNAL_FAILED
 */
export function writtenEnding(
  { journal, lifetime }: Pick<EndedParts, 'journal' | 'lifetime'>,
  address: Address,
): Signal | undefined {
  const signal = endingOf(journal, address)
  if (signal === undefined) lifetime.requireTruth()
  return signal
}

/** @throws StatorError (rejects) HELD, NOT_FOUND, CLOSED, JOURNAL_FAILED */
export function endedOf(parts: EndedParts, address: Address): Promise<Ending> {
  // No async function of its own: it is waited for as often as there are tasks.
  try {
    return waitFor(parts, address)
  } catch (error) {
    return Promise.reject(error as Error)
  }
}

function waitFor(parts: EndedParts, address: Address): Promise<Ending> {
  const { population, endings, lifetime } = parts
  const cell = lookAt(parts, address)
  const hold = cell?.hold ?? population.stranded().get(address)
  if (hold !== undefined && hold !== null) throw heldError(address, hold)
  if (cell === undefined) {
    const signal = writtenEnding(parts, address)
    if (signal !== undefined) return Promise.resolve({ signal, cell: undefined })
    return kindOf(address) === 'gate' ? comingGate(parts, address) : comingStep(parts, address)
  }
  if (lifetime.stopped !== undefined) throw lifetime.stopped
  return endings.wait(address)
}

/** A gate that its run has not opened yet, and may never open. */
async function comingGate(parts: EndedParts, address: Address): Promise<Ending> {
  const { population, endings, lifetime } = parts
  const root = rootOf(address)
  if (root === address || !population.lives(root)) throw new StatorError('NOT_FOUND', { address })
  if (lifetime.stopped !== undefined) throw lifetime.stopped
  const left = endings.wait(root).then(() => {
    const signal = writtenEnding(parts, address)
    if (signal === undefined)
      throw new StatorError('NOT_FOUND', { address, reason: 'the run ended before it' })
    return { signal, cell: undefined }
  })
  return Promise.race([endings.wait(address), left])
}

/** A step that its run has not reached yet, and may never reach. */
async function comingStep({ population, endings, lifetime }: EndedParts, address: Address): Promise<Ending> {
  const root = rootOf(address)
  const run = root === address ? undefined : population.look(root)
  const name = address.slice(root.length - 'workflow'.length + 'task'.length + 1)
  if (run === undefined || mayCome(run, name) === undefined) throw new StatorError('NOT_FOUND', { address })
  if (lifetime.stopped !== undefined) throw lifetime.stopped
  const own = endings.wait(address)
  const left = endings.wait(root).then(ending => {
    // Else its own ending is on its way: that of a blocked step may come after that of the run.
    if (ending.cell === undefined || mayCome(ending.cell, name) !== false)
      throw new StatorError('NOT_FOUND', { address, reason: 'the run ended before it' })
    return own
  })
  return Promise.race([own, left])
}

/** Undefined where it has no step of that name. */
const mayCome = ({ definition, snapshot }: Cell, name: string): boolean | undefined =>
  definition.run?.mayCome(snapshot.context, name)

export function heldError(address: Address, { code, reason }: Hold): StatorError {
  return new StatorError('HELD', { address, code, reason })
}
