/**
 * workflow(): what is done, in which order, and how it is undone, declared with typed inputs, outputs and mappers. It compiles to a
 * statechart; nothing here runs. Mappers and conditions are user code: they run when a step starts, their result is recorded, and
 * recovery never calls them again for what has started.
 */
import type { AnyStateMachine, InputFrom, OutputFrom } from 'xstate'
import type { z } from 'zod'
import { StatorError } from '../errors.ts'
import { checkName } from '../messages/address.ts'
import { BranchBuilder, built, ParallelBuilder } from './builders.ts'
import { CompiledWorkflow, type Rules } from './compiled-workflow.ts'
import type { Declarations } from './declarations.ts'
import { declareBranch, declareLoop, declareMap, declareStep, declareWait, refusePivots } from './declare.ts'
import type { Draft } from './draft.ts'
import type { GateDefinition } from './gate.ts'
import { checkLimit } from './graph.ts'
import { ownMachine, type EventSchemas, type OwnMachine, type OwnMachineOptions } from './own-machine.ts'
import { checkOptions, func, parse, type Schema } from './schema.ts'
import { checkQuery, checkUpdate } from './shapes.ts'
import type { QueryDefinition, UpdateDefinition } from './signals.ts'
import type { QueryRule, UpdateRule } from './surface.ts'
import type { TaskDefinition } from './task.ts'
import { checkWorkflowOptions, type WorkflowOptions } from './workflow-options.ts'
import type {
  Cases,
  LoopOptions,
  MapArgs,
  MapOptions,
  Mapper,
  GateMappers,
  Named,
  ParallelSteps,
  Provided,
  Row,
  SignalWait,
  Startable,
  StepArgs,
  StepOptions,
  WaitOptions,
} from './workflow-steps.ts'

export type { AnyWorkflow } from './any-workflow.ts'
export type { WorkflowOptions } from './workflow-options.ts'

/** `Wanted` is what a start is given: less than `Input` where the schema has defaults. */
export class WorkflowDefinition<
  in out Input = unknown,
  in out Outputs = unknown,
  in out Wanted = Input,
  in out Vars = null,
