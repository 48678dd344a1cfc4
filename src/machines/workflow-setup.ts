/**
 * What the states of every compiled workflow are made of: guards and actions by name, with the node that they are about as their
 * parameter. All of them are pure; the moves themselves are in workflow-moves.ts and workflow-undo.ts.
 */
import { enqueueActions, setup } from 'xstate'
import type { Emitted } from '../messages/command.ts'
import type { Json } from '../messages/json.ts'
import type { FlowIndex } from './flow-index.ts'
import { traces } from './trail.ts'
import {
  CANCELLED,
  COMPLETED,
  endingOf,
  FAILED,
  newWorkflow,
  RUNNING,
  type At,
  type Ending,
  type MapState,
  type WorkflowContext,
  type WorkflowEvent,
} from './workflow-context.ts'
import * as moves from './workflow-moves.ts'
import type { Move } from './workflow-moves.ts'
import * as undo from './workflow-undo.ts'

/** Signals of one name that are kept for a later wait; more are refused. */
export const MAX_KEPT_SIGNALS = 1000

interface Args {
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

const listOf = (event: WorkflowEvent): readonly Json[] =>
  event.type === 'flow.decided' ? (event.data.list ?? []) : []

const signalOf = (context: WorkflowContext, step: number): string => {
  const node = moves.nodeOf(context, step)
  return node.kind === 'wait' ? (node.signal ?? '') : ''
}

const isDecision = ({ type }: WorkflowEvent): boolean =>
  type === 'step.retry' || type === 'step.skip' || type === 'step.finish'

/** Any word of something that still ran when the run was stopped. */
function isStray({ context, event }: Args): boolean {
  const ending = endingOf(event)
  if (ending === null || ending.undo || !isPresent(context, ending)) return false
  return ending.item === null || context.maps[ending.step]?.status.get(ending.item) === RUNNING
}

interface Enqueue {
  assign(change: Partial<WorkflowContext>): void
  emit(command: Emitted): void
}

function make(enqueue: Enqueue, { change, say }: Move): void {
  enqueue.assign(change)
  for (const command of say) enqueue.emit(command)
}

const NOTHING: Move = { change: {}, say: [] }

/** Tells who started it how it stands; once. */
function tell(context: WorkflowContext, as: 'completed' | 'ended' | 'undone'): Move {
  const { parent, told, error, cancel } = context
  if (parent === null || (told && as !== 'undone')) return NOTHING
  const { address: to, ...place } = parent
  const status = as !== 'ended' ? 'completed' : cancel !== null ? 'cancelled' : 'failed'
  const data = {
    ...place,
    status,
    // What stays for its parent to undo, it has told before; what ends has nothing left.
    ran: as === 'completed' && context.trail !== null,
    ...(as === 'undone' && told ? { undo: true } : {}),
    ...(status === 'failed' && error !== null ? { error: error.error as unknown as Json } : {}),
  }
  return { change: { told: true }, say: [{ type: 'send', to, event: 'step.done', data }] }
}

/** Runs below it that stayed, so that they could be undone, need not stay any more. */
function letGo(context: WorkflowContext): Move {
  const say = [...traces(context.trail)]
    .map(({ step, visit, item }) => moves.addressOf(context, step, visit, item))
    .filter(to => to.startsWith('workflow/'))
    .map(to => ({ type: 'send', to, event: 'workflow.release', data: {} }) as const)
  return { change: {}, say }
}

export const workflowSetup = setup({
  types: {} as {
    context: WorkflowContext
    events: WorkflowEvent
    emitted: Emitted
    input: { index?: FlowIndex } | undefined
  },
  guards: {
    isDone: (args: Args, at: At) => ended(args, at)?.status === COMPLETED,
    isEnded: (args: Args, at: At) => ended(args, at) !== null && isWhere(args.context, at),
    isPast: ({ context }: Args) => context.pivoted,
    isAsked: (args: Args, at: At) => decided(args, at) && isWhere(args.context, at),
    /** What its own code, or its data, could not say. */
    isFaulty: (args: Args, at: At) =>
      args.event.type === 'fault' && ended(args, at) !== null && isWhere(args.context, at),
    isNothing: (args: Args, at: At) => decided(args, at) && listOf(args.event).length === 0,
    chose: (args: Args, at: Choice) =>
      decided(args, at) &&
      args.event.type === 'flow.decided' &&
      (args.event.data.choice ?? null) === at.choice,
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
    isKept: ({ context }: Args, { step }: At) => (context.signals[signalOf(context, step)]?.length ?? 0) > 0,
    mayKeep: ({ context, event }: Args) =>
      event.type === 'workflow.signal' &&
      context.index.flow.signals.includes(event.data.name) &&
      (context.signals[event.data.name]?.length ?? 0) < MAX_KEPT_SIGNALS,
    startsPaused: ({ event }: Args) => event.type === 'workflow.start' && event.data.paused === true,
    mayCancel: ({ context, event }: Args) =>
      event.type === 'workflow.cancel' && (!context.pivoted || event.data.compensate === false),
    isOver: ({ context }: Args) => context.open === 0,
    mustUndo: ({ context }: Args) =>
      context.open === 0 &&
      !context.pivoted &&
      context.trail !== null &&
      (context.cancel?.compensate ?? true),
    mustStay: ({ context }: Args) => context.parent !== null && context.trail !== null,
    isStray,
    isMeant: ({ context, event }: Args, { step }: At) =>
      isDecision(event) && 'step' in event.data && event.data.step === moves.nameOf(context, step),
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
    hasVars: ({ event }: Args) => event.type === 'workflow.update' && event.stamp !== null,
  },
  delays: {
    until: ({ event }: Args) =>
      event.type === 'flow.decided' ? Math.max(0, (event.data.until ?? 0) - event.at) : 0,
  },
  actions: {
    start: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'workflow.start') return
      const { input, vars = null, parent, step, visit, item } = event.data
      const place = {
        step: step ?? 0,
        ...(visit === undefined ? {} : { visit }),
        ...(item === undefined ? {} : { item }),
      }
      enqueue.assign({
        run: event.to.slice(event.to.indexOf('/') + 1),
        input,
        vars,
        parent: parent === undefined ? null : { address: parent, ...place },
        startedAt: event.at,
      })
    }),
    begin: enqueueActions(({ context, enqueue }, { step }: At) => make(enqueue, moves.begin(context, step))),
    ask: enqueueActions(({ context, enqueue }, { step }: At) => make(enqueue, moves.ask(context, step))),
    settle: enqueueActions(({ context, event, enqueue }) => {
      const ending = endingOf(event)
      if (ending !== null) make(enqueue, moves.settle(context, ending))
    }),
    settleItem: enqueueActions(({ context, event, enqueue }) => {
      const ending = endingOf(event)
      if (ending !== null) make(enqueue, moves.settleItem(context, ending, true))
    }),
    /** Whatever it is of: nothing new begins. */
    settleStray: enqueueActions(({ context, event, enqueue }) => {
      const ending = endingOf(event)
      if (ending === null) return
      const move = ending.item === null ? moves.settle : moves.settleItem
      make(enqueue, move(context, ending, false))
    }),
    fail: enqueueActions(
      ({ context, event, enqueue }, { step, code, why }: At & { code: string; why: string }) =>
        make(enqueue, moves.fail(context, step, event.seq, code, why)),
    ),
    pass: enqueueActions(({ context, enqueue }, { step }: At) => make(enqueue, moves.pass(context, step, 0))),
    leaveOut: enqueueActions(({ context, enqueue }, { step, ranges }: At & { ranges: readonly Range[] }) => {
      const passed = moves.pass(context, step, 0).change
      const left = moves.leaveOut({ ...context, ...passed }, ranges).change
      make(enqueue, { change: { ...passed, ...left }, say: [] })
    }),
    /** A loop is entered: rounds are counted from nothing. */
    enterLoop: enqueueActions(({ context, enqueue }, { step }: At) =>
      enqueue.assign({ refs: context.refs.set(step, 0) }),
    ),
    countRound: enqueueActions(({ context, enqueue }, { step }: At) =>
      enqueue.assign({ refs: context.refs.set(step, context.refs.get(step) + 1) }),
    ),
    spread: enqueueActions(({ context, event, enqueue }, { step }: At) =>
      make(enqueue, moves.spread(context, step, listOf(event).length, event.seq)),
    ),
    closeMap: enqueueActions(({ context, enqueue }, { step, sound }: At & { sound: boolean }) =>
      make(enqueue, moves.closeMap(context, step, sound)),
    ),
    repeatItems: enqueueActions(({ context, enqueue }, { step }: At) =>
      make(enqueue, moves.repeatItems(context, step)),
    ),
    takeSignal: enqueueActions(({ context, event, enqueue }, { step }: At) =>
      make(enqueue, moves.pass(context, step, event.seq)),
    ),
    takeKept: enqueueActions(({ context, enqueue }, { step }: At) => {
      const name = signalOf(context, step)
      const [first = 0, ...rest] = context.signals[name] ?? []
      const { change } = moves.pass(context, step, first)
      enqueue.assign({ ...change, signals: { ...context.signals, [name]: rest } })
    }),
    keep: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'workflow.signal') return
      const { name } = event.data
      enqueue.assign({
        signals: { ...context.signals, [name]: [...(context.signals[name] ?? []), event.seq] },
      })
    }),
    update: enqueueActions(({ event, enqueue }) => {
      const stamp = event.stamp as { readonly vars?: Json } | null
      enqueue.assign(stamp?.vars === undefined ? {} : { vars: stamp.vars })
    }),
    note: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'workflow.cancel') return
      const { reason = null, compensate = true } = event.data
      enqueue.assign({ cancel: { reason, compensate } })
    }),
    stopAll: enqueueActions(({ context, enqueue }) => make(enqueue, moves.stopAll(context))),
    pauseRuns: enqueueActions(({ context, enqueue }) =>
      make(enqueue, moves.tellRuns(context, 'workflow.pause')),
    ),
    resumeRuns: enqueueActions(({ context, enqueue }) =>
      make(enqueue, moves.tellRuns(context, 'workflow.resume')),
    ),
    hold: enqueueActions(({ context, enqueue }, { step }: At) => make(enqueue, moves.hold(context, step))),
    holdUndo: enqueueActions(({ context, enqueue }) => enqueue.assign({ held: context.held + 1 })),
    unhold: enqueueActions(({ context, enqueue }) => enqueue.assign({ held: context.held - 1 })),
    decide: enqueueActions(({ context, event, enqueue }, { step }: At) =>
      make(enqueue, moves.decide(context, event, step, false)),
    ),
    decideUndo: enqueueActions(({ context, event, enqueue }, { owner }: Owner) => {
      const { decisions } = moves.decide(context, event, owner, true).change
      make(enqueue, undo.giveUpUndo(context, owner))
      if (decisions !== undefined) enqueue.assign({ decisions })
    }),
    partition: enqueueActions(({ context, enqueue }) => make(enqueue, undo.partition(context))),
    undoNext: enqueueActions(({ context, enqueue }, { owner }: Owner) =>
      make(enqueue, undo.undoNext(context, owner)),
    ),
    undone: enqueueActions(({ context, event, enqueue }, { owner }: Owner) => {
      const ending = endingOf(event)
      if (ending !== null) make(enqueue, undo.undone(context, owner, ending))
    }),
    retryUndo: enqueueActions(({ context, enqueue }, { owner }: Owner) =>
      make(enqueue, undo.retryUndo(context, owner)),
    ),
    tellStayed: enqueueActions(({ context, enqueue }) => make(enqueue, tell(context, 'completed'))),
    tellUndone: enqueueActions(({ context, enqueue }) =>
      make(enqueue, tell(context, context.told ? 'undone' : 'ended')),
    ),
    tellCompleted: enqueueActions(({ context, enqueue }) => make(enqueue, tell(context, 'completed'))),
    tellEnded: enqueueActions(({ context, enqueue }) => make(enqueue, tell(context, 'ended'))),
    letGo: enqueueActions(({ context, enqueue }) => make(enqueue, letGo(context))),
    end: enqueueActions(({ event, enqueue }) => enqueue.assign({ endedAt: event.at })),
  },
})

export const contextOf = ({ input }: { input: { index?: FlowIndex } | undefined }): WorkflowContext =>
  newWorkflow(input?.index)
