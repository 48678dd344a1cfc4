/** Builders: what the callbacks of groups are given to declare into. Without types: those are workflow-steps.ts's. */
import { StatorError } from '../errors.ts'
import { checkName } from '../messages/address.ts'
import { declareMap, declareStep } from './declare.ts'
import type { BranchDraft, Draft } from './draft.ts'
import type { From } from './flow-code.ts'
import { func, parse } from './schema.ts'

/** Declares a row, and says what was declared. */
export type BuildRow = (build: unknown, what: string) => readonly Draft[]

/** What stands beside each other. */
export class ParallelBuilder {
  readonly #row: BuildRow
  readonly body: readonly Draft[]

  constructor(row: BuildRow, body: readonly Draft[] = []) {
    this.#row = row
    this.body = body
  }

  step(name: string, what: unknown, first?: unknown, second?: unknown): ParallelBuilder {
    return this.#with(declareStep(name, what, first, second))
  }

  map(name: string, list: unknown, what: unknown, options?: unknown): ParallelBuilder {
    return this.#with(declareMap(name, list, what, options))
  }

  sequence(name: string, build: unknown): ParallelBuilder {
    checkName(name, 'group name')
    return this.#with({ kind: 'sequence', name, body: this.#row(build, `steps of group ${name}`) })
  }

  #with(draft: Draft): ParallelBuilder {
    return new ParallelBuilder(this.#row, [...this.body, draft])
  }
}

export class BranchBuilder {
  readonly #row: BuildRow
  readonly cases: BranchDraft['cases']

  constructor(row: BuildRow, cases: BranchDraft['cases'] = []) {
    this.#row = row
    this.cases = cases
  }

  when(name: string, condition: unknown, build: unknown): BranchBuilder {
    parse(func, condition, 'DEFINITION_INVALID', `condition of case ${name}`)
    return this.#with(name, condition as (from: From) => unknown, build)
  }

  otherwise(name: string, build: unknown): BranchBuilder {
    return this.#with(name, undefined, build)
  }

  #with(name: string, when: ((from: From) => unknown) | undefined, build: unknown): BranchBuilder {
    checkName(name, 'name of a case')
    const body = this.#row(build, `steps of case ${name}`)
    return new BranchBuilder(this.#row, [...this.cases, { name, when, body }])
  }
}

/** What a callback returned must be what it was given, or grew out of it. */
export function built<T>(made: unknown, type: abstract new (...args: never[]) => T, what: string): T {
  if (made instanceof type) return made
  throw new StatorError('DEFINITION_INVALID', {
    what,
    reason: 'the callback must return the steps that it declared',
  })
}
