/**
 * Cases: the arbitrary that makes them. Its parts stand in the order in which a failure shrinks: faults, actors, events, payloads,
 * schedule. It plays nothing.
 */
import * as fc from 'fast-check'
import { StatorError, toFailure } from '../../errors.ts'
import { toJson, type Json } from '../../messages/json.ts'
import { CRASH_POINTS } from '../host/disk.ts'
import type { Actors, Case, ClientEvent, Fault } from './case.ts'
import { faultsOf, type Check } from './options.ts'

/** What an undisturbed run did: faults are drawn where there is something to hit. */
export interface Size {
  readonly writes: number
  readonly calls: ReadonlyMap<string, number>
}

const MOST_FAULTS = 5
const MOST_CRASHES = 2
const MOST_EVENTS = 3
const LONGEST_SCHEDULE = 100
/** What the runtime admits by default. */
const DEEPEST = 64

/** A case in which nothing is out of the ordinary, but for its payloads. */
export function plainCases(check: Check): fc.Arbitrary<Case> {
  return payloads(check, 1).map(given => ({
    faults: [],
    actors: { agents: 1, capacity: 1, limits: 'usual' },
    events: [],
    ...given,
    schedule: [],
    seed: 1,
  }))
}

export function cases(check: Check, size: Size): fc.Arbitrary<Case> {
  return fc
    .tuple(
      some(faults(check, size), MOST_FAULTS).map(bounded),
      actors(check),
      some(events(check, size), MOST_EVENTS),
      payloads(check, check.together),
      fc.record({
        schedule: fc.array(fc.nat(63), { maxLength: LONGEST_SCHEDULE, size: 'max' }),
        seed: fc.nat(),
      }),
    )
    .map(([drawn, cast, sent, given, order]) => ({
      faults: drawn,
      actors: cast,
      events: sent,
      ...given,
      ...order,
    }))
}

/** Three interruptions fail a task for good: so many crashes are a promise of their own, and not drawn here. */
function bounded(drawn: readonly Fault[]): readonly Fault[] {
  let crashes = 0
  return drawn.filter(({ kind }) => kind !== 'crash' || ++crashes <= MOST_CRASHES)
}

/** Up to so many out of these kinds; none where there is no kind. */
function some<T>(kinds: fc.WeightedArbitrary<T>[], most: number): fc.Arbitrary<T[]> {
  return kinds.length === 0 ? fc.constant([]) : fc.array(fc.oneof(...kinds), { maxLength: most })
}

function faults(check: Check, { writes, calls }: Size): fc.WeightedArbitrary<Fault>[] {
  const wrong = [...check.effects].flatMap(([effect, rules]): fc.WeightedArbitrary<Fault>[] => {
    const may = faultsOf(check, rules)
    if (may.length === 0) return []
    const call = fc.integer({ min: 1, max: (calls.get(effect) ?? 0) + 3 })
    const kind = fc.constant('call' as const)
    const arbitrary = fc.record({ kind, effect: fc.constant(effect), call, fault: fc.constantFrom(...may) })
    return [{ weight: 1, arbitrary }]
  })
  // However many effects there are, as many cases die in the middle of them.
  const weight = Math.max(1, Math.ceil(wrong.length / 2))
  const points = [
    ...(check.faults.has('crash') ? CRASH_POINTS : []),
    ...(check.faults.has('refused') ? (['refused'] as const) : []),
  ]
  const crash = (): fc.Arbitrary<Fault> =>
    fc.record({
      kind: fc.constant('crash' as const),
      write: fc.integer({ min: 1, max: writes + 2 }),
      point: fc.constantFrom(...points),
    })
  const pause = fc.record({
    kind: fc.constant('pause' as const),
    agent: fc.nat(3),
    after: fc.nat(writes + 2),
  })
  return [
    ...(points.length > 0 ? [{ weight, arbitrary: crash() }] : []),
    ...wrong,
    ...(check.faults.has('pause') ? [{ weight, arbitrary: pause }] : []),
  ]
}

function actors(check: Check): fc.Arbitrary<Actors> {
  return fc.record({
    agents: check.agents === undefined ? fc.integer({ min: 1, max: 3 }) : fc.constant(1),
    capacity: check.agents === undefined ? fc.integer({ min: 1, max: 2 }) : fc.constant(1),
    limits: fc.constantFrom('usual' as const, 'tight' as const),
  })
}

function events(check: Check, { writes }: Size): fc.WeightedArbitrary<ClientEvent>[] {
  return check.events.map(({ type, data }) => ({
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant(type),
      after: fc.nat(writes + 2),
      to: fc.nat(9),
      data: json(data, `events.${type}`),
    }),
  }))
}

function payloads(check: Check, most: number): fc.Arbitrary<Pick<Case, 'inputs' | 'outputs'>> {
  const outputs = Object.entries(check.outputs).map(
    ([name, answers]): [string, fc.Arbitrary<readonly Json[]>] => [
      name,
      fc.array(json(answers, `effects.${name}.output`), { minLength: 1, maxLength: 3 }),
    ],
  )
  return fc.record({
    inputs: fc.array(json(check.input, 'input'), { minLength: 1, maxLength: most }),
    outputs: fc.record(Object.fromEntries(outputs)),
  })
}

/** As a journal and a token hold it, and as nobody can change it. @throws StatorError CHECK_INVALID when a value is drawn that is not JSON */
function json(values: fc.Arbitrary<unknown>, option: string): fc.Arbitrary<Json> {
  return values.map(value => {
    try {
      return toJson(value, DEEPEST)
    } catch (error) {
      const { message: reason } = toFailure(error)
      throw new StatorError('CHECK_INVALID', { option, reason }, { cause: error })
    }
  })
}
