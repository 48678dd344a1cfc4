/** Guards of compiled workflows: what must hold for a transition, of the node that it is about. Pure. */
import type { Json } from '../messages/json.ts'
import {
  CANCELLED,
  COMPLETED,
  endingOf,
  FAILED,
  RUNNING,
  type At,
  type Ending,
  type MapState,
  type WorkflowContext,
  type WorkflowEvent,
} from './workflow-context.ts'
import { mayBeUndone, nameOf, nodeOf } from './workflow-moves.ts'
import * as undo from './workflow-undo.ts'

/** Signals of one name that are kept for a later wait; more are refused. */
export const MAX_KEPT_SIGNALS = 1000

export interface Args {
  readonly context: WorkflowContext
  readonly event: WorkflowEvent
}

export interface Choice extends At {
  readonly choice: string | null
}

/** The node whose state undoes: itself, or what is in its loop. */
export interface Owner {
  readonly owner: number
}

export interface Range {
  readonly from: number
  readonly to: number
}

/** Word of this node, in its present visit, and not of an item of it. */
function ended({ context, event }: Args, { step }: At): Ending | null {
  const ending = endingOf(event)
  if (ending === null || ending.step !== step || ending.item !== null || ending.undo) return null
  return isPresent(context, ending) ? ending : null
}

const isPresent = (context: WorkflowContext, { step, visit }: Ending): boolean =>
  context.status.get(step) === RUNNING && context.visits.get(step) === visit

/** Word of an item that runs, with its map. */
function itemEnded({ context, event }: Args, { step }: At): { ending: Ending; map: MapState } | null {
  const ending = endingOf(event)
  const map = context.maps[step]
  if (ending === null || ending.step !== step || ending.item === null || ending.undo) return null
  if (map === undefined || !isPresent(context, ending) || map.status.get(ending.item) !== RUNNING) return null
  return { ending, map }
}

const isWhere = ({ pivoted }: WorkflowContext, { past = false }: At): boolean => pivoted || !past

const isLast = ({ open, next, count }: MapState): boolean => open === 1 && next >= count

function undoEnded({ context, event }: Args, { owner }: Owner): Ending | null {
  const ending = endingOf(event)
  return ending !== null && undo.isBeingUndone(context, owner, ending) ? ending : null
}

const decided = ({ context, event }: Args, { step }: At): boolean =>
  event.type === 'flow.decided' && event.data.step === step && event.data.visit === context.visits.get(step)

export const listOf = (event: WorkflowEvent): readonly Json[] =>
  event.type === 'flow.decided' ? (event.data.list ?? []) : []

export const signalOf = (context: WorkflowContext, step: number): string => {
  const node = nodeOf(context, step)
  return node.kind === 'wait' ? (node.signal ?? '') : ''
}

/** Positions of the signals of a name that nobody has waited for yet; a name may be that of what every object has. */
export const keptOf = ({ signals }: WorkflowContext, name: string): readonly number[] =>
  Object.hasOwn(signals, name) ? (signals[name] ?? []) : []

const isDecision = ({ type }: WorkflowEvent): boolean =>
  type === 'step.retry' || type === 'step.skip' || type === 'step.finish'

/** Any word of something that still ran when the run was stopped. */
function isStray({ context, event }: Args): boolean {
  const ending = endingOf(event)
  if (ending === null || ending.undo || !isPresent(context, ending)) return false
  return ending.item === null || context.maps[ending.step]?.status.get(ending.item) === RUNNING
}

