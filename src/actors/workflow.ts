/**
 * workflow(): a task graph declared in code, with typed inputs, outputs and mappers. It compiles to a plan; nothing
 * here runs. Mappers are user code: they run when a step starts, their result is recorded, and recovery never
 * calls them again for a step that has started.
 */
import { z } from 'zod'
import { StatorError } from '../errors.ts'
import { checkName } from '../messages/address.ts'
import { ON_FAILURE } from '../messages/flow.ts'
import type { Plan, PlanStep } from '../messages/workflow.ts'
import { Lanes } from './graph.ts'
import { checkOptions, checkSchema, func, parse, type Schema } from './schema.ts'
import { checkTask } from './shapes.ts'
import type { AnyTask, TaskDefinition } from './task.ts'

export interface WorkflowOptions<I extends Schema> {
  input?: I
  /** Part of a run's identity: raise it when runs in flight must not continue on the new code. Default '1'. */
  version?: string
  /** Steps that may run at once. */
  limit?: number
  /** Does a failed step stop those that do not depend on it? Default 'continue'. */
  onFailure?: (typeof ON_FAILURE)[number]
}

const optionsShape = z.object({
  version: z.string().min(1).max(200).optional(),
  onFailure: z.enum(ON_FAILURE).optional(),
})

export type Mapper<Input, Outputs, TaskInput> = (from: { input: Input; outputs: Outputs }) => TaskInput

/** The mapper may be left out only where the task accepts the workflow's own input. */
type MapperArgs<Input, Outputs, TaskInput> = [Input] extends [TaskInput]
  ? [mapper?: Mapper<Input, Outputs, TaskInput>]
  : [mapper: Mapper<Input, Outputs, TaskInput>]

/** What a sequence in a workflow can declare. `Outputs` grows with each step. */
export interface Steps<Input, Outputs> {
  /** Adds a step after the one before it. */
  step<Name extends string, I, O, Wanted, Made>(
    name: Name,
    task: TaskDefinition<I, O, Wanted, Made>,
    ...mapper: MapperArgs<Input, Outputs, Wanted>
  ): Steps<Input, Outputs & { readonly [K in Name]: O }>
}

/** What a parallel group can declare. Its steps see the outputs from before the group, not those of each other. */
export interface ParallelSteps<Input, Outputs, Grown = Outputs> {
  /** Adds a step beside the others. */
  step<Name extends string, I, O, Wanted, Made>(
    name: Name,
    task: TaskDefinition<I, O, Wanted, Made>,
    ...mapper: MapperArgs<Input, Outputs, Wanted>
  ): ParallelSteps<Input, Outputs, Grown & { readonly [K in Name]: O }>
}

interface Declared {
  readonly step: PlanStep
  readonly task: AnyTask
  readonly mapper: Mapper<never, never, unknown> | undefined
}

/**
 * Steps in the order of their declaration. A definition and those made from it share one list, and each sees only the
 * first steps of it, so that adding one costs the same however many there are. A second branch gets a list of its own.
 */
class Declarations {
  readonly #items: Declared[]
  readonly #indexes: Map<string, number>
  readonly size: number

  private constructor(items: Declared[], indexes: Map<string, number>) {
    this.#items = items
    this.#indexes = indexes
    this.size = items.length
  }

  static readonly none = (): Declarations => new Declarations([], new Map())

  has(name: string): boolean {
    return (this.#indexes.get(name) ?? Number.POSITIVE_INFINITY) < this.size
  }

  list(): readonly Declared[] {
    return this.#items.slice(0, this.size)
  }

  with(added: readonly Declared[]): Declarations {
    const isTip = this.#items.length === this.size
    const items = isTip ? this.#items : this.#items.slice(0, this.size)
    const indexes = isTip ? this.#indexes : new Map(items.map(({ step }, index) => [step.name, index]))
    for (const declared of added) indexes.set(declared.step.name, items.push(declared) - 1)
    return new Declarations(items, indexes)
  }
}

/** Where the next step goes, and what is known so far. */
interface Draft {
  readonly declarations: Declarations
  /** Steps that the next one waits for. */
  readonly frontier: readonly number[]
  readonly lanes: Lanes
}

/** `Given` is what a start is given: less than `Input` where the schema has defaults. */
export class WorkflowDefinition<in out Input = unknown, in out Outputs = unknown, in out Given = Input> {
  readonly kind = 'workflow'
  readonly name: string
  readonly version: string
  readonly input: Schema<Input, Given>
  readonly #draft: Draft
  readonly #options: WorkflowOptions<Schema>
  #declared: readonly Declared[] | undefined
  #plan: Plan | undefined

  constructor(name: string, options: WorkflowOptions<Schema>, draft?: Draft) {
    this.name = name
    this.version = options.version ?? '1'
    this.input = (options.input ?? z.unknown()) as Schema<Input, Given>
    this.#options = options
    this.#draft = draft ?? {
      declarations: Declarations.none(),
      frontier: [],
      lanes: Lanes.from(options.limit === undefined ? {} : { limit: options.limit }),
    }
  }

  /** What a run follows. */
  get plan(): Plan {
    this.#plan ??= {
      steps: this.declared.map(({ step }) => step),
      lanes: [...this.#draft.lanes.limits],
      onFailure: this.#options.onFailure ?? 'continue',
    }
    return this.#plan
  }

