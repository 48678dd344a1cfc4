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
  /** Steps that need a place in the same lanes wait in one queue: the lanes of each queue. */
  readonly queues: readonly (readonly number[])[]
  /** The queue of each step; -1 where it needs no place. */
  readonly queueOf: readonly number[]
  /** For each lane, the queues that need a place in it. */
  readonly queuesOf: readonly (readonly number[])[]
  /** For each step the longest way to the end, itself included: its critical path. */
  readonly paths: readonly number[]
}

export const PENDING = 0
export const RUNNING = 1
export const COMPLETED = 2
export const FAILED = 3
export const CANCELLED = 4
export const BLOCKED = 5
export const STEP_STATES = ['pending', 'running', 'completed', 'failed', 'cancelled', 'blocked'] as const

/** Steps that wait for places, in the order in which they became ready; each waits here at most once. */
export interface Queue {
  readonly items: Vector
  readonly head: number
  readonly tail: number
}

export interface GraphState {
  readonly status: Vector
  /** How many dependencies of each step are not completed. */
  readonly waiting: Vector
  /** For each settled step the position of the signal that says how it ended. */
  readonly refs: Vector
  /** Places taken in each lane. */
  readonly taken: readonly number[]
  readonly queues: readonly Queue[]
  /** For each step that had to wait for places, when its turn came; the next turn. */
  readonly turns: Vector
  readonly turn: number
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
  const queues: number[][] = []
  const queuesOf: number[][] = plan.lanes.map(() => [])
  const known = new Map<string, number>()
  const queueOf = plan.steps.map((step, index) => {
    for (const other of new Set(step.after)) dependents[other]?.push(index)
    const lanes = [...new Set(step.lanes)].toSorted((a, b) => a - b)
    if (lanes.length === 0) return -1
    const queue = known.get(lanes.join()) ?? queues.push(lanes) - 1
    if (known.size < queues.length) {
      known.set(lanes.join(), queue)
      for (const lane of lanes) queuesOf[lane]?.push(queue)
    }
    return queue
  })
  return { ...plan, dependents, queues, queueOf, queuesOf, paths: pathsOf(plan, dependents) }
}

/** From the ends backwards: a step is there once all that follow it are. */
function pathsOf({ steps }: Plan, dependents: readonly (readonly number[])[]): number[] {
  const paths = steps.map(() => 1)
  const open = dependents.map(all => all.length)
  const line = steps.flatMap((_, index) => (open[index] === 0 ? [index] : []))
  // Grows while it is walked.
  for (const index of line)
    for (const before of new Set(steps[index]?.after)) {
      paths[before] = Math.max(paths[before] ?? 1, (paths[index] ?? 1) + 1)
      open[before] = (open[before] ?? 0) - 1
      if (open[before] === 0) line.push(before)
    }
  return paths
}

