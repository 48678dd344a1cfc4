/**
 * Moves: how a run goes forward, as pure functions: a node begins, an item ends, everything is stopped. Each gives what changes and
 * what is said. Which move is made when, the chart knows.
 */
import type { Failure } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Emitted } from '../messages/command.ts'
import type { Json } from '../messages/json.ts'
import type { Placed } from './flow-index.ts'
import { added } from './trail.ts'
import { Vector } from './vector.ts'
import {
  COMPLETED,
  FAILED,
  HELD,
  NEW,
  placeOf,
  RUNNING,
  SKIPPED,
  type Ending,
  type MapState,
  type WorkflowContext,
  type WorkflowEvent,
} from './workflow-context.ts'

export interface Move {
  readonly change: Partial<WorkflowContext>
  readonly say: readonly Emitted[]
}

export const nodeOf = ({ index }: WorkflowContext, step: number): Placed =>
  (index.entries[step] as { node: Placed }).node

export const nameOf = ({ index }: WorkflowContext, step: number): string =>
  index.entries[step]?.node.name ?? ''

const send = (to: Address, event: string, data: Json): Emitted => ({ type: 'send', to, event, data })

/** Those that somebody else does, and says when they are done. */
const isDoneElsewhere = ({ kind }: Placed): boolean =>
  kind === 'step' || kind === 'workflow' || kind === 'gate'

const KINDS = { step: 'task', workflow: 'workflow', gate: 'gate' } as const
const CREATES = { step: 'task.create', workflow: 'workflow.start', gate: 'gate.open' } as const
const CANCELS = { step: 'task.cancel', workflow: 'workflow.cancel', gate: 'gate.cancel' } as const

type Done = keyof typeof KINDS

const doneBy = (node: Placed): Done => (node.kind === 'map' ? node.each.kind : (node.kind as Done))

/** Where the one lives that does a step, or an item of a map; with `undo`, that undoes it, at so many attempts. */
export function addressOf(
  { run, index }: WorkflowContext,
  step: number,
  visit: number,
  item: number | null,
  undo = 0,
): Address {
  const node = (index.entries[step] as { node: Placed }).node
  const kind = KINDS[doneBy(node)]
  return `${kind}/${run}/${node.name}${placeOf(visit, item, kind === 'workflow' ? 0 : undo)}`
}

function creation(context: WorkflowContext, step: number, visit: number, item: number | null): Emitted {
  const data = item === null ? { step, visit } : { step, visit, item }
  return send(addressOf(context, step, visit, item), CREATES[doneBy(nodeOf(context, step))], data)
}

/** A node is entered; whoever does it is asked to. */
export function begin(context: WorkflowContext, step: number): Move {
  const visit = context.visits.get(step) + 1
  const elsewhere = isDoneElsewhere(nodeOf(context, step))
  return {
    change: {
      ...entered(context, step, visit),
      ...(elsewhere ? { open: context.open + 1 } : {}),
    },
    say: elsewhere ? [creation(context, step, visit, null)] : [],
  }
}

/** A node is entered that depends on what the definition says: the hub asks it, and tells this run. */
export function ask(context: WorkflowContext, step: number): Move {
  const visit = context.visits.get(step) + 1
  const change = entered(context, step, visit)
  const say = [send(`workflow/${context.run}`, 'flow.decided', { step, visit })]
  if (context.maps[step] === undefined) return { change, say }
  // The items of an earlier round are no items of this one.
  const { [step]: _, ...maps } = context.maps
  return { change: { ...change, maps }, say }
}

/** What an operator has tried once more is no failure any more. */
function entered(context: WorkflowContext, step: number, visit: number): Partial<WorkflowContext> {
  return {
    visits: context.visits.set(step, visit),
    status: context.status.set(step, RUNNING),
    ...(context.status.get(step) === HELD ? { error: null } : {}),
  }
}

/** How a node ended: known by its position, left on the trail where it can be undone. */
export function settle(context: WorkflowContext, ending: Ending): Move {
  const { step, visit, status, ref, ran } = ending
  const { node, undoable } = context.index.entries[step] as { node: Placed; undoable: boolean }
  const pivots = node.kind === 'step' && node.pivot === true && status === COMPLETED
  const trace = { step, visit, item: null, ref: status === COMPLETED ? ref : 0, tries: 0 }
  return {
    change: {
      status: context.status.set(step, status),
      refs: context.refs.set(step, ref),
      ...(isDoneElsewhere(node) ? { open: context.open - 1 } : {}),
      ...(undoable && ran ? { trail: added(context.trail, trace) } : {}),
      ...(pivots ? { pivoted: true } : {}),
      ...failedBy(context, ending),
    },
    say: [],
  }
}

/** The first failure of a run. One that was cancelled did not fail. */
export function failedBy(
  context: WorkflowContext,
  { step, status, error }: Ending,
): Partial<WorkflowContext> {
  if (status === COMPLETED || context.error !== null || context.cancel !== null) return {}
  const why: Failure = error ?? { name: 'Cancelled', message: 'cancelled', code: 'CANCELLED' }
  return { error: { step: nameOf(context, step), error: why } }
}

/** What the node itself is to blame for: no case, too many rounds, no answer in time. */
export function fail(
  context: WorkflowContext,
  step: number,
  seq: number,
  code: string,
  message: string,
): Move {
  const error = { name: 'Error', message, code }
  const visit = context.visits.get(step)
  return settle(context, {
    step,
    visit,
    item: null,
    undo: false,
    status: FAILED,
    error,
    ran: false,
    ref: seq,
  })
}

