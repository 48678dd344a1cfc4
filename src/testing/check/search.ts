/**
 * Search: draws cases until one fails, and makes that one as small as it gets in the plays that it may take. It judges no case, and
 * writes nothing down.
 */
import * as fc from 'fast-check'
import { StatorError } from '../../errors.ts'
import { PromiseBroken } from '../host/ends.ts'
import type { Case, Fault } from './case.ts'
import { cases, type Size } from './cases.ts'
import type { Check } from './options.ts'
import { runCase, type Ran } from './run-case.ts'

/** What shrinking may take: plays, and signals in them, for the plays of a long workflow, or with large values, take longer. */
interface Effort {
  plays: number
  signals: number
}

/** So many characters of a case count as a signal. */
const CHARACTERS = 100

/** What is left then is short enough to read. */
const SHRINKING: Effort = { plays: 2_000, signals: 200_000 }
const SIMPLIFYING: Effort = { plays: 200, signals: 20_000 }

export interface Found {
  readonly case: Case
  readonly error: Error
  /** Such as `run 17 of 100, shrunk 23 times`. */
  readonly how: string
}

/** `play` plays a case that is drawn, and counts it; what shrinking tries is not counted. Undefined where none fails. */
export async function search(
  check: Check,
  size: Size,
  play: (drawn: Case) => Promise<Ran>,
): Promise<Found | undefined> {
  let failure: { readonly case: Case; readonly error: Error } | undefined
  let left = { ...SHRINKING }
  const isSpent = (): boolean => left.plays <= 0 || left.signals <= 0
  const shrunk = async (drawn: Case): Promise<Error | undefined> => {
    const { error, signals } = await runCase(check, drawn)
    left.plays--
    left.signals -= signals + JSON.stringify(drawn).length / CHARACTERS
    return error
  }
  const property = fc.asyncProperty(new Until(cases(check, size), isSpent), async drawn => {
    if (failure !== undefined && isSpent()) return
    const error = failure === undefined ? (await play(drawn)).error : await shrunk(drawn)
    if (error === undefined) return
    failure = { case: drawn, error }
    throw error
  })
  const parameters = { numRuns: check.runs, ...(check.seed === undefined ? {} : { seed: check.seed }) }
  const { failed, numRuns, numShrinks, errorInstance } = await fc.check(property, parameters)
  if (failure === undefined) {
    // Of fast-check itself, as somebody configured it for all checks.
    if (failed) throw new StatorError('CHECK_INVALID', { reason: 'interrupted' }, { cause: errorInstance })
    return undefined
  }
  const how = `run ${numRuns} of ${check.runs}, shrunk ${numShrinks} times`
  left = { ...SIMPLIFYING }
  for (const simpler of simplest(failure.case)) {
    if (isSpent()) break
    const error = await shrunk(simpler)
    if (error !== undefined && promiseOf(error) === promiseOf(failure.error))
      return { case: simpler, error, how }
  }
  return { ...failure, how }
}

/**
 * Shrinking changes one thing at a time. Where a fault hits depends on the others, on the limits and on the schedule, so that none of these
 * can be left out alone: here each fault is by itself, at each place up to where it was, and everything else is as plain as can be.
 */
function* simplest(found: Case): Generator<Case, void> {
  const { faults, actors, schedule } = found
  if (faults.length < 2 && actors.limits === 'usual' && schedule.length === 0) return
  for (const fault of faults)
    for (const one of placesOf(fault))
      yield { ...found, faults: [one], actors: { agents: 1, capacity: 1, limits: 'usual' }, schedule: [] }
}

function placesOf(fault: Fault): Fault[] {
  if (fault.kind === 'pause') return [fault]
  const last = fault.kind === 'crash' ? fault.write : fault.call
  const places = Array.from({ length: last }, (_, index) => index + 1)
  return places.map(place =>
    fault.kind === 'crash' ? { ...fault, write: place } : { ...fault, call: place },
  )
}

const promiseOf = (error: Error): number | string =>
  error instanceof PromiseBroken ? error.promise : error.message

/** The same values; none smaller once it is over. To shrink one value of a hundred thousand letters can take hours by itself. */
class Until<T> extends fc.Arbitrary<T> {
  readonly #inner: fc.Arbitrary<T>
  readonly #isOver: () => boolean

  constructor(inner: fc.Arbitrary<T>, isOver: () => boolean) {
    super()
    this.#inner = inner
    this.#isOver = isOver
  }

  override generate(random: fc.Random, bias: number | undefined): fc.Value<T> {
    return this.#inner.generate(random, bias)
  }

  override canShrinkWithoutContext(value: unknown): value is T {
    return this.#inner.canShrinkWithoutContext(value)
  }

  override shrink(value: T, context: unknown): fc.Stream<fc.Value<T>> {
    return this.#inner.shrink(value, context).takeWhile(() => !this.#isOver())
  }
}