> extends CompiledWorkflow<Input, Wanted> {
  /** Only for the compiler. */
  declare readonly of?: { input: Input; result: Outputs; wanted: Wanted }

  /**
   * Adds a step that starts when everything before it has completed: a task, a workflow, or a gate.
   * @throws StatorError DEFINITION_INVALID when the name is taken, or this is nothing of the sort, or no mapper; ADDRESS_INVALID (name)
   */
  step<Name extends string, I, O, Taken, Made>(
    name: Name,
    task: TaskDefinition<I, O, Taken, Made>,
    ...args: StepArgs<Input, Outputs, Vars, Taken, StepOptions<I, O>>
  ): WorkflowDefinition<Input, Outputs & Named<Name, O>, Wanted, Vars>
  step<Name extends string, I, R, Taken>(
    name: Name,
    workflow: Startable<I, R, Taken>,
    ...args: StepArgs<Input, Outputs, Vars, Taken, never>
  ): WorkflowDefinition<Input, Outputs & Named<Name, R>, Wanted, Vars>
  step<Name extends string, Made>(
    name: Name,
    gate: GateDefinition<Made>,
    question?: Mapper<Input, Outputs, Vars, unknown> | GateMappers<Input, Outputs, Vars>,
  ): WorkflowDefinition<Input, Outputs & Named<Name, Made>, Wanted, Vars>
  step(name: string, what: unknown, first?: unknown, second?: unknown): unknown {
    return this.#with(declareStep(name, what, first, second))
  }

  /** Steps that run beside each other; what follows waits for all of them. Limits count tasks. */
  parallel<Grown>(
    name: string,
    build: (steps: ParallelSteps<Input, Outputs, Vars>) => ParallelSteps<Input, Outputs, Vars, Grown>,
    options: { limit?: number } = {},
  ): WorkflowDefinition<Input, Grown, Wanted, Vars> {
    checkName(name, 'group name')
    checkOptions(options, `options of group ${name}`)
    const limit = options.limit === undefined ? undefined : checkLimit(options.limit, 'limit')
    parse(func, build, 'DEFINITION_INVALID', `steps of group ${name}`)
    const builder = new ParallelBuilder((inner, what) => this.#row(inner, what))
    const { body } = built(build(builder as never), ParallelBuilder, `group ${name}`)
    refusePivots(body, `parallel group ${name}`)
    return this.#with({ kind: 'parallel', name, body, limit })
  }

  /** Steps that run one after the other, as a group with a name. */
  sequence<Grown>(
    name: string,
    build: (steps: Row<Input, Outputs, Vars>) => Row<Input, Grown, Vars>,
  ): WorkflowDefinition<Input, Grown, Wanted, Vars> {
    checkName(name, 'group name')
    return this.#with({ kind: 'sequence', name, body: this.#row(build, `steps of group ${name}`) })
  }

  /** One of several cases: the first whose condition holds. Its outputs may be absent in what follows. */
  branch<Grown>(
    name: string,
    build: (cases: Cases<Input, Outputs, Vars>) => Cases<Input, Outputs, Vars, Grown>,
  ): WorkflowDefinition<Input, Outputs & Grown, Wanted, Vars> {
    parse(func, build, 'DEFINITION_INVALID', `cases of branch ${String(name)}`)
    const builder = new BranchBuilder((inner, what) => this.#row(inner, what))
    return this.#with(
      declareBranch(name, built(build(builder as never), BranchBuilder, `branch ${name}`).cases),
    )
  }

  /** Steps that are done again and again, as long as a condition holds, which is asked before each round. */
  loop<Grown>(
    name: string,
    build: (steps: Row<Input, Outputs, Vars>) => Row<Input, Grown, Vars>,
    options: LoopOptions<Input, Outputs & Partial<Grown>, Vars>,
  ): WorkflowDefinition<Input, Outputs & Partial<Grown>, Wanted, Vars> {
    return this.#with(declareLoop(name, this.#row(build, `steps of loop ${String(name)}`), options))
  }

  /** A task, or a workflow, for each item of a list. Its output is the list of theirs, in the order of the items. */
  map<Name extends string, Item, I, O, Taken, Made>(
    name: Name,
    list: Mapper<Input, Outputs, Vars, readonly Item[]>,
    task: TaskDefinition<I, O, Taken, Made>,
    ...args: MapArgs<Input, Outputs, Vars, Item, Taken, MapOptions<I, O>>
  ): WorkflowDefinition<Input, Outputs & Named<Name, readonly O[]>, Wanted, Vars>
  map<Name extends string, Item, I, R, Taken>(
    name: Name,
    list: Mapper<Input, Outputs, Vars, readonly Item[]>,
    workflow: Startable<I, R, Taken>,
    ...args: MapArgs<Input, Outputs, Vars, Item, Taken, { limit?: number }>
  ): WorkflowDefinition<Input, Outputs & Named<Name, readonly R[]>, Wanted, Vars>
  map(name: string, list: unknown, what: unknown, options?: unknown): unknown {
    return this.#with(declareMap(name, list, what, options))
  }

  /** Waits for a signal, whose data is its output, for a while, or until a time. */
  wait<Name extends string, D, G>(
    name: Name,
    options: SignalWait<D, G>,
  ): WorkflowDefinition<Input, Outputs & Named<Name, D>, Wanted, Vars>
  wait(
    name: string,
    options: WaitOptions<Input, Outputs, Vars>,
  ): WorkflowDefinition<Input, Outputs, Wanted, Vars>
  wait(name: string, options: unknown): unknown {
    return this.#with(declareWait(name, options))
  }

  /**
   * What an update of a run comes to. The handler is pure: its result is recorded, and a replay copies it.
   * @throws StatorError DEFINITION_INVALID: no update, no function, or it has a handler
   */
  update<I, O, G>(
    definition: UpdateDefinition<I, O, G>,
    handler: (
      from: Provided<Input, Partial<Outputs>, Vars>,
      data: I,
    ) => { readonly vars?: Vars; readonly answer: O },
  ): WorkflowDefinition<Input, Outputs, Wanted, Vars> {
    const { name, input, output } = checkUpdate(definition)
    parse(func, handler, 'DEFINITION_INVALID', `handler of update ${name}`)
    this.#refuseTwice(this.rules.updates, name, 'update')
    const rule = { input, output, handler } as unknown as UpdateRule
    const updates = new Map([...this.rules.updates, [name, rule]])
    return this.#making(this.declarations, { ...this.rules, updates })
  }

  /** What a query of a run is answered. @throws StatorError DEFINITION_INVALID: no query, no function, or it has a handler */
  query<O>(
    definition: QueryDefinition<O>,
    handler: (from: Provided<Input, Partial<Outputs>, Vars>) => O,
  ): WorkflowDefinition<Input, Outputs, Wanted, Vars> {
    const { name, output } = checkQuery(definition)
    parse(func, handler, 'DEFINITION_INVALID', `handler of query ${name}`)
    this.#refuseTwice(this.rules.queries, name, 'query')
    const rule = { output, handler } as unknown as QueryRule
    const queries = new Map([...this.rules.queries, [name, rule]])
    return this.#making(this.declarations, { ...this.rules, queries })
  }

  #refuseTwice(rules: ReadonlyMap<string, unknown>, name: string, what: string): void {
    if (rules.has(name))
      throw new StatorError('DEFINITION_INVALID', {
        workflow: this.name,
        [what]: name,
        reason: 'it has a handler',
      })
  }

  /** What a callback declares into a row of its own. */
  #row(build: unknown, what: string): readonly Draft[] {
    parse(func, build, 'DEFINITION_INVALID', what)
    const row = new WorkflowDefinition<never, never, never, never>(this.name, {})
    const made = built((build as (row: unknown) => unknown)(row), WorkflowDefinition, what)
    return made.declarations.list()
  }

  #with<Grown>(draft: Draft): WorkflowDefinition<Input, Grown, Wanted, Vars> {
    return this.#making(this.declarations.with(this.name, draft), this.rules)
  }

  #making<Grown>(declarations: Declarations, rules: Rules): WorkflowDefinition<Input, Grown, Wanted, Vars> {
    return new WorkflowDefinition<Input, Grown, Wanted, Vars>(this.name, this.options, declarations, rules)
  }
}

