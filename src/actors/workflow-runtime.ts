/**
 * How a workflow's definition runs: its plan in the machine's context, its identity, and how the input of a step is
 * made from recorded outputs. The only place that calls a mapper.
 */
import { StatorError } from '../errors.ts'
import { EMPTY_PLAN, type GraphContext } from '../machines/graph.ts'
import { COMPLETED, compile, type CompiledPlan, type GraphState } from '../machines/graph-state.ts'
import { Vector } from '../machines/vector.ts'
import type { Json } from '../messages/json.ts'
import type { TaskCreate } from '../messages/task.ts'
import type { Plan, PlanStep } from '../messages/workflow.ts'
import { specOf } from './create.ts'
import type { Definition } from './kind.ts'
import { workflowKind } from './kinds.ts'
import { parse } from './schema.ts'
import type { AnyTask } from './task.ts'
import type { AnyWorkflow } from './workflow.ts'

/** Checks and copies a value made by a mapper, as the door does for values from outside. */
export type Admit = (value: unknown) => Json
export type FindTask = (name: string) => AnyTask | undefined

type MakeInput = (context: GraphContext, step: number, outputOf: (step: number) => Json) => unknown

export function definitionOfWorkflow(definition: AnyWorkflow, hash: string, admit: Admit): Definition {
  const indexes = new Map(definition.plan.steps.map((step, index) => [step.name, index]))
  const makeInput: MakeInput = (context, step, outputOf) => {
    const mapper = definition.declared[step]?.mapper
    if (mapper === undefined) return context.input
    const call = mapper as (from: { input: Json; outputs: Record<string, Json> }) => unknown
    return call({ input: context.input, outputs: outputsView(indexes, context, outputOf) })
  }
  const tasks = definition.declared.map(({ task }) => task)
  return build(
    { name: definition.name, version: definition.version, hash },
    definition.plan,
    makeInput,
    i => tasks[i],
    admit,
  )
}

/** A graph that came as data with the message that started it. */
export function definitionOfGraph(hash: string, plan: Plan, find: FindTask, admit: Admit): Definition {
  const makeInput: MakeInput = (_context, index, outputOf) => bound(plan.steps[index], outputOf)
  return build(
    { name: 'graph', version: '1', hash },
    plan,
    makeInput,
    i => find(plan.steps[i]?.task ?? ''),
    admit,
  )
}

function build(
  ref: Definition['ref'],
  plan: Plan,
  makeInput: MakeInput,
  taskOf: (step: number) => AnyTask | undefined,
  admit: Admit,
): Definition {
  const compiled = compile(plan)
  return {
    kind: workflowKind,
    machine: workflowKind.machine,
    ref,
    input: { plan: compiled },
    freeze: context => ({ ...(context as GraphContext), plan: null }) as unknown as Json,
    thaw: context => thaw(context, compiled),
    materialise: (context, event, data, outputOf) => {
      if (event !== 'task.create') return data
      return createMessage(
        context as GraphContext,
        data as unknown as Asked,
        makeInput,
        taskOf,
        admit,
        outputOf,
      )
    },
  }
}

/** What the machine says of a step to create: which, and what stands in its way, if anything does. */
interface Asked {
  readonly step: number
  readonly by?: number
  readonly code?: string
}

/** Everything that a task is created with, from the plan, the task's own policies and the step's input. */
function createMessage(
  context: GraphContext,
  data: Asked,
  makeInput: MakeInput,
  taskOf: (step: number) => AnyTask | undefined,
  admit: Admit,
  outputOf: (step: number) => Json,
): Json {
  const step = context.plan.steps[data.step] as PlanStep
  const parent = { parent: `workflow/${context.run}`, step: data.step } as const
  if (data.by !== undefined) {
    const blocked = { by: context.plan.steps[data.by]?.name ?? '', code: data.code ?? 'TASK_FAILED' }
    return { task: step.task, input: null, ...parent, blocked }
  }
  const definition = taskOf(data.step)
  if (definition === undefined) throw new StatorError('TASK_UNHANDLED', { task: step.task, step: step.name })
  const made = guard(() => makeInput(context, data.step, outputOf), step.name)
  const input = admit(parse(definition.input, made, 'INPUT_INVALID', `input of step ${step.name}`))
  const create: TaskCreate = { ...specOf(definition, input), ...parent }
  if (step.role !== undefined) create.role = step.role
  if (step.retry !== undefined) create.retry = step.retry
  if (step.timeout !== undefined) create.timeout = step.timeout
  const path = context.plan.paths[data.step] ?? 1
  if (path > 1) create.path = path
  if (step.group !== undefined) create.metadata = { group: step.group }
  return create as unknown as Json
}

function guard<T>(make: () => T, step: string): T {
  try {
    return make()
  } catch (error) {
    throw new StatorError(
      'MAPPER_FAILED',
      { step, reason: error instanceof Error ? error.message : String(error) },
      { cause: error },
    )
  }
}

/** Outputs by name, read when asked for: a mapper that looks at one step costs the same whatever the workflow's size. */
function outputsView(
  indexes: ReadonlyMap<string, number>,
  context: GraphContext,
  outputOf: (step: number) => Json,
): Record<string, Json> {
  const find = (name: string | symbol): number | undefined => {
    const index = typeof name === 'string' ? indexes.get(name) : undefined
    return index !== undefined && context.graph.status.get(index) === COMPLETED ? index : undefined
  }
  const read = (name: string | symbol): Json | undefined => {
    const index = find(name)
    return index === undefined ? undefined : outputOf(index)
  }
  return new Proxy(Object.create(null) as Record<string, Json>, {
    has: (_, name) => find(name) !== undefined,
    get: (_, name) => read(name),
    ownKeys: () => [...indexes.keys()].filter(name => find(name) !== undefined),
    getOwnPropertyDescriptor: (_, name) =>
      find(name) === undefined
        ? undefined
        : { configurable: true, enumerable: true, writable: false, value: read(name) },
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  })
}

function bound(step: PlanStep | undefined, outputOf: (step: number) => Json): unknown {
  if (step?.bind === undefined) return step?.input
  const input: Record<string, unknown> = { ...(step.input as Record<string, Json> | undefined) }
  for (const [key, from] of Object.entries(step.bind))
    input[key] = Array.isArray(from) ? from.map(outputOf) : outputOf(from)
  return input
}

interface FrozenGraph extends Omit<GraphState, 'status' | 'waiting' | 'refs' | 'turns' | 'queues'> {
  readonly status: number[]
  readonly waiting: number[]
  readonly refs: number[]
  readonly turns: number[]
  readonly queues: readonly { items: number[]; head: number; tail: number }[]
}

function thaw(context: Json, plan: CompiledPlan): GraphContext {
  const frozen = context as unknown as Omit<GraphContext, 'graph'> & { graph: FrozenGraph }
  const { graph } = frozen
  return {
    ...frozen,
    plan: plan ?? EMPTY_PLAN,
    graph: {
      ...graph,
      status: Vector.from(graph.status),
      waiting: Vector.from(graph.waiting),
      refs: Vector.from(graph.refs),
      turns: Vector.from(graph.turns),
      queues: graph.queues.map(queue => ({ ...queue, items: Vector.from(queue.items) })),
    },
  }
}
