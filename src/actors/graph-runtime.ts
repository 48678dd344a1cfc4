/**
 * How a graph that is given as data runs: its plan in the machine's context, and how the input of a step is made from recorded
 * outputs.
 */
import { StatorError, type Failure } from '../errors.ts'
import { EMPTY_PLAN, graphMachine, type GraphContext } from '../machines/graph.ts'
import { compile, STEP_STATES, type CompiledPlan, type GraphState } from '../machines/graph-state.ts'
import { Vector } from '../machines/vector.ts'
import type { Json } from '../messages/json.ts'
import type { TaskCreate } from '../messages/task.ts'
import type { Plan, PlanStep } from '../messages/workflow.ts'
import { heard } from './conversation.ts'
import { specOf } from './create.ts'
import type { Definition, Look, RunReport, StepReport, Tally } from './kind.ts'
import { workflowKind } from './kinds.ts'
import { parse } from './schema.ts'
import { NO_SURFACE } from './surface.ts'
import type { AnyTask } from './task.ts'

/** Checks and copies a value made by a mapper, as the door does for values from outside. */
export type Admit = (value: unknown) => Json
export type FindTask = (name: string) => AnyTask | undefined

/** A graph that came as data with the message that started it. */
export function definitionOfGraph(hash: string, plan: Plan, find: FindTask, admit: Admit): Definition {
  const compiled = compile(plan)
  return {
    kind: workflowKind,
    machine: graphMachine,
    ref: { name: 'graph', version: '1', hash },
    input: { plan: compiled },
    freeze: context => ({ ...(context as GraphContext), plan: null }) as unknown as Json,
    thaw: context => thaw(context, compiled),
    materialise: (context, event, data, look) =>
      event === 'task.create'
        ? createMessage(context as GraphContext, data as unknown as Asked, find, admit, look)
        : data,
    run: {
      tally: context => tallyOf(context as GraphContext),
      report: (context, look) => reportOf(context as GraphContext, look),
      mayCome: (context, name) => mayCome(context as GraphContext, name),
      isPaused: ({ value }) => value === 'paused',
    },
    hear: (_, type, data) => heard(NO_SURFACE, type, data, admit),
  }
}

/** What the machine says of a step to create: which, and what stands in its way, if anything does. */
interface Asked {
  readonly step: number
  readonly by?: number
  readonly code?: string
}

/** Everything that a task is created with, from the plan, the task's own policies and the step's input. */
function createMessage(context: GraphContext, data: Asked, find: FindTask, admit: Admit, look: Look): Json {
  const step = context.plan.steps[data.step] as PlanStep
  const parent = { parent: `workflow/${context.run}`, step: data.step } as const
  if (data.by !== undefined) {
    const blocked = { by: context.plan.steps[data.by]?.name ?? '', code: data.code ?? 'TASK_FAILED' }
    return { task: step.task, input: null, ...parent, blocked }
  }
  const definition = find(step.task)
  if (definition === undefined) throw new StatorError('TASK_UNHANDLED', { task: step.task, step: step.name })
  const made = bound(step, index => look.output(context.graph.refs.get(index)))
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

function bound(step: PlanStep, outputOf: (step: number) => Json): unknown {
  if (step.bind === undefined) return step.input
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

function tallyOf({ plan, graph }: GraphContext): Tally {
  const { completed, running, failed, cancelled, blocked } = graph
  return { total: plan.steps.length, completed, running, failed, cancelled, blocked }
}

/** A step that has not begun. Undefined: there is none of that name. */
function mayCome({ plan, graph }: GraphContext, name: string): boolean | undefined {
  const step = plan.steps.findIndex(({ name: known }) => known === name)
  return step < 0 ? undefined : STEP_STATES[graph.status.get(step)] === 'pending'
}

function reportOf({ plan, graph, error }: GraphContext, look: Look): RunReport {
  const outputs: Record<string, Json> = {}
  const steps: Record<string, StepReport> = {}
  const blockers = blockersOf(plan, graph)
  const errorAt = (step: number): Failure | undefined =>
    (look.data(graph.refs.get(step)) as { readonly error?: Failure } | null)?.error
  const codeOf = (step: number): string =>
    STEP_STATES[graph.status.get(step)] === 'blocked'
      ? 'DEPENDENCY_FAILED'
      : (errorAt(step)?.code ?? 'TASK_FAILED')
  for (const [index, step] of plan.steps.entries()) {
    const status = STEP_STATES[graph.status.get(index)] ?? 'pending'
    if (status === 'completed') {
      outputs[step.name] = look.output(graph.refs.get(index))
      continue
    }
    const by = blockers.get(index)
    const failure =
      by !== undefined
        ? blockage(plan.steps[by]?.name ?? '', codeOf(by))
        : status === 'failed' || status === 'cancelled'
          ? errorAt(index)
          : undefined
    const shown = status === 'running' ? 'cancelled' : status
    steps[step.name] = { status: shown, ...(failure === undefined ? {} : { error: failure }) }
  }
  return { outputs, steps, ...(error === null ? {} : { error: error.error }) }
}

/**
 * For each blocked step, the one that stood in its way: from the first failure on, breadth first, as the machine did.
 * Read from the state, because the records of blocked tasks may still be on their way when the run has ended.
 */
function blockersOf(plan: GraphContext['plan'], graph: GraphState): Map<number, number> {
  const blockers = new Map<number, number>()
  if (graph.blocked === 0) return blockers
  const ended = plan.steps
    .map((_, index) => index)
    .filter(index => ['failed', 'cancelled'].includes(STEP_STATES[graph.status.get(index)] ?? ''))
    .toSorted((a, b) => graph.refs.get(a) - graph.refs.get(b))
  for (const first of ended) {
    const line = [first]
    // Grows while it is walked.
    for (const by of line)
      for (const dependent of plan.dependents[by] ?? []) {
        if (STEP_STATES[graph.status.get(dependent)] !== 'blocked' || blockers.has(dependent)) continue
        blockers.set(dependent, by)
        line.push(dependent)
      }
  }
  return blockers
}

/** In the words of the task itself. */
export const blockage = (by: string, code: string): Failure => ({
  name: 'Blocked',
  message: `blocked: ${by} ended with ${code}`,
  code: 'DEPENDENCY_FAILED',
})
