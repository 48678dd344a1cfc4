/**
 * workflow(): a task graph declared in code, with typed inputs, outputs and mappers. It compiles to a plan; nothing
 * here runs. Mappers are user code: they run when a step starts, their result is recorded, and recovery never
 * calls them again for a step that has started.
 */
import { z } from 'zod'
import { StatorError } from '../errors.ts'
import { checkName } from '../messages/address.ts'
import type { Plan, PlanStep } from '../messages/workflow.ts'
import { Lanes } from './graph.ts'
import { checkSchema, type Schema } from './schema.ts'
import type { AnyTask, TaskDefinition } from './task.ts'

export interface WorkflowOptions<I extends Schema> {
  input?: I
  /** Part of a run's identity: raise it when runs in flight must not continue on the new code. Default '1'. */
  version?: string
  /** Steps that may run at once. */
  limit?: number
  /** Does a failed step stop those that do not depend on it? Default 'continue'. */
  onFailure?: 'continue' | 'cancel'
}

export type Mapper<Input, Outputs, TaskInput> = (from: { input: Input; outputs: Outputs }) => TaskInput

/** The mapper may be left out only where the task accepts the workflow's own input. */
type MapperArgs<Input, Outputs, TaskInput> = [Input] extends [TaskInput]
  ? [mapper?: Mapper<Input, Outputs, TaskInput>]
  : [mapper: Mapper<Input, Outputs, TaskInput>]

/** What both a workflow and a group in it can declare. `Outputs` grows with each step. */
export interface Steps<Input, Outputs> {
  /** Adds a step: after the one before it, or beside it inside `parallel`. */
  step<Name extends string, I, O>(
    name: Name,
    task: TaskDefinition<I, O>,
    ...mapper: MapperArgs<Input, Outputs, I>
  ): Steps<Input, Outputs & { readonly [K in Name]: O }>
}

interface Declared {
  readonly step: PlanStep
  readonly task: AnyTask
  readonly mapper: Mapper<never, never, unknown> | undefined
}

export class WorkflowDefinition<in out Input = unknown, in out Outputs = unknown> {
  readonly kind = 'workflow'
  readonly name: string
  readonly version: string
  readonly input: Schema<Input>
  readonly #declared: readonly Declared[]
  readonly #frontier: readonly number[]
  readonly #lanes: Lanes
  readonly #options: WorkflowOptions<Schema>
  #plan: Plan | undefined

  constructor(
    name: string,
    options: WorkflowOptions<Schema>,
    lanes: Lanes,
    declared: readonly Declared[],
    frontier: readonly number[],
  ) {
    this.name = name
    this.version = options.version ?? '1'
    this.input = (options.input ?? z.unknown()) as Schema<Input>
    this.#options = options
    this.#lanes = lanes
    this.#declared = declared
    this.#frontier = frontier
  }

  /** What a run follows. */
  get plan(): Plan {
    this.#plan ??= {
      steps: this.#declared.map(({ step }) => step),
      lanes: this.#lanes.limits,
      onFailure: this.#options.onFailure ?? 'continue',
    }
    return this.#plan
  }

  /** The task and the mapper of each step, by index. */
  get declared(): readonly Declared[] {
    return this.#declared
  }

  /**
   * Adds a step that starts when everything before it has completed.
   * @throws StatorError DEFINITION_INVALID when the name is taken
   */
  step<Name extends string, I, O>(
    name: Name,
    task: TaskDefinition<I, O>,
    ...mapper: MapperArgs<Input, Outputs, I>
  ): WorkflowDefinition<Input, Outputs & { readonly [K in Name]: O }> {
    return this.#add(
      [this.#declare(name, task as unknown as AnyTask, mapper[0], this.#frontier, undefined)],
      'next',
    )
  }

  /** Steps that run beside each other; what follows waits for all of them. */
  parallel<Grown>(
    name: string,
    build: (steps: Steps<Input, Outputs>) => Steps<Input, Grown>,
    options: { limit?: number } = {},
  ): WorkflowDefinition<Input, Grown> {
    return this.#group(name, 'parallel', build, options)
  }

  /** Steps that run one after the other, as a group with a name; the first failure blocks the rest. */
  sequence<Grown>(
    name: string,
    build: (steps: Steps<Input, Outputs>) => Steps<Input, Grown>,
  ): WorkflowDefinition<Input, Grown> {
    return this.#group(name, 'sequence', build, {})
  }

  #group<Grown>(
    name: string,
    mode: 'parallel' | 'sequence',
    build: (steps: Steps<Input, Outputs>) => Steps<Input, Grown>,
    options: { limit?: number },
  ): WorkflowDefinition<Input, Grown> {
    checkName(name, 'group name')
    const lane = options.limit === undefined ? [] : [this.#lanes.add(options.limit, 'limit')]
    const added: Declared[] = []
    const steps = {
      step: (stepName: string, task: AnyTask, mapper?: Mapper<never, never, unknown>) => {
        const before =
          mode === 'sequence' && added.length > 0
            ? [this.#declared.length + added.length - 1]
            : this.#frontier
        added.push(this.#declare(stepName, task, mapper, before, name, lane, added))
        return steps
      },
    }
    build(steps as unknown as Steps<Input, Outputs>)
    return this.#add(added, mode === 'parallel' ? 'all' : 'next')
  }

  #declare(
    name: string,
    task: AnyTask,
    mapper: Mapper<never, never, unknown> | undefined,
    after: readonly number[],
    group: string | undefined,
    lane: readonly number[] = [],
    beside: readonly Declared[] = [],
  ): Declared {
    checkName(name, 'step name')
    if ([...this.#declared, ...beside].some(({ step }) => step.name === name))
      throw new StatorError('DEFINITION_INVALID', {
        workflow: this.name,
        step: name,
        reason: 'the name is used twice',
      })
    const step: PlanStep = {
      name,
      task: task.name,
      after: [...after],
      lanes: [...this.#lanes.of(undefined), ...lane],
      ...(group === undefined ? {} : { group }),
    }
    return { step, task, mapper }
  }

  #add<Grown>(added: readonly Declared[], frontier: 'next' | 'all'): WorkflowDefinition<Input, Grown> {
    const declared = [...this.#declared, ...added]
    const first = this.#declared.length
    const all = added.map((_, i) => first + i)
    const next = added.length === 0 ? this.#frontier : frontier === 'all' ? all : all.slice(-1)
    return new WorkflowDefinition<Input, Grown>(this.name, this.#options, this.#lanes, declared, next)
  }
}

/** Any workflow, where its types do not matter. */
export type AnyWorkflow = Pick<WorkflowDefinition, 'kind' | 'name' | 'version' | 'plan' | 'declared'> & {
  readonly input: Schema
}

/** @throws StatorError ADDRESS_INVALID (name), DEFINITION_INVALID (schema, limit) */
export function workflow<I extends Schema = z.ZodUnknown>(
  name: string,
  options: WorkflowOptions<I> = {},
  // The outputs begin empty and grow with each step.
): WorkflowDefinition<z.infer<I>, Readonly<Record<never, never>>> {
  checkName(name, 'workflow name')
  if (options.input !== undefined) checkSchema(options.input, `input of workflow ${name}`)
  const lanes = new Lanes(options.limit === undefined ? {} : { limit: options.limit })
  return new WorkflowDefinition(name, options, lanes, [], [])
}
