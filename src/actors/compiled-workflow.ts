/** Compiled workflow: what was declared, as a flow, a statechart, and a definition that runs. What can be declared is workflow.ts's. */
import type { AnyStateMachine } from 'xstate'
import { z } from 'zod'
import { indexOf, type FlowIndex } from '../machines/flow-index.ts'
import { compileWorkflow } from '../machines/workflow.ts'
import type { Flow } from '../messages/flow.ts'
import type { Json } from '../messages/json.ts'
import type { AnyWorkflow } from './any-workflow.ts'
import { Declarations } from './declarations.ts'
import { finish, namedIn, type Finished } from './draft.ts'
import type { FlowHost } from './flow-host.ts'
import { definitionOfFlow } from './flow-runtime.ts'
import type { Definition } from './kind.ts'
import { schemaAsData, type Schema } from './schema.ts'
import type { QueryRule, Surface, UpdateRule } from './surface.ts'
import type { AnyTask } from './task.ts'
import type { WorkflowOptions } from './workflow-options.ts'

/** What is said to a run while it goes on, and asked of it. */
export interface Rules {
  readonly updates: ReadonlyMap<string, UpdateRule>
  readonly queries: ReadonlyMap<string, QueryRule>
}

const NO_RULES: Rules = { updates: new Map(), queries: new Map() }

export class CompiledWorkflow<in out Input, in out Wanted> implements AnyWorkflow {
  readonly kind = 'workflow'
  readonly name: string
  readonly version: string
  readonly input: Schema<Input, Wanted>
  protected readonly options: WorkflowOptions<Schema, Schema>
  protected readonly declarations: Declarations
  protected readonly rules: Rules
  #finished: (Finished & { readonly index: FlowIndex }) | undefined
  #machine: AnyStateMachine | undefined

  constructor(
    name: string,
    options: WorkflowOptions<Schema, Schema>,
    declarations: Declarations = Declarations.none(),
    rules: Rules = NO_RULES,
  ) {
    this.name = name
    this.version = options.version ?? '1'
    this.input = (options.input ?? z.unknown()) as Schema<Input, Wanted>
    this.options = options
    this.declarations = declarations
    this.rules = rules
  }

  get machine(): AnyStateMachine {
    this.#machine ??= compileWorkflow(this.name, this.version, this.#finish().index)
    return this.#machine
  }

  get flow(): Flow {
    return this.#finish().flow
  }

  get structure(): Json {
    const flow = this.flow as unknown as Json
    const { vars } = this.options
    return vars === undefined ? flow : [flow, schemaAsData(vars)]
  }

  get tasks(): readonly AnyTask[] {
    return namedIn(this.declarations.list()).tasks
  }

  get children(): readonly AnyWorkflow[] {
    return namedIn(this.declarations.list()).children
  }

  get undoable(): boolean {
    return this.#finish().index.isSaga
  }

  get migrate(): AnyWorkflow['migrate'] {
    return this.options.migrate
  }

  get preflight(): AnyWorkflow['preflight'] {
    return this.options.preflight
  }

  get surface(): Surface {
    const { signals = [], vars } = this.options
    const known = [...signals, ...namedIn(this.declarations.list()).signals]
    return {
      signals: new Map(known.map(({ name, data }) => [name, data as Schema])),
      updates: this.rules.updates,
      queries: this.rules.queries,
      vars,
    }
  }

  define(hash: string, host: FlowHost): Definition {
    const { index, code } = this.#finish()
    const { name, version, machine, surface, migrate } = this
    return definitionOfFlow({ ref: { name, version, hash }, index, code, machine, surface, migrate }, host)
  }

  #finish(): Finished & { readonly index: FlowIndex } {
    if (this.#finished !== undefined) return this.#finished
    const { limit, onFailure, signals = [] } = this.options
    const names = signals.map(({ name }) => name)
    const finished = finish(this.declarations.list(), { limit, onFailure, signals: names })
    this.#finished = { ...finished, index: indexOf(finished.flow) }
    return this.#finished
  }
}