export function initialState(plan: CompiledPlan): GraphState {
  const size = plan.steps.length
  const members = plan.queues.map(() => 0)
  for (const queue of plan.queueOf) if (queue >= 0) members[queue] = (members[queue] ?? 0) + 1
  return {
    status: Vector.filled(size, PENDING),
    waiting: Vector.from(plan.steps.map(step => new Set(step.after).size)),
    refs: Vector.filled(size, 0),
    taken: plan.lanes.map(() => 0),
    queues: members.map(count => ({ items: Vector.filled(count, 0), head: 0, tail: 0 })),
    turns: Vector.filled(plan.queues.length === 0 ? 0 : size, 0),
    turn: 0,
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
  readonly #state: { -readonly [K in keyof GraphState]: GraphState[K] }
  readonly #taken: number[]
  readonly #queues: Queue[]
  readonly #start: number[] = []
  readonly #block: { step: number; by: number }[] = []
  readonly #cancel: number[] = []

  constructor(plan: CompiledPlan, state: GraphState) {
    this.#plan = plan
    this.#taken = state.taken.slice()
    this.#queues = state.queues.slice()
    this.#state = { ...state, taken: this.#taken, queues: this.#queues }
  }

  /** A step that depends on nothing more: starts, or waits behind those who came before it. */
  ready(step: number): void {
    const state = this.#state
    if (state.stopping !== null || state.status.get(step) !== PENDING) return
    const index = this.#plan.queueOf[step] ?? -1
    const queue = this.#queues[index]
    if (queue === undefined || (queue.head === queue.tail && this.#hasRoom(index))) this.#begin(step, index)
    else {
      this.#queues[index] = { ...queue, items: queue.items.set(queue.tail, step), tail: queue.tail + 1 }
      state.turns = state.turns.set(step, state.turn++)
    }
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
    const lanes = this.#plan.queues[this.#plan.queueOf[step] ?? -1] ?? []
    for (const lane of lanes) this.#taken[lane] = (this.#taken[lane] ?? 0) - 1
    if (ending === FAILED && this.#plan.onFailure === 'cancel') this.stop('failed')
    const ready = ending === COMPLETED ? this.#release(step) : []
    if (ending !== COMPLETED) this.#blockDependents(step)
    // Those who wait go before those who have just become ready.
    this.#drain(lanes)
    for (const dependent of ready) this.ready(dependent)
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

  #begin(step: number, queue: number): void {
    const state = this.#state
    for (const lane of this.#plan.queues[queue] ?? []) this.#taken[lane] = (this.#taken[lane] ?? 0) + 1
    state.status = state.status.set(step, RUNNING)
    state.running++
    this.#start.push(step)
  }

  /** Counts one dependency less; returns the steps that have none left. */
  #release(step: number): number[] {
    const state = this.#state
    const ready: number[] = []
    for (const dependent of this.#plan.dependents[step] ?? []) {
      const left = state.waiting.get(dependent) - 1
      state.waiting = state.waiting.set(dependent, left)
      if (left === 0) ready.push(dependent)
    }
    return ready
  }

  /** Every step that can no longer run, at once, each with the step that stands in its way. */
  #blockDependents(step: number): void {
    const state = this.#state
    const ended = [step]
    // Grows while it is walked.
    for (const by of ended) {
      for (const dependent of this.#plan.dependents[by] ?? []) {
        if (state.status.get(dependent) !== PENDING) continue
        state.status = state.status.set(dependent, BLOCKED)
        state.blocked++
        this.#block.push({ step: dependent, by })
        ended.push(dependent)
      }
    }
  }

  /**
   * Gives places that became free to those who wait, the longest waiting first, passing over those who still lack a
   * place in another lane. Afterwards no step waits whose lanes all have room.
   */
  #drain(lanes: readonly number[]): void {
    if (this.#state.stopping !== null) return
    const candidates = new Set(lanes.flatMap(lane => this.#plan.queuesOf[lane] ?? []))
    for (let index = this.#first(candidates); index >= 0; index = this.#first(candidates)) {
      const queue = this.#queues[index] as Queue
      this.#queues[index] = { ...queue, head: queue.head + 1 }
      this.#begin(queue.items.get(queue.head), index)
    }
  }

  /** The queue whose first step waits longest among those that may start; -1 when none may. */
  #first(candidates: ReadonlySet<number>): number {
    let first = -1
    let earliest = Number.POSITIVE_INFINITY
    for (const index of candidates) {
      const queue = this.#queues[index]
      if (queue === undefined || queue.head === queue.tail || !this.#hasRoom(index)) continue
      const turn = this.#state.turns.get(queue.items.get(queue.head))
      if (turn >= earliest) continue
      first = index
      earliest = turn
    }
    return first
  }

  #hasRoom(queue: number): boolean {
    const { queues, lanes } = this.#plan
    return (queues[queue] ?? []).every(
      lane => (this.#taken[lane] ?? 0) < (lanes[lane] ?? Number.POSITIVE_INFINITY),
    )
  }
}
