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
function some<T>(kinds: fc.Arbitrary<T>[], most: number): fc.Arbitrary<T[]> {
  return kinds.length === 0 ? fc.constant([]) : fc.array(fc.oneof(...kinds), { maxLength: most })
}

function faults(check: Check, { writes, calls }: Size): fc.Arbitrary<Fault>[] {
  const kinds: fc.Arbitrary<Fault>[] = []
  const points = [
    ...(check.faults.has('crash') ? CRASH_POINTS : []),
    ...(check.faults.has('refused') ? (['refused'] as const) : []),
  ]
  const write = fc.integer({ min: 1, max: writes + 2 })
  if (points.length > 0)
    kinds.push(fc.record({ kind: fc.constant('crash' as const), write, point: fc.constantFrom(...points) }))
  for (const [effect, rules] of check.effects) {
    const may = faultsOf(check, rules)
    const call = fc.integer({ min: 1, max: (calls.get(effect) ?? 0) + 3 })
    if (may.length > 0)
      kinds.push(
        fc.record({
          kind: fc.constant('call' as const),
          effect: fc.constant(effect),
          call,
          fault: fc.constantFrom(...may),
        }),
      )
  }
  if (check.faults.has('pause'))
    kinds.push(
      fc.record({ kind: fc.constant('pause' as const), agent: fc.nat(3), after: fc.nat(writes + 2) }),
    )
  return kinds
}

function actors(check: Check): fc.Arbitrary<Actors> {
  return fc.record({
    agents: check.agents === undefined ? fc.integer({ min: 1, max: 3 }) : fc.constant(1),
    capacity: check.agents === undefined ? fc.integer({ min: 1, max: 2 }) : fc.constant(1),
    limits: fc.constantFrom('usual' as const, 'tight' as const),
  })
}

function events(check: Check, { writes }: Size): fc.Arbitrary<ClientEvent>[] {
  return check.events.map(({ type, data }) =>
    fc.record({
      type: fc.constant(type),
      after: fc.nat(writes + 2),
      to: fc.nat(9),
      data: json(data, `events.${type}`),
    }),
  )
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