/**
 * A machine of your own: an XState machine (v5) whose `invoke` sources are tasks, by `fromTask()`. Its result is the machine's output.
 * @throws StatorError MACHINE_NOT_DURABLE: what no restart could bring back, with its place; ADDRESS_INVALID (name),
 * DEFINITION_INVALID (no machine, a schema, an event named `xstate.…`)
 */
export function workflow<
  M extends AnyStateMachine,
  I extends Schema<InputFrom<M>> = Schema<InputFrom<M>, InputFrom<M>>,
  E extends EventSchemas = EventSchemas,
>(name: string, options: OwnMachineOptions<M, I, E>): OwnMachine<z.input<I>, OutputFrom<M>>
/** @throws StatorError ADDRESS_INVALID (name), DEFINITION_INVALID (schema, version, limit, onFailure, signals, vars) */
export function workflow<I extends Schema = z.ZodUnknown, V extends Schema = z.ZodNull>(
  name: string,
  options?: WorkflowOptions<I, V>,
): WorkflowDefinition<z.output<I>, Readonly<Record<never, never>>, z.input<I>, z.output<V>>
export function workflow<I extends Schema = z.ZodUnknown, V extends Schema = z.ZodNull>(
  name: string,
  options: WorkflowOptions<I, V> | OwnMachineOptions<AnyStateMachine, Schema, EventSchemas> = {},
): unknown {
  if (typeof options === 'object' && options !== null && 'machine' in options)
    return ownMachine(name, options) as unknown
  return compiled(name, options)
}

function compiled<I extends Schema = z.ZodUnknown, V extends Schema = z.ZodNull>(
  name: string,
  options: WorkflowOptions<I, V>,
  // The outputs begin empty and grow with each step.
): WorkflowDefinition<z.output<I>, Readonly<Record<never, never>>, z.input<I>, z.output<V>> {
  checkName(name, 'workflow name')
  checkWorkflowOptions(name, options as WorkflowOptions<Schema, Schema>)
  return new WorkflowDefinition(name, options as WorkflowOptions<Schema, Schema>)
}
