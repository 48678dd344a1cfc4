/** Tally: what was tried in all runs together, so that a promise that was never tested can be told. Judges no step. */
import type { AnyStateMachine } from 'xstate'
import { CoverageCount } from './coverage.ts'
import type { Rules } from './promises.ts'
import type { Stepped } from './step.ts'

export class Tally {
  readonly coverage: CoverageCount
  /** Names of properties that applied somewhere. */
  readonly applied = new Set<string>()
  /** Did `eventually` not hold somewhere? */
  notYet = false
  steps = 0
  readonly #taken = new Set<string>()

  constructor(machine: AnyStateMachine) {
    this.coverage = new CoverageCount(machine)
  }

  step(type: string | undefined, step: Stepped): void {
    this.steps++
    this.coverage.add(step)
    if (type !== undefined && step.taken.length > 0) this.#taken.add(type)
  }

  /** What no run has tested; empty where every promise was put to the test. */
  untested({ alphabet, always, eventually }: Rules): string[] {
    const untaken = [...alphabet.types.keys()].filter(type => !this.#taken.has(type))
    const unasked = Object.keys(always).filter(name => !this.applied.has(name))
    return [
      ...(this.steps === 0 ? ['no run had a step'] : []),
      ...untaken.map(
        type => `the event ${type} was never taken (payloads that its guards refuse, or runs too short?)`,
      ),
      ...unasked.map(name => `always: ${name} never applied`),
      ...(eventually !== undefined && !this.notYet ? ['eventually held at every step of every run'] : []),
    ]
  }
}