export const workflowGuards = {
  isDone: (args: Args, at: At) => ended(args, at)?.status === COMPLETED,
  isEnded: (args: Args, at: At) => ended(args, at) !== null && isWhere(args.context, at),
  isPast: ({ context }: Args) => context.pivoted,
  isAsked: (args: Args, at: At) => decided(args, at) && isWhere(args.context, at),
  /** What its own code, or its data, could not say. */
  isFaulty: (args: Args, at: At) =>
    args.event.type === 'fault' && ended(args, at) !== null && isWhere(args.context, at),
  isNothing: (args: Args, at: At) => decided(args, at) && listOf(args.event).length === 0,
  chose: (args: Args, at: Choice) =>
    decided(args, at) && args.event.type === 'flow.decided' && (args.event.data.choice ?? null) === at.choice,
  mayRepeat: (args: Args, { step, max }: At & { readonly max: number }) =>
    decided(args, { step }) &&
    args.event.type === 'flow.decided' &&
    args.event.data.choice === 'again' &&
    args.context.refs.get(step) < max,
  isLastSound: (args: Args, at: At) => {
    const item = itemEnded(args, at)
    return item !== null && isLast(item.map) && item.map.failed === 0 && item.ending.status === COMPLETED
  },
  isLast: (args: Args, at: At) => {
    const item = itemEnded(args, at)
    return item !== null && isLast(item.map) && isWhere(args.context, at)
  },
  isFailedItem: (args: Args, at: At) => {
    const item = itemEnded(args, at)
    return item !== null && item.ending.status !== COMPLETED && !args.context.pivoted
  },
  isItem: (args: Args, at: At) => itemEnded(args, at) !== null,
  isSound: ({ context }: Args, { from, to }: Range) => {
    for (let i = from; i < to; i++) if ([FAILED, CANCELLED].includes(context.status.get(i))) return false
    return true
  },
  isSignal: ({ context, event }: Args, { step }: At) =>
    event.type === 'workflow.signal' && event.data.name === signalOf(context, step),
  isKept: ({ context }: Args, { step }: At) => keptOf(context, signalOf(context, step)).length > 0,
  mayKeep: ({ context, event }: Args) =>
    event.type === 'workflow.signal' &&
    context.index.flow.signals.includes(event.data.name) &&
    keptOf(context, event.data.name).length < MAX_KEPT_SIGNALS,
  isGoing: ({ context }: Args) => !context.paused,
  isPaused: ({ context }: Args) => context.paused,
  startsPaused: ({ event }: Args) => event.type === 'workflow.start' && event.data.paused === true,
  mayCancel: ({ context, event }: Args) =>
    event.type === 'workflow.cancel' && (!context.pivoted || event.data.compensate === false),
  isOver: ({ context }: Args) => context.open === 0,
  mustUndo: ({ context }: Args) =>
    context.open === 0 && !context.pivoted && context.trail !== null && (context.cancel?.compensate ?? true),
  mustStay: ({ context }: Args) => mayBeUndone(context),
  isStray,
  isMeant: ({ context, event }: Args, { step }: At) =>
    isDecision(event) && 'step' in event.data && event.data.step === nameOf(context, step),
  hasItems: ({ context, event }: Args, { step }: At) =>
    isDecision(event) &&
    'step' in event.data &&
    event.data.step === nameOf(context, step) &&
    context.maps[step] !== undefined,
  isUndone: ({ context }: Args, { owner }: Owner) => undo.isUndone(undo.undoingOf(context, owner)),
  undoesLast: (args: Args, at: Owner) => {
    const ending = undoEnded(args, at)
    return ending !== null && undo.isUndone(undo.after(args.context, at.owner, ending))
  },
  isStuck: (args: Args, at: Owner) => {
    const ending = undoEnded(args, at)
    if (ending === null) return false
    const width = undo.widthOf(args.context, at.owner)
    return undo.isStuck(undo.after(args.context, at.owner, ending), width)
  },
  isUndoing: (args: Args, at: Owner) => undoEnded(args, at) !== null,
  isMeantUndo: ({ context, event }: Args, { owner }: Owner) =>
    isDecision(event) &&
    'step' in event.data &&
    undo.namesOf(context, owner).includes(event.data.step as string),
  isAnswered: ({ event }: Args) => event.type === 'workflow.update' && event.data.answer !== undefined,
}
