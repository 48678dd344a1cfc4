/** Tally: what a check has played so far, and whether any of it was put to the test. It counts; it plays nothing. */
import { StatorError } from '../../errors.ts'
import { formatCoverage, type Covered } from './coverage.ts'
import { faultsOf, type Check } from './options.ts'
import type { Ran } from './run-case.ts'

/** A check that passed. */
export interface Report {
  readonly runs: number
  /** Process lives. */
  readonly lives: number
  /** Milliseconds of virtual time. */
  readonly ms: number
  /** How often each fault came into play. */
  readonly faults: Readonly<Record<string, number>>
  /** Calls of each effect. */
  readonly calls: Readonly<Record<string, number>>
  readonly coverage: readonly Covered[]
  /** All of it, in a few lines. */
  toString(): string
}

/** With fewer runs than this, a fault may well never be drawn. */
const ENOUGH = 50
/** And with fewer for each event that clients may send, one of these. */
const ENOUGH_OF_EACH = 20

export class Tally {
  #runs = 0
  #lives = 0
  #ms = 0
  readonly #faults = new Map<string, number>()
  readonly #calls = new Map<string, number>()
  readonly #exercised = new Map<string, number>()

  add({ lives, ms, struck, world, exercised }: Ran): void {
    this.#runs++
    this.#lives += lives
    this.#ms += ms
    for (const fault of struck) increase(this.#faults, fault, 1)
    for (const [name, calls] of world.calls) increase(this.#calls, name, calls)
    for (const [name, looked] of exercised) increase(this.#exercised, name, looked.size)
  }

  /** @throws StatorError CHECK_VACUOUS */
  report(check: Check, coverage: readonly Covered[]): Report {
    this.#requireSubstance(check)
    return this.told(check, coverage)
  }

  /** The same, whether anything was put to the test or not. */
  told(check: Check, coverage: readonly Covered[]): Report {
    const faults = Object.fromEntries(this.#faults)
    const calls = Object.fromEntries(this.#calls)
    const text = [
      `${check.name}: ${this.#runs} runs, ${this.#lives} process lives, ${hours(this.#ms)} of virtual time`,
      `faults: ${counts(faults)}`,
      `calls: ${counts(calls)}`,
      formatCoverage(coverage),
    ].join('\n')
    return {
      runs: this.#runs,
      lives: this.#lives,
      ms: this.#ms,
      faults,
      calls,
      coverage,
      toString: () => text,
    }
  }

  /** A promise that nothing could break says nothing. */
  #requireSubstance(check: Check): void {
    for (const name of Object.keys(check.always))
      if ((this.#exercised.get(name) ?? 0) === 0)
        vacuous(`always.${name}`, 'whatever it looked at never happened in any run')
    if (check.eventually !== undefined && !this.#exercised.has('eventually'))
      vacuous('eventually', 'no run came to its end')
    for (const name of check.declared)
      if (!this.#calls.has(name)) vacuous(`effects.${name}`, 'nothing ever called it')
    if (this.#runs < ENOUGH) return
    const possible = new Set<string>([...check.effects.values()].flatMap(effect => faultsOf(check, effect)))
    const struck = [...this.#faults.keys()]
    if (possible.size > 0 && !struck.some(fault => possible.has(fault)))
      vacuous('faults', 'no call ever went wrong')
    const deaths = ['before', 'lost', 'torn', 'kept', 'synced', 'acknowledged']
    if (check.faults.has('crash') && !struck.some(fault => deaths.includes(fault)))
      vacuous('faults', 'no process ever died')
    if (this.#runs < check.events.length * ENOUGH_OF_EACH) return
    for (const { type } of check.events)
      if (!this.#faults.has(type)) vacuous(`events.${type}`, 'it was never sent')
  }
}

function increase(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by)
}

function vacuous(what: string, reason: string): never {
  throw new StatorError('CHECK_VACUOUS', { what, reason })
}

const counts = (of: Readonly<Record<string, number>>): string =>
  Object.entries(of)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'none'

const hours = (ms: number): string => `${(ms / 3_600_000).toFixed(1)} h`
