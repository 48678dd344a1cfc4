/**
 * Undo: how a run goes backward, as pure functions: what is on its trail is undone, newest first. A saga in the sense of Garcia-Molina
 * and Salem, "Sagas" (1987). Which move is made when, the chart knows.
 */
import type { Emitted } from '../messages/command.ts'
import { thawedTrail, traces, type Trace } from './trail.ts'
import { COMPLETED, type Ending, type Undoing, type WorkflowContext } from './workflow-context.ts'
import { addressOf, nameOf, nodeOf, stopAll, type Move } from './workflow-moves.ts'

/** Items of a map that are undone at once, where the map has no limit of its own. */
const AT_ONCE = 64

const NOTHING: Undoing = { left: null, open: [], failed: [] }

export const undoingOf = ({ undoing }: WorkflowContext, owner: number): Undoing => undoing[owner] ?? NOTHING

/** The items of a map are independent of each other; of everything else the order counts. */
export function widthOf(context: WorkflowContext, owner: number): number {
  const node = nodeOf(context, owner)
  return node.kind === 'map' ? Math.min(node.limit ?? AT_ONCE, AT_ONCE) : 1
}

/** Gives each state that undoes what is its own. */
export function partition(context: WorkflowContext): Move {
  const lists = new Map<number, Trace[]>()
  for (const trace of traces(context.trail)) {
    const owner = context.index.entries[trace.step]?.owner ?? trace.step
    const list = lists.get(owner)
    if (list === undefined) lists.set(owner, [trace])
    else list.push(trace)
  }
  const undoing = Object.fromEntries(
    [...lists].map(([owner, list]) => [owner, { ...NOTHING, left: thawedTrail(list.toReversed()) }]),
  )
  return { change: { undoing, trail: null }, say: [] }
}

/** Begins to undo what is next, as much as may be undone at once. */
export function undoNext(context: WorkflowContext, owner: number): Move {
  return further(context, owner, undoingOf(context, owner))
}

function further(context: WorkflowContext, owner: number, from: Undoing): Move {
  const width = widthOf(context, owner)
  const say: Emitted[] = []
  const open = [...from.open]
  let { left } = from
  // Where the order counts, nothing older is undone before what could not be is.
  const room = width > 1 || from.failed.length === 0 ? width : 0
  while (left !== null && open.length < room) {
    const trace = { ...left.last, tries: left.last.tries + 1 }
    open.push(trace)
    const asked = undoOf(context, trace)
    say.push(asked)
    // It stayed, and heard nothing of the pause.
    if (context.paused && isRun(asked)) say.push({ ...asked, event: 'workflow.pause' })
    left = left.before
  }
  return { change: { undoing: { ...context.undoing, [owner]: { ...from, left, open } } }, say }
}

function undoOf(context: WorkflowContext, trace: Trace): Emitted {
  const { step, visit, item, ref, tries } = trace
  const to = addressOf(context, step, visit, item, tries)
  if (to.startsWith('workflow/')) return { type: 'send', to, event: 'workflow.compensate', data: {} }
  const data = { step, visit, undo: true, ref, ...(item === null ? {} : { item }) }
  return { type: 'send', to, event: 'task.create', data }
}

const isRun = (told: Emitted): told is Extract<Emitted, { type: 'send' }> =>
  told.type === 'send' && told.to.startsWith('workflow/')

/** It is paused, or goes on, and so do runs below it that work, or are being undone. */
export function tellRuns(context: WorkflowContext, event: 'workflow.pause' | 'workflow.resume'): Move {
  const backward = Object.values(context.undoing).flatMap(({ open }) => open)
  const told = [...stopAll(context).say, ...backward.map(trace => undoOf(context, trace))].filter(isRun)
  const say = told.map(({ to }): Emitted => ({ type: 'send', to, event, data: {} }))
  return { change: { paused: context.paused }, say }
}

const isOf = (trace: Trace, { step, visit, item }: Ending): boolean =>
  trace.step === step && trace.visit === visit && trace.item === item

export const isBeingUndone = (context: WorkflowContext, owner: number, ending: Ending): boolean =>
  ending.undo && undoingOf(context, owner).open.some(trace => isOf(trace, ending))

/** Where a state stands once something was undone, or could not be. */
export function after(context: WorkflowContext, owner: number, ending: Ending): Undoing {
  const undoing = undoingOf(context, owner)
  const trace = undoing.open.find(other => isOf(other, ending))
  if (trace === undefined) return undoing
  const open = undoing.open.filter(other => other !== trace)
  const failed = ending.status === COMPLETED ? undoing.failed : [...undoing.failed, trace]
  return { ...undoing, open, failed }
}

/** Something was undone, or could not be; what is next begins. */
export function undone(context: WorkflowContext, owner: number, ending: Ending): Move {
  return further(context, owner, after(context, owner, ending))
}

/** Nothing of it is left, nor under way. */
export const isUndone = ({ left, open, failed }: Undoing): boolean =>
  left === null && open.length === 0 && failed.length === 0

/** Nothing goes on without an operator. */
export const isStuck = ({ left, open, failed }: Undoing, width: number): boolean =>
  failed.length > 0 && open.length === 0 && (width === 1 || left === null)

/** An operator: what could not be undone is tried once more, or given up. */
export function retryUndo(context: WorkflowContext, owner: number): Move {
  const undoing = undoingOf(context, owner)
  const left = undoing.failed.reduce((trail, last) => ({ last, before: trail }), undoing.left)
  return { change: { undoing: { ...context.undoing, [owner]: { ...undoing, left, failed: [] } } }, say: [] }
}

export function giveUpUndo(context: WorkflowContext, owner: number): Move {
  const undoing = { ...undoingOf(context, owner), failed: [] }
  return { change: { undoing: { ...context.undoing, [owner]: undoing } }, say: [] }
}

/** Names by which an operator may mean what is stuck there. */
export const namesOf = (context: WorkflowContext, owner: number): readonly string[] => [
  nameOf(context, owner),
  ...undoingOf(context, owner).failed.map(({ step }) => nameOf(context, step)),
]
