/** Surface: what can be said to a run of a workflow, and asked of it, by name. Shapes only. */
import type { From } from './flow-code.ts'
import type { Schema } from './schema.ts'

/** What an update comes to: the answer, and what it changed. */
export interface Updated {
  readonly vars?: unknown
  readonly answer: unknown
}

export interface UpdateRule {
  readonly input: Schema
  readonly output: Schema
  readonly handler: (from: From, data: never) => Updated
}

export interface QueryRule {
  readonly output: Schema
  readonly handler: (from: From) => unknown
}

export interface Surface {
  readonly signals: ReadonlyMap<string, Schema>
  readonly updates: ReadonlyMap<string, UpdateRule>
  readonly queries: ReadonlyMap<string, QueryRule>
  /** What updates may change; undefined: there is nothing of the sort. */
  readonly vars: Schema | undefined
}

export const NO_SURFACE: Surface = {
  signals: new Map(),
  updates: new Map(),
  queries: new Map(),
  vars: undefined,
}
