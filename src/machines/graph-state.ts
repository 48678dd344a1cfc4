/**
 * Graph state: how a task graph advances, as pure functions over persistent values. Work per message depends on the
 * edges of the step that moved, never on the size of the graph. Knows nothing of XState, tasks or messages.
 */
import type { Plan } from '../messages/workflow.ts'
import { Vector } from './vector.ts'

/** A plan with what can be computed from it once. */
export interface CompiledPlan extends Plan {
  /** For each step, the steps that depend on it. */
  readonly dependents: readonly (readonly number[])[]
}

export const PENDING = 0
export const RUNNING = 1
export const COMPLETED = 2
export const FAILED = 3
export const CANCELLED = 4
export const BLOCKED = 5
export const STEP_STATES = ['pending', 'running', 'completed', 'failed', 'cancelled', 'blocked'] as const

export interface Lane {
  readonly limit: number
  readonly running: number
  /** Steps that wait for a place, in order; a ring is not needed, each step waits here at most once. */
  readonly queue: Vector
  readonly head: number
  readonly tail: number
}

export interface GraphState {
  readonly status: Vector
  /** How many dependencies of each step are not completed. */
  readonly waiting: Vector
  /** For each settled step the position of the signal that says how it ended. */
  readonly refs: Vector
  readonly lanes: readonly Lane[]
  readonly running: number
  readonly completed: number
  readonly failed: number
  readonly cancelled: number
  readonly blocked: number
  /** Set when nothing new may start: the graph ends so as soon as nothing runs. */
  readonly stopping: 'failed' | 'cancelled' | null
}

/** What the machine must tell others after an advance. */
export interface Advance {
  readonly state: GraphState
  readonly start: readonly number[]
  readonly block: readonly { step: number; by: number }[]
  /** Running steps that must be cancelled. */
  readonly cancel: readonly number[]
}

export type Ending = typeof COMPLETED | typeof FAILED | typeof CANCELLED

export function compile(plan: Plan): CompiledPlan {
  const dependents: number[][] = plan.steps.map(() => [])
  for (const [index, step] of plan.steps.entries())
    for (const other of step.after) dependents[other]?.push(index)
  return { ...plan, dependents }
}

export function initialState(plan: CompiledPlan): GraphState {
  const size = plan.steps.length
  const members = plan.lanes.map(() => 0)
  for (const step of plan.steps) for (const lane of step.lanes) members[lane] = (members[lane] ?? 0) + 1
  return {
    status: Vector.filled(size, PENDING),
    waiting: Vector.from(plan.steps.map(step => step.after.length)),
    refs: Vector.filled(size, 0),
    lanes: plan.lanes.map((limit, i) => ({
      limit,
      running: 0,
      queue: Vector.filled(members[i] ?? 0, 0),
      head: 0,
      tail: 0,
    })),
    running: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
    blocked: 0,
    stopping: null,
  }
}

/** Starts every step that depends on nothing. */
export function startGraph(plan: CompiledPlan, state: GraphState): Advance {
  const draft = new Draft(plan, state)
  for (const [index, step] of plan.steps.entries()) if (step.after.length === 0) draft.ready(index)
  return draft.done()
}

/** A running step ended; `ref` is the position of the signal that says so. */
export function settle(
  plan: CompiledPlan,
  state: GraphState,
  step: number,
  ending: Ending,
  ref: number,
): Advance {
  const draft = new Draft(plan, state)
  draft.settle(step, ending, ref)
  return draft.done()
}

/** Nothing new starts; what runs is cancelled. */
export function stopGraph(plan: CompiledPlan, state: GraphState, as: 'failed' | 'cancelled'): Advance {
  const draft = new Draft(plan, state)
  draft.stop(as)
  return draft.done()
}

/** One advance in the making: collects changes to persistent values, then hands them out. */
class Draft {
  readonly #plan: CompiledPlan
  #state: { -readonly [K in keyof GraphState]: GraphState[K] }
  readonly #start: number[] = []
  readonly #block: { step: number; by: number }[] = []
  #cancel: number[] = []

  constructor(plan: CompiledPlan, state: GraphState) {
    this.#plan = plan
    this.#state = { ...state }
  }

  ready(step: number): void {
    const state = this.#state
    if (state.stopping !== null || state.status.get(step) !== PENDING) return
    const lanes = this.#plan.steps[step]?.lanes ?? []
    const full = lanes.find(lane => isFull(state.lanes[lane]))
    if (full !== undefined) {
      this.#lane(full, lane => ({ ...lane, queue: lane.queue.set(lane.tail, step), tail: lane.tail + 1 }))
      return
    }
    for (const lane of lanes) this.#lane(lane, value => ({ ...value, running: value.running + 1 }))
    state.status = state.status.set(step, RUNNING)
    state.running++
    this.#start.push(step)
  }

  settle(step: number, ending: Ending, ref: number): void {
    const state = this.#state
    if (state.status.get(step) !== RUNNING) return
    state.status = state.status.set(step, ending)
    state.refs = state.refs.set(step, ref)
    state.running--
    if (ending === COMPLETED) state.completed++
    else if (ending === FAILED) state.failed++
    else state.cancelled++
    const lanes = this.#plan.steps[step]?.lanes ?? []
    for (const lane of lanes) this.#lane(lane, value => ({ ...value, running: value.running - 1 }))
    if (ending === COMPLETED) this.#release(step)
    else this.#blockDependents(step)
    if (ending === FAILED && this.#plan.onFailure === 'cancel') this.stop('failed')
    for (const lane of lanes) this.#drain(lane)
  }

  stop(as: 'failed' | 'cancelled'): void {
    const state = this.#state
    if (state.stopping !== null) return
    state.stopping = as
    for (let i = 0; i < this.#plan.steps.length; i++)
      if (state.status.get(i) === RUNNING) this.#cancel.push(i)
  }

  done(): Advance {
    return { state: this.#state, start: this.#start, block: this.#block, cancel: this.#cancel }
  }

  #release(step: number): void {
    const state = this.#state
    for (const dependent of this.#plan.dependents[step] ?? []) {
      const left = state.waiting.get(dependent) - 1
      state.waiting = state.waiting.set(dependent, left)
      if (left === 0) this.ready(dependent)
    }
  }

  /** Every step that can no longer run, at once, each with the step that stands in its way. */
  #blockDependents(step: number): void {
    const state = this.#state
    const queue = [step]
    for (let by = queue.shift(); by !== undefined; by = queue.shift()) {
      for (const dependent of this.#plan.dependents[by] ?? []) {
        if (state.status.get(dependent) !== PENDING) continue
        state.status = state.status.set(dependent, BLOCKED)
        state.blocked++
        this.#block.push({ step: dependent, by })
        queue.push(dependent)
      }
    }
  }

  /** Gives the free places of a lane to those who wait there. */
  #drain(index: number): void {
    for (let lane = this.#state.lanes[index]; lane !== undefined; lane = this.#state.lanes[index]) {
      if (isFull(lane) || lane.head === lane.tail) return
      const step = lane.queue.get(lane.head)
      this.#lane(index, value => ({ ...value, head: value.head + 1 }))
      this.ready(step)
    }
  }

  #lane(index: number, change: (lane: Lane) => Lane): void {
    this.#state.lanes = this.#state.lanes.map((lane, i) => (i === index ? change(lane) : lane))
  }
}

const isFull = (lane: Lane | undefined): boolean => lane !== undefined && lane.running >= lane.limit
