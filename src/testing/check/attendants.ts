/**
 * Attendants: who sees to runs while a case is played: they say what a run waits for, answer its gates, and decide about what is held,
 * each as it was drawn, so that every run comes to an end. None of it is said to a workflow that has nothing of the sort.
 */
import * as fc from 'fast-check'
import type { AnyWorkflow } from '../../actors/workflow.ts'
import { schemaOf } from '../../actors/gate-form.ts'
import type { Schema } from '../../actors/schema.ts'
import { indexOf } from '../../machines/flow-index.ts'
import type { Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import { arbitraryOf } from '../arbitrary/index.ts'
import type { Life } from '../host/life.ts'
import type { Watcher } from '../host/watcher.ts'
import { withChildren } from '../invariants/known.ts'

/** How long they take at first, and at most, in milliseconds; and how often they look. */
const SOON = 1_000
const LATE = 60_000
const LOOKS = 40
/** So often what is held is tried once more, before somebody goes on without it. */
const TRIES = 3

interface Needs {
  readonly signals: readonly (readonly [name: string, data: Schema])[]
  /** Names of all that may come to be held. */
  readonly steps: readonly string[]
}

export class Attendants {
  readonly watcher: Watcher
  readonly #needs: ReadonlyMap<string, Needs>
  readonly #seed: number
  /** The runs of this case, by what they run. */
  readonly #runs = new Map<Address, string>()

  constructor(workflow: AnyWorkflow, seed: number) {
    this.#needs = new Map(withChildren([workflow]).flatMap(each => needsOf(each)))
    this.#seed = seed
    this.watcher = {
      durable: ({ signals }, life) => {
        for (const { to, type, refused, data } of signals) {
          if (type !== 'workflow.start' || refused !== null || this.#runs.has(to)) continue
          this.#runs.set(to, (data as { readonly workflow: string }).workflow)
          this.#attend(to, life)
        }
      },
    }
  }

  /** A new process life: those of the one before have gone. */
  begin(life: Life): void {
    for (const run of this.#runs.keys()) this.#attend(run, life)
  }

  #attend(run: Address, life: Life): void {
    const needs = this.#needs.get(this.#runs.get(run) ?? '')
    // A dead process is attended by nobody.
    if (needs !== undefined) void this.#look(run, needs, life).catch(() => {})
  }

  async #look(run: Address, needs: Needs, life: Life): Promise<void> {
    for (let look = 0; look < LOOKS; look++) {
      await life.wait(Math.min(LATE, SOON * 2 ** look))
      if (!life.isUp) return
      const actor = life.runtime.actors.list().find(({ address }) => address === run)
      if (actor === undefined) return
      for (const [name, schema] of needs.signals)
        this.#send(life, 'workflow.signal', run, { name, data: this.#sample(schema, look) })
      this.#answerGates(life, look)
      const type = look < TRIES ? 'step.retry' : 'step.skip'
      for (const step of actor.state === 'held' ? needs.steps : [])
        this.#send(life, type, run, look < TRIES ? { step } : { step, reason: 'it goes on without it' })
    }
  }

  #sample(schema: Schema, look: number): Json {
    const [value] = fc.sample(arbitraryOf(schema), { seed: this.#seed + look, numRuns: 1 })
    return value as Json
  }

  /** In the name of whoever is asked, with what the form wants. */
  #answerGates(life: Life, look: number): void {
    for (const { id, form, assignedTo } of life.runtime.gates.list({ open: true }).gates) {
      const answer = { by: assignedTo ?? 'operator' }
      const data = form === null ? {} : { data: this.#sample(schemaOf(form), look) }
      const answered =
        life.simulation.choices.below(4) === 3
          ? life.runtime.gates.reject(id, { ...answer, reason: 'as it was drawn' })
          : life.runtime.gates.approve(id, { ...answer, ...data })
      answered.catch(() => {})
    }
  }

  /** What comes too late, or is not held, is refused: that is no fault of anybody's. */
  #send(life: Life, type: string, to: Address, data: Json): void {
    life.runtime.send({ type, to, data }).catch(() => {})
  }
}

/** Nothing where it comes to its end by itself. */
function needsOf({ name, flow, surface }: AnyWorkflow): (readonly [string, Needs])[] {
  if (flow === undefined) return []
  const { entries, isSaga, hasPivot } = indexOf(flow)
  const signals = [...surface.signals]
  const hasGate = entries.some(({ node }) => node.kind === 'gate')
  if (!isSaga && !hasPivot && !hasGate && signals.length === 0) return []
  return [[name, { signals, steps: entries.map(({ node }) => node.name) }]]
}
