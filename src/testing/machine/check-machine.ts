/**
 * Check a machine: random sequences of events by fast-check, each run judged by run.ts, a failure shrunk and told as a trace.
 * Knows nothing of what a promise is.
 */
import * as fc from 'fast-check'
import type { AnyStateMachine } from 'xstate'
import { StatorError } from '../../errors.ts'
import { withActors } from './actors.ts'
import { MachineCheckFailed, type BrokenPromise, type CheckOptions, type CheckReport } from './checked.ts'
import { coverageLines, coverageSummary } from './coverage-text.ts'
import { wholeNumber } from './options.ts'
import { alphabetOf, toArbitrary, type Alphabet } from './payloads.ts'
import { begin } from './position.ts'
import type { Rules } from './promises.ts'
import { Run, type Draw } from './run.ts'
import { Tally } from './tally.ts'

/**
 * Sends a machine random sequences of events and promises after every step: no guard or action throws; an event that is not
 * taken leaves the snapshot the same object; the context before the step is as it was; a crash loses nothing (persisted,
 * written as JSON and restored it is equal, and the next event leads to the same); `always` holds. At the end of every run
 * delays fire and invoked actors end until `eventually` holds. Nothing that the machine asks for is run.
 *
 * A check that tests nothing fails too: an event that was never taken, a property that never applied, an `eventually` that
 * was never false.
 *
 * @param machine any XState v5 machine
 * @param options payloads, properties, and how much: 100 runs of at most 30 events that are taken, seed 1
 * @returns what was covered
 * @throws MachineCheckFailed with the shortest trace that breaks a promise; StatorError CHECK_VACUOUS, CHECK_INVALID for
 * options that cannot be used, MACHINE_FAULT where the machine cannot start
 */
export function checkMachine<M extends AnyStateMachine>(
  machine: M,
  options: CheckOptions<M> = {},
): CheckReport {
  const { runs = 100, seed = 1, path, maxEvents = 30 } = options
  wholeNumber('runs', runs, 1)
  wholeNumber('seed', seed, Number.MIN_SAFE_INTEGER)
  wholeNumber('maxEvents', maxEvents, 1)
  const rules = rulesOf(withActors(machine), options)
  // A machine that cannot start breaks no promise: it is none.
  begin(rules.machine, rules.input)
  const tally = new Tally(rules.machine)
  // What shrinking tries is not counted: it says nothing of how well the runs cover.
  let counted = tally
  const property = fc.property(sequences(rules.alphabet, maxEvents), draws => {
    const { broken } = new Run(rules, counted).play(draws, maxEvents)
    if (broken !== undefined) counted = new Tally(rules.machine)
    return broken === undefined
  })
  const found = fc.check(property, { seed, numRuns: runs, ...(path === undefined ? {} : { path }) })
  const told = { machine: machine.id, seed, coverage: tally.coverage.result() }
  if (found.failed) {
    const { broken, trace } = new Run(rules, counted).play(found.counterexample?.[0] ?? [], maxEvents)
    const why = broken ?? {
      promise: 'the same run gives the same result',
      detail: 'it failed, and holds now',
    }
    throw failure({ ...told, ...why, trace, path: found.counterexamplePath ?? '' })
  }
  // A path replays single runs, which need not test all.
  const untested = path === undefined ? tally.untested(rules) : []
  if (untested.length > 0)
    throw new StatorError('CHECK_VACUOUS', {
      machine: machine.id,
      untested,
      coverage: coverageSummary(told.coverage),
    })
  const head = `${machine.id}: ${runs} runs, ${tally.steps} steps, seed ${seed}`
  const format = (): string => [head, '', ...coverageLines(told.coverage)].join('\n')
  return { ...told, runs, steps: tally.steps, format, toString: format }
}

function rulesOf<M extends AnyStateMachine>(machine: AnyStateMachine, options: CheckOptions<M>): Rules {
  const { input, invoked = {}, always = {}, eventually, thaw } = options
  return { machine, input, invoked, always, eventually, thaw, alphabet: alphabetOf(machine, options) }
}

function sequences({ types }: Alphabet, maxLength: number): fc.Arbitrary<readonly Draw[]> {
  const events = [...types].map(([type, payloads]) =>
    toArbitrary(type, payloads).map((data): Draw => ({ type, data })),
  )
  const byItself = fc.nat({ max: 9 }).map((number): Draw => ({ byItself: number }))
  const weight = Math.max(1, Math.round(events.length / 4))
  const one = fc.oneof(...events.map(arbitrary => ({ arbitrary, weight: 1 })), {
    arbitrary: byItself,
    weight,
  })
  // Long, for most events are refused in most states, and do not count. Each run leaves some types out, or those that end
  // a machine would end every run early (Groce et al., "Swarm Testing", 2012).
  const muted = fc.subarray([...types.keys()])
  return fc
    .tuple(muted, fc.array(one, { maxLength: 4 * maxLength, size: 'max' }))
    .map(([without, draws]) => draws.filter(draw => !('type' in draw && without.includes(draw.type))))
}

function failure(told: BrokenPromise): MachineCheckFailed {
  const { machine, promise, detail, trace, coverage, seed, path } = told
  const message = [
    `CHECK_FAILED: ${machine} breaks a promise: ${promise}`,
    ...trace.map((line, index) => `  ${index}. ${line}`),
    `  ^ ${detail}`,
    ...coverageSummary(coverage),
    `play it again: checkMachine(${machine}, { ..., seed: ${seed}, path: '${path}' })`,
  ].join('\n')
  return new MachineCheckFailed(message, told)
}
