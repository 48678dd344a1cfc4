/**
 * graph(), parallel(), sequence(): task graphs given as data, for work that is known only at run time. The graph is
 * frozen into the message that starts the run, so a later process life needs the tasks, not the code that chose them.
 */
import { z } from 'zod'
import { StatorError } from '../errors.ts'
import { checkName } from '../messages/address.ts'
import { toMs, type Duration } from '../messages/duration.ts'
import type { Json } from '../messages/json.ts'
import { ON_FAILURE } from '../messages/flow.ts'
import type { Plan, PlanStep } from '../messages/workflow.ts'
import { refuseCycle } from './plan.ts'
import { parse } from './schema.ts'
import { checkTask } from './shapes.ts'
import { retryPolicy, type AnyTask, type RetryOptions } from './task.ts'

export interface GraphStep {
  /** Unique in the graph; the result is found under it. */
  id: string
  task: AnyTask
  /** Data for the task; with `bind`, the part of it that is known beforehand. */
  input?: unknown
  /** Ids of steps that must complete first. */
  after?: readonly string[]
  /** Keys of the input that get the output of a step, or a list of outputs; each is a dependency as well. */
  bind?: Readonly<Record<string, string | readonly string[]>>
  /** A parent that this step is a child of: steps with the same group share its limit. */
  group?: string
  /** Overrides of the task's own. */
  role?: string
  retry?: RetryOptions
  timeout?: Duration
}

export interface GraphOptions {
  /** Steps that may run at once. Default: as many as agents have room for. */
  limit?: number
  /** Limits for groups, by name. */
  groups?: Readonly<Record<string, { limit: number }>>
  /** Does a failed step stop those that do not depend on it? Default 'continue'. */
  onFailure?: (typeof ON_FAILURE)[number]
}

const optionsShape = z.object({
  groups: z.record(z.string(), z.object({ limit: z.unknown() })).optional(),
  onFailure: z.enum(ON_FAILURE).optional(),
})

/** Ids, roles, limits and the like are checked where they are used, with codes of their own. */
const stepShape = z.object({
  after: z.array(z.string()).optional(),
  bind: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
})

export interface TaskGraph {
  readonly kind: 'graph'
  readonly plan: Plan
}

/**
 * A graph of tasks.
 * @throws StatorError CYCLE (spelled out), DEPENDENCY_UNKNOWN, ADDRESS_INVALID (id, group, role), DEFINITION_INVALID (an
 * id used twice, no task, a bad limit, an input that nothing can be bound into)
 */
export function graph(steps: readonly GraphStep[], options: GraphOptions = {}): TaskGraph {
  checkSteps(steps)
  parse(optionsShape, options, 'DEFINITION_INVALID', 'options of a graph')
  const index = new Map<string, number>()
  for (const [i, step] of steps.entries()) {
    checkName(step.id, 'step id')
    if (index.has(step.id))
      throw new StatorError('DEFINITION_INVALID', { step: step.id, reason: 'the id is used twice' })
    index.set(step.id, i)
  }
  const lanes = Lanes.from(options)
  const planned = steps.map(step => planStep(step, index, lanes))
  refuseCycle(
    planned.map(step => step.name),
    planned.map(step => step.after),
  )
  return {
    kind: 'graph',
    plan: { steps: planned, lanes: [...lanes.limits], onFailure: options.onFailure ?? 'continue' },
  }
}

/** Many tasks at once, at most `limit` of them; all run, whatever fails. */
export function parallel(steps: readonly GraphStep[], options: GraphOptions = {}): TaskGraph {
  return graph(steps, options)
}

/** One task after the other; the first failure blocks the rest. */
export function sequence(steps: readonly GraphStep[], options: Omit<GraphOptions, 'limit'> = {}): TaskGraph {
  checkSteps(steps)
  return graph(
    steps.map((step, i) => ({
      ...step,
      after: [...(step.after ?? []), ...(i === 0 ? [] : [steps[i - 1]?.id ?? ''])],
    })),
    options,
  )
}

/** What a step does not say rightly would else be read as something else, or stop the one that reads it. */
function checkSteps(steps: readonly GraphStep[]): void {
  parse(z.array(z.unknown()), steps, 'DEFINITION_INVALID', 'steps of a graph')
  for (const [i, step] of steps.entries())
    parse(stepShape, step, 'DEFINITION_INVALID', `step ${i} of a graph`)
}

function planStep(step: GraphStep, index: ReadonlyMap<string, number>, lanes: Lanes): PlanStep {
  const find = (id: string): number => {
    const found = index.get(id)
    if (found === undefined) throw new StatorError('DEPENDENCY_UNKNOWN', { step: step.id, dependency: id })
    return found
  }
  const bind = Object.fromEntries(
    Object.entries(step.bind ?? {}).map(([key, ids]) => [
      key,
      typeof ids === 'string' ? find(ids) : ids.map(find),
    ]),
  )
  if (step.bind !== undefined && step.input !== undefined && !isRecord(step.input))
    throw new StatorError('DEFINITION_INVALID', {
      step: step.id,
      reason: 'outputs can only be bound into an input that is an object',
    })
  const after = new Set([...(step.after ?? []).map(find), ...Object.values(bind).flat()])
  return {
    name: step.id,
    task: checkTask(step.task, `task of step ${step.id}`).name,
    after: [...after],
    lanes: lanes.of(step.group),
    ...(step.group === undefined ? {} : { group: checkName(step.group, 'group name') }),
    ...(step.role === undefined ? {} : { role: checkName(step.role, 'role') }),
    ...(step.retry === undefined ? {} : { retry: retryPolicy(step.retry, `retry of step ${step.id}`) }),
    ...(step.timeout === undefined ? {} : { timeout: toMs(step.timeout, 'timeout') }),
    ...(step.input === undefined ? {} : { input: step.input as Json }),
    ...(step.bind === undefined ? {} : { bind }),
  }
}

const isRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Numbers the limits that a graph declares: one for the whole, one for each group that has one. Immutable. */
export class Lanes {
  readonly limits: readonly number[]
  readonly #whole: readonly number[]
  readonly #groups: ReadonlyMap<string, number>

  private constructor(
    limits: readonly number[],
    whole: readonly number[],
    groups: ReadonlyMap<string, number>,
  ) {
    this.limits = limits
    this.#whole = whole
    this.#groups = groups
  }

  /** @throws StatorError DEFINITION_INVALID unless each limit is a whole number of 1 or more */
  static from(options: Pick<GraphOptions, 'limit' | 'groups'>): Lanes {
    const whole = options.limit === undefined ? [] : [checkLimit(options.limit, 'limit')]
    const groups = Object.entries(options.groups ?? {})
    return new Lanes(
      [...whole, ...groups.map(([group, { limit }]) => checkLimit(limit, group))],
      whole.map((_, i) => i),
      new Map(groups.map(([group], i) => [group, whole.length + i])),
    )
  }

  /** These and one more; its number is how many there were. @throws StatorError DEFINITION_INVALID */
  with(limit: number, what: string): Lanes {
    return new Lanes([...this.limits, checkLimit(limit, what)], this.#whole, this.#groups)
  }

  of(group: string | undefined): number[] {
    const own = group === undefined ? undefined : this.#groups.get(group)
    return own === undefined ? [...this.#whole] : [...this.#whole, own]
  }
}

/** @throws StatorError DEFINITION_INVALID unless it is a whole number of 1 or more */
export function checkLimit(limit: number, what: string): number {
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new StatorError('DEFINITION_INVALID', { [what]: limit, expected: '1 or more' })
  return limit
}
