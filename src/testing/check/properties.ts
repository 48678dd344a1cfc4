/**
 * Properties: what the user of a check promises of a workflow, held against each run after everything that happens. It knows which of
 * them looked at something, and nothing of faults.
 */
import { toFailure } from '../../errors.ts'
import type { Address } from '../../messages/address.ts'
import type { Life } from '../host/life.ts'
import type { Watcher } from '../host/watcher.ts'
import { misanswered } from '../machine/answer.ts'
import { WorldView } from '../world/view.ts'
import type { World } from '../world/world.ts'
import { runId } from './case.ts'
import type { Check, EndedRun } from './options.ts'

export class Properties {
  readonly watcher: Watcher
  /** What each property saw that was not nothing. */
  readonly exercised = new Map<string, Set<string>>()
  readonly #check: Check
  readonly #views: { readonly name: string; readonly view: WorldView; readonly run: string }[] = []
  readonly #states = new Map<Address, string>()

  constructor(check: Check, world: World, runs: number) {
    this.#check = check
    for (const name of Object.keys(check.always)) {
      const asked = new Set<string>()
      this.exercised.set(name, asked)
      for (let index = 0; index < runs; index++) {
        const run = runId(index)
        const stateOf = (step?: string): string | undefined =>
          this.#states.get(step === undefined ? `workflow/${run}` : `task/${run}/${step}`)
        this.#views.push({ name, run, view: new WorldView(world, run, stateOf, asked) })
      }
    }
    this.watcher = {
      durable: ({ signals }, life) => {
        for (const { to, toState, refused } of signals)
          if (toState !== null && refused === null) this.#states.set(to, toState)
        this.#hold(life)
      },
      outside: ({ what }, life) => {
        if (what === 'effect') this.#hold(life)
      },
    }
  }

  /** A run has ended. */
  ended(run: EndedRun<never>, life: Life): void {
    const { eventually } = this.#check
    if (eventually === undefined) return
    this.exercised.set('eventually', new Set(['the end']))
    const shown = `${run.id} ended ${run.status}${run.error === undefined ? '' : `: ${run.error.message}`}`
    this.#judge('eventually', () => eventually(run), shown, life)
  }

  #hold(life: Life): void {
    if (life.simulation.broken.length > 0) return
    for (const { name, view, run } of this.#views)
      this.#judge(name, () => this.#check.always[name]?.(view), run, life)
  }

  #judge(name: string, ask: () => unknown, shown: string, life: Life): void {
    const wrong = wrongWith(ask)
    if (wrong !== undefined) life.simulation.break(name, `${wrong}: ${shown}`)
  }
}

/** Why a property does not hold; undefined where it does. */
function wrongWith(ask: () => unknown): string | undefined {
  try {
    const answer = ask()
    return answer === false ? 'does not hold' : misanswered(answer)
  } catch (error) {
    const { name, message } = toFailure(error)
    return `threw ${name}: ${message}`
  }
}