/** A node that waits, or decides, is done. */
export function pass(context: WorkflowContext, step: number, ref: number): Move {
  return {
    change: { status: context.status.set(step, COMPLETED), refs: context.refs.set(step, ref) },
    say: [],
  }
}

/** Nodes of the cases that were not chosen. */
export function leaveOut(context: WorkflowContext, ranges: readonly { from: number; to: number }[]): Move {
  let { status } = context
  for (const { from, to } of ranges) for (let i = from; i < to; i++) status = status.set(i, SKIPPED)
  return { change: { status }, say: [] }
}

/** The list of a map is known: as many items begin as may at once. */
export function spread(context: WorkflowContext, step: number, count: number, list: number): Move {
  const empty = { list, count, next: 0, open: 0, failed: 0 }
  const map = { ...empty, status: Vector.filled(count, NEW), refs: Vector.filled(count, 0) }
  return more(context, step, map, {})
}

/** Items begin, up to as many as may at once. */
function more(
  context: WorkflowContext,
  step: number,
  from: MapState,
  change: Partial<WorkflowContext>,
): Move {
  const node = nodeOf(context, step)
  const limit = node.kind === 'map' ? (node.limit ?? from.count) : 0
  const visit = context.visits.get(step)
  const say: Emitted[] = []
  let { status, next, open } = from
  for (; next < from.count; next++) {
    // Of those that begin anew, some are done already.
    if (status.get(next) === COMPLETED) continue
    if (open >= limit) break
    status = status.set(next, RUNNING)
    open++
    say.push(creation(context, step, visit, next))
  }
  const maps = { ...context.maps, [step]: { ...from, status, next, open } }
  return { change: { ...change, open: (change.open ?? context.open) + say.length, maps }, say }
}

/** An item of a map has ended; with `goOn` the next one begins. */
export function settleItem(context: WorkflowContext, ending: Ending, goOn: boolean): Move {
  const { step, visit, item, status, ref, ran } = ending
  const { undoable } = context.index.entries[step] as { undoable: boolean }
  const map = context.maps[step]
  if (map === undefined || item === null) return { change: {}, say: [] }
  const settled = {
    ...map,
    open: map.open - 1,
    failed: map.failed + (status === COMPLETED ? 0 : 1),
    status: map.status.set(item, status),
    refs: map.refs.set(item, ref),
  }
  const trace = { step, visit, item, ref: status === COMPLETED ? ref : 0, tries: 0 }
  const change = {
    open: context.open - 1,
    ...(undoable && ran ? { trail: added(context.trail, trace) } : {}),
    ...failedBy(context, ending),
  }
  if (goOn) return more(context, step, settled, change)
  return { change: { ...change, maps: { ...context.maps, [step]: settled } }, say: [] }
}

/** All items of a map have ended. */
export function closeMap(context: WorkflowContext, step: number, sound: boolean): Move {
  const map = context.maps[step]
  return {
    change: {
      status: context.status.set(step, sound ? COMPLETED : FAILED),
      refs: context.refs.set(step, map?.list ?? 0),
    },
    say: [],
  }
}

/** An operator has a held map go on: its failed items begin anew, as many at once as may. */
export function repeatItems(context: WorkflowContext, step: number): Move {
  const change = entered(context, step, context.visits.get(step) + 1)
  const map = { ...(context.maps[step] as MapState), failed: 0, next: 0, open: 0 }
  return more({ ...context, ...change }, step, map, change)
}

/** As a step of another run that may yet be undone, it stays when it is done, if there is anything to undo. */
export const mayBeUndone = ({ parent, trail, pivoted }: WorkflowContext): boolean =>
  parent?.address.startsWith('workflow/') === true && trail !== null && !pivoted

/** Whoever still works for the run is asked to end; runs below it to undo themselves, if this one does. */
export function stopAll(context: WorkflowContext): Move {
  const compensate = context.cancel?.compensate ?? true
  const say: Emitted[] = []
  const stop = (step: number, visit: number, item: number | null): void => {
    const by = doneBy(nodeOf(context, step))
    say.push(
      send(addressOf(context, step, visit, item), CANCELS[by], by === 'workflow' ? { compensate } : {}),
    )
  }
  for (const [step, { node }] of context.index.entries.entries()) {
    if (context.status.get(step) !== RUNNING) continue
    const visit = context.visits.get(step)
    if (isDoneElsewhere(node)) stop(step, visit, null)
    const map = node.kind === 'map' ? context.maps[step] : undefined
    for (let item = 0; item < (map?.next ?? 0); item++)
      if (map?.status.get(item) === RUNNING) stop(step, visit, item)
  }
  return { change: {}, say }
}

/** The step waits for an operator, or for one no longer. */
export function hold(context: WorkflowContext, step: number): Move {
  return { change: { held: context.held + 1, status: context.status.set(step, HELD) }, say: [] }
}

/** An operator's word: the step is left out, or was done by hand, with this output. */
export function decide(context: WorkflowContext, event: WorkflowEvent, step: number, undo: boolean): Move {
  if (event.type !== 'step.skip' && event.type !== 'step.finish') return { change: {}, say: [] }
  const as = event.type === 'step.skip' ? 'skipped' : 'finished'
  const decision = { step: event.data.step, undo, as, reason: event.data.reason, seq: event.seq } as const
  const decisions = [...context.decisions, decision]
  if (undo) return { change: { decisions }, say: [] }
  const status = context.status.set(step, as === 'skipped' ? SKIPPED : COMPLETED)
  // Done by hand, a map gives what the operator says, and not what came of its items.
  const { [step]: _, ...maps } = context.maps
  // What was in the way is out of it.
  const change = { decisions, status, maps, refs: context.refs.set(step, event.seq), error: null }
  return { change, say: [] }
}
