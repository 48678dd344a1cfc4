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
  COMPLETED,
  endingOf,
  NEW,
  newWorkflow,
  RUNNING,
  type At,
  type WorkflowContext,
  type WorkflowEvent,
} from './workflow-context.ts'
import {
  keptOf,
  listOf,
  signalOf,
  workflowGuards,
  type Args,
  type Owner,
  type Range,
} from './workflow-guards.ts'
import * as moves from './workflow-moves.ts'
import type { Move } from './workflow-moves.ts'
import * as undo from './workflow-undo.ts'

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
    ran: as === 'completed' && moves.mayBeUndone(context),
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
  guards: workflowGuards,
  delays: {
    until: ({ event }: Args) =>
      event.type === 'flow.decided' ? Math.max(0, (event.data.until ?? 0) - event.at) : 0,
  },
  actions: {
    start: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'workflow.start') return
      const { input, vars = null, parent, step, visit, item, paused = false } = event.data
      const place = {
        step: step ?? 0,
        ...(visit === undefined ? {} : { visit }),
        ...(item === undefined ? {} : { item }),
      }
      enqueue.assign({
        run: event.to.slice(event.to.indexOf('/') + 1),
        input,
        vars,
        paused,
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
    /** A loop is entered: rounds are counted from nothing, and what an outer loop's last round left in it is not of this one. */
    enterLoop: enqueueActions(({ context, enqueue }, { step, from, to }: At & Range) => {
      let { status } = context
      for (let inner = from; inner < to; inner++) status = status.set(inner, NEW)
      enqueue.assign({ status, refs: context.refs.set(step, 0) })
    }),
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
      // Who waited for the same at once has taken it: it is word for all of them.
      if (context.status.get(step) !== RUNNING) return
      const name = signalOf(context, step)
      const [first = 0, ...rest] = keptOf(context, name)
      let { status, refs } = context
      for (const { node } of context.index.entries) {
        if (signalOf(context, node.step) !== name || status.get(node.step) !== RUNNING) continue
        status = status.set(node.step, COMPLETED)
        refs = refs.set(node.step, first)
      }
      enqueue.assign({ status, refs, signals: { ...context.signals, [name]: rest } })
    }),
    keep: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'workflow.signal') return
      const { name } = event.data
      enqueue.assign({
        signals: { ...context.signals, [name]: [...keptOf(context, name), event.seq] },
      })
    }),
    update: enqueueActions(({ event, enqueue }) => {
      const vars = event.type === 'workflow.update' ? event.data.vars : undefined
      enqueue.assign(vars === undefined ? {} : { vars })
    }),
    note: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'workflow.cancel') return
      const { reason = null, compensate = true } = event.data
      // Who calls it off wants it to end: what undoes it is started.
      enqueue.assign({ cancel: { reason, compensate }, paused: false })
    }),
    stopAll: enqueueActions(({ context, enqueue }) => make(enqueue, moves.stopAll(context))),
    pauseRuns: enqueueActions(({ context, enqueue }) =>
      make(enqueue, undo.tellRuns({ ...context, paused: true }, 'workflow.pause')),
    ),
    resumeRuns: enqueueActions(({ context, enqueue }) =>
      make(enqueue, undo.tellRuns({ ...context, paused: false }, 'workflow.resume')),
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
    tellStayed: enqueueActions(({ context, enqueue }) => {
      make(enqueue, tell(context, 'completed'))
      // There is nothing of it to start any more; what undoes it hears of a pause then.
      enqueue.assign({ paused: false })
    }),
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