  /** The task and the mapper of each step, by index. */
  get declared(): readonly Declared[] {
    this.#declared ??= this.#draft.declarations.list()
    return this.#declared
  }

  /**
   * Adds a step that starts when everything before it has completed.
   * @throws StatorError DEFINITION_INVALID when the name is taken, or this is no task, or no mapper
   */
  step<Name extends string, I, O, Wanted, Made>(
    name: Name,
    task: TaskDefinition<I, O, Wanted, Made>,
    ...mapper: MapperArgs<Input, Outputs, Wanted>
  ): WorkflowDefinition<Input, Outputs & { readonly [K in Name]: O }, Given> {
    const { declarations, frontier, lanes } = this.#draft
    const declared = this.#declare(name, task, mapper[0], frontier)
    return this.#with({
      declarations: declarations.with([declared]),
      frontier: [declarations.size],
      lanes,
    })
  }

  /** Steps that run beside each other; what follows waits for all of them. */
  parallel<Grown>(
    name: string,
    build: (steps: ParallelSteps<Input, Outputs>) => ParallelSteps<Input, Outputs, Grown>,
    options: { limit?: number } = {},
  ): WorkflowDefinition<Input, Grown, Given> {
    checkOptions(options, `options of group ${String(name)}`)
    return this.#group(name, 'parallel', build as Build, options.limit)
  }

  /** Steps that run one after the other, as a group with a name; the first failure blocks the rest. */
  sequence<Grown>(
    name: string,
    build: (steps: Steps<Input, Outputs>) => Steps<Input, Grown>,
  ): WorkflowDefinition<Input, Grown, Given> {
    return this.#group(name, 'sequence', build as Build, undefined)
  }

  #group<Grown>(
    name: string,
    mode: 'parallel' | 'sequence',
    build: Build,
    limit: number | undefined,
  ): WorkflowDefinition<Input, Grown, Given> {
    checkName(name, 'group name')
    parse(func, build, 'DEFINITION_INVALID', `steps of group ${name}`)
    const { declarations, frontier } = this.#draft
    const own = limit === undefined ? [] : [this.#draft.lanes.limits.length]
    const lanes = limit === undefined ? this.#draft.lanes : this.#draft.lanes.with(limit, 'limit')
    const added = new Map<string, Declared>()
    const last = (): number[] => [declarations.size + added.size - 1]
    const steps: AnySteps = {
      step: (stepName, task, mapper) => {
        if (added.has(stepName)) this.#refuse(stepName)
        const after = mode === 'sequence' && added.size > 0 ? last() : frontier
        const declared = this.#declare(stepName, task, mapper, after)
        const place = { group: name, lanes: [...declared.step.lanes, ...own] }
        added.set(stepName, { ...declared, step: { ...declared.step, ...place } })
        return steps
      },
    }
    build(steps)
    const all = [...added.keys()].map((_, i) => declarations.size + i)
    return this.#with({
      declarations: declarations.with([...added.values()]),
      frontier: added.size === 0 ? frontier : mode === 'parallel' ? all : last(),
      lanes,
    })
  }

  #declare(
    name: string,
    given: unknown,
    mapper: Mapper<never, never, unknown> | undefined,
    after: readonly number[],
  ): Declared {
    checkName(name, 'step name')
    const task = checkTask(given, `task of step ${name}`)
    if (mapper !== undefined) parse(func, mapper, 'DEFINITION_INVALID', `mapper of step ${name}`)
    if (this.#draft.declarations.has(name)) this.#refuse(name)
    const lanes = this.#draft.lanes.of(undefined)
    return { step: { name, task: task.name, after: [...after], lanes }, task, mapper }
  }

  #refuse(step: string): never {
    throw new StatorError('DEFINITION_INVALID', {
      workflow: this.name,
      step,
      reason: 'the name is used twice',
    })
  }

  #with<Grown>(draft: Draft): WorkflowDefinition<Input, Grown, Given> {
    return new WorkflowDefinition<Input, Grown, Given>(this.name, this.#options, draft)
  }
}

/** A group's builder without its types. */
interface AnySteps {
  step(name: string, task: AnyTask, mapper?: Mapper<never, never, unknown>): AnySteps
}
type Build = (steps: AnySteps) => unknown

/** Any workflow, where its types do not matter. */
export type AnyWorkflow = Pick<WorkflowDefinition, 'kind' | 'name' | 'version' | 'plan' | 'declared'> & {
  readonly input: Schema
}

/** @throws StatorError ADDRESS_INVALID (name), DEFINITION_INVALID (schema, version, limit, onFailure) */
export function workflow<I extends Schema = z.ZodUnknown>(
  name: string,
  options: WorkflowOptions<I> = {},
  // The outputs begin empty and grow with each step.
): WorkflowDefinition<z.output<I>, Readonly<Record<never, never>>, z.input<I>> {
  checkName(name, 'workflow name')
  parse(optionsShape, options, 'DEFINITION_INVALID', `options of workflow ${name}`)
  if (options.input !== undefined) checkSchema(options.input, `input of workflow ${name}`)
  return new WorkflowDefinition(name, options)
}
