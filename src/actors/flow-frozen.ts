/** The state of a run as JSON and back: vectors and trails are lists there, and its flow is not part of it. Pure. */
import type { FlowIndex } from '../machines/flow-index.ts'
import { frozenTrail, thawedTrail, type Trace } from '../machines/trail.ts'
import { Vector } from '../machines/vector.ts'
import { newWorkflow, type MapState, type WorkflowContext } from '../machines/workflow-context.ts'
import type { Json } from '../messages/json.ts'
import { begunIn, type Begun } from './flow-carry.ts'

interface FrozenRun extends Omit<
  WorkflowContext,
  'index' | 'status' | 'visits' | 'refs' | 'maps' | 'trail' | 'undoing'
> {
  readonly begun: Begun | null
  readonly status: number[]
  readonly visits: number[]
  readonly refs: number[]
  readonly maps: Readonly<
    Record<string, Omit<MapState, 'status' | 'refs'> & { status: number[]; refs: number[] }>
  >
  readonly trail: Trace[]
  readonly undoing: Readonly<
    Record<string, { left: Trace[]; open: readonly Trace[]; failed: readonly Trace[] }>
  >
}

/** `marks` are those of its flow: what has begun is marked, for another flow that it may go on with. */
export function frozenRun(context: WorkflowContext, marks: readonly string[]): Json {
  const { index: _, trail, undoing, ...plain } = context
  return {
    ...plain,
    begun: begunIn(context, marks),
    trail: frozenTrail(trail),
    undoing: mapped(undoing, one => ({ ...one, left: frozenTrail(one.left) })),
  } as unknown as Json
}

export function thawedRun(json: Json, index: FlowIndex): WorkflowContext {
  const { begun: _, status, visits, refs, maps, trail, undoing, ...plain } = json as unknown as FrozenRun
  // In the order of a new one: what was restored reads as what never was away.
  return {
    ...newWorkflow(index),
    ...plain,
    status: Vector.from(status),
    visits: Vector.from(visits),
    refs: Vector.from(refs),
    maps: mapped(maps, map => ({ ...map, status: Vector.from(map.status), refs: Vector.from(map.refs) })),
    trail: thawedTrail(trail),
    undoing: mapped(undoing, one => ({ ...one, left: thawedTrail(one.left) })),
  }
}

const mapped = <A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
