/**
 * Task: one piece of work, from creation to its end. Pure: time and randomness arrive in events, the work itself is
 * asked for as an effect. Nothing here may know of handlers, clocks or other actors but their addresses.
 */
import { assign, enqueueActions, setup } from 'xstate'
import type { Failure } from '../errors.ts'
import type { Emitted } from '../messages/command.ts'
import {
  begun,
  blockedBy,
  created,
  failureOf,
  isLetter,
  mayRetry,
  NEW_TASK,
  reassigned,
  report,
  retryAfter,
  stampOf,
  turnOf,
  untilTime,
  waiting,
  type TaskContext,
  type TaskEvent,
} from './task-context.ts'

import { handedOn } from './task-hand-off.ts'
import { buried, drop, expire, hasTime, letterGuards, revived } from './task-letter.ts'

export type { TaskContext, TaskEvent } from './task-context.ts'

/** Interruptions after which a task fails, so that a handler that ends the process makes no crash loop. */
export const MAX_INTERRUPTIONS = 3

type Args = { context: TaskContext; event: TaskEvent }

const mayNotRepeat = ({ spec, interruptions }: TaskContext): boolean =>
  spec?.onInterrupted === 'fail' || interruptions + 1 >= MAX_INTERRUPTIONS

const creates = (
  { spec }: TaskContext,
  event: TaskEvent,
): event is Extract<TaskEvent, { type: 'task.create' }> => spec === null && event.type === 'task.create'

const cancel = { target: 'cancelled', actions: 'cancel' } as const
export const taskMachine = setup({
  types: {} as { context: TaskContext; events: TaskEvent; emitted: Emitted },
  guards: {
    ...letterGuards,
    // A task is created once: also one that still waits is not created anew.
    isBlocked: ({ context, event }: Args) => creates(context, event) && event.data.blocked !== undefined,
    isKnown: ({ context, event }: Args) => creates(context, event) && stampOf(event).from !== undefined,
    dependsOnOthers: ({ context, event }: Args) =>
      creates(context, event) && event.data.after !== undefined && event.data.after.length > 0,
    isDelayed: ({ context, event }: Args) => creates(context, event) && untilTime(event.data, event.at) > 0,
    isAssigned: ({ context, event }: Args) => creates(context, event) && stampOf(event).agent !== undefined,
    isNew: ({ context, event }: Args) => creates(context, event),
    isAwaited: ({ context, event }: Args) =>
      event.type === 'dependency.done' && context.waitsFor.includes(event.data.on),
    hinders: ({ context, event }: Args) =>
      event.type === 'dependency.done' &&
      event.data.status !== 'completed' &&
      context.waitsFor.includes(event.data.on),
    freesLater: ({ context, event }: Args) =>
      context.waitsFor.length > 0 &&
      waiting(context, event).length === 0 &&
      untilTime(context.spec, event.at) > 0,
    frees: ({ context, event }: Args) => context.waitsFor.length > 0 && waiting(context, event).length === 0,
    isCreated: ({ context }: Args) => context.spec !== null,
    // What is said to somebody is said to nobody else.
    isNamed: ({ context: { spec } }: Args) => spec?.agent !== undefined && spec.mail === undefined,
    isCurrent: ({ context, event }: Args) => turnOf(event) === context.turn,
    /** An operator's word is of no attempt. */
    mayResolve: ({ context, event }: Args) => [-1, context.turn].includes(turnOf(event)),
    mayRetry: ({ context, event }: Args) => mayRetry(context, event),
    wasClosed: ({ event }: Args) => event.type === 'task.interrupted' && event.data.clean,
    mayNotRepeat: ({ context }: Args) => mayNotRepeat(context),
    letterMayNotRepeat: ({ context }: Args) => isLetter(context) && mayNotRepeat(context),
    mustHold: ({ context }: Args) => context.spec?.onInterrupted === 'hold',
  },
  delays: { untilNext: ({ context }) => context.delay },
  actions: {
    create: assign(({ event }) => created(event)),
    /** Created, and ready at once. */
    createReady: enqueueActions(({ event, enqueue }) => {
      enqueue.assign({ ...created(event), readyAt: event.at })
      const overall = event.type === 'task.create' ? event.data.overall : undefined
      if (overall !== undefined)
        enqueue.raise({ type: 'task.expired' } as never, { id: 'overall', delay: overall })
    }),
    /** Its time has come and nothing stands in its way: from now on the time that it has in all runs. */
    ready: enqueueActions(({ context, event, enqueue }) => {
      if (context.readyAt !== 0) return
      enqueue.assign({ readyAt: event.at })
      const overall = context.spec?.overall
      if (overall !== undefined)
        enqueue.raise({ type: 'task.expired' } as never, { id: 'overall', delay: overall })
    }),
    awaitAgent: enqueueActions(({ context, enqueue }) => {
      const limit = context.spec?.queueTimeout
      if (limit !== undefined) enqueue.raise({ type: 'task.overdue' } as never, { id: 'queue', delay: limit })
    }),
    leaveQueue: enqueueActions(({ context, enqueue }) => {
      if (context.spec?.queueTimeout !== undefined) enqueue.cancel('queue')
    }),
    block: enqueueActions(({ context, event, enqueue }) => {
      const error = blockedBy(event)
      enqueue.assign({ ...created(event), endedAt: event.at, error })
      const message = event.type === 'task.create' ? null : report(context, 'blocked', error)
      if (message !== null) enqueue.emit(message)
    }),
    begin: enqueueActions(({ context, event, enqueue }) => {
      enqueue.assign(begun(context, event))
      enqueue.emit({ type: 'effect.start', turn: context.turn + 1 })
    }),
    wait: assign(({ context, event }) => ({
      waitsFor: waiting(context, event),
      delay: untilTime(context.spec, event.at),
    })),
    complete: enqueueActions(({ context, event, enqueue }) => {
      enqueue.assign({ endedAt: event.at, progress: 100 })
      const output = 'output' in event.data ? event.data.output : undefined
      const message = report(context, 'completed', null, output)
      if (message !== null) enqueue.emit(message)
    }),
    fail: enqueueActions(({ context, event, enqueue }) => {
      const error = failureOf(event)
      enqueue.assign({ endedAt: event.at, error, agent: null })
      const message = report(context, 'failed', error)
      if (message !== null) enqueue.emit(message)
    }),
    cancel: enqueueActions(({ context, event, enqueue }) => {
      const isCalledOff = event.type === 'task.cancel' || event.type === 'task.discard'
      const reason = (isCalledOff ? event.data.reason : undefined) ?? 'cancelled'
      const error = { name: 'Cancelled', message: reason, code: 'CANCELLED' }
      enqueue.assign({ endedAt: event.at, error })
      const message = report(context, 'cancelled', error)
      if (message !== null) enqueue.emit(message)
    }),
    stop: enqueueActions(({ context, event, enqueue }) => {
      const reason = event.type === 'task.expired' ? 'expired' : 'cancelled'
      enqueue.emit({ type: 'effect.stop', turn: context.turn, reason })
    }),
    prepareRetry: assign(({ context, event }) =>
      event.type === 'task.failed'
        ? { error: event.data.error as Failure, delay: retryAfter(context, event), agent: null }
        : {},
    ),
    /** The attempt did not end by itself: it does not count against the retry policy. */
    interrupt: assign(({ context, event }) => ({
      agent: null,
      attempts: context.attempts - 1,
      interruptions: context.interruptions + (event.type === 'task.interrupted' && event.data.clean ? 0 : 1),
    })),
    handOn: enqueueActions(({ context, event, enqueue }) => {
      enqueue.assign(handedOn(context, event))
      enqueue.emit({ type: 'effect.stop', turn: context.turn, reason: 'handed over' })
    }),
    note: assign(({ context, event }) =>
      event.type === 'task.progress'
        ? { progress: event.data.percent, note: event.data.note ?? context.note }
        : {},
    ),
    clear: assign({ interruptions: 0, error: null }),
    bury: enqueueActions(({ context, event, enqueue }) => {
      enqueue.assign(buried(event))
      if (hasTime(context, event)) enqueue.cancel('overall')
    }),
    revive: enqueueActions(({ context, event, enqueue }) => {
      enqueue.assign(revived(event))
      const delay = context.spec?.overall
      if (delay !== undefined) enqueue.raise({ type: 'task.expired' } as never, { id: 'overall', delay })
    }),
    reassign: assign(({ context, event }) => ({ spec: reassigned(context.spec, event) })),
  },
}).createMachine({
  id: 'task',
  version: '1',
  description: 'One piece of work: waits for what it depends on, its time and an agent; runs, retries, ends.',
  options: { maxIterations: 100 },
  context: NEW_TASK,
  initial: 'pending',
  states: {
    pending: {
      meta: { description: 'Waits for what it depends on to complete; or is not created yet.' },
      on: {
        'task.create': [
          { guard: 'isBlocked', target: 'blocked', actions: 'block' },
          { guard: 'isUndeliverable', target: 'dead', actions: ['create', 'bury'] },
          { guard: 'isKnown', target: 'completed', actions: ['create', 'complete'] },
          { guard: 'dependsOnOthers', actions: 'create' },
          { guard: 'isDelayed', target: 'scheduled', actions: 'create' },
          { guard: 'isAssigned', target: 'running', actions: ['createReady', 'begin'] },
          { guard: 'isNew', target: 'queued', actions: 'createReady' },
        ],
        'dependency.done': [
          { guard: 'hinders', target: 'blocked', actions: 'block' },
          { guard: 'freesLater', target: 'scheduled', actions: 'wait' },
          { guard: 'frees', target: 'queued', actions: ['wait', 'ready'] },
          { guard: 'isAwaited', actions: 'wait' },
        ],
        'task.depend': { guard: 'isCreated', actions: 'wait' },
        'task.expired': expire,
        'task.drop': drop,
        'task.cancel': cancel,
      },
    },
    scheduled: {
      meta: { description: 'Waits for the time it was scheduled at.' },
      after: { untilNext: { target: 'queued', actions: 'ready' } },
      on: {
        'task.depend': { target: 'pending', actions: 'wait' },
        'task.expired': expire,
        'task.drop': drop,
        'task.cancel': cancel,
      },
    },
    queued: {
      meta: { description: 'Ready; waits for its queue and for a free agent that fits.' },
      entry: 'awaitAgent',
      exit: 'leaveQueue',
      on: {
        'task.resolved': { guard: 'mayResolve', actions: 'note' },
        'task.start': { target: 'running', actions: 'begin' },
        'task.reassign': { guard: 'isNamed', actions: 'reassign' },
        'task.depend': { target: 'pending', actions: 'wait' },
        'task.overdue': expire,
        'task.expired': expire,
        'task.drop': drop,
        'task.cancel': cancel,
      },
    },
    running: {
      meta: {
        description: 'An agent works on it; the record that entered this state is the intent of the effect.',
      },
      on: {
        'task.done': { guard: 'isCurrent', target: 'completed', actions: 'complete' },
        'task.failed': [
          { guard: 'mayRetry', target: 'retrying', actions: 'prepareRetry' },
          { guard: 'endsLetter', target: 'dead', actions: 'bury' },
          { guard: 'isCurrent', target: 'failed', actions: 'fail' },
        ],
        'task.progress': { guard: 'isCurrent', actions: 'note' },
        'task.recorded': { guard: 'isCurrent', actions: 'note' },
        'task.intended': { guard: 'isCurrent', actions: 'note' },
        'task.resolved': { guard: 'mayResolve', actions: 'note' },
        'task.handOff': { guard: 'isCurrent', target: 'queued', actions: 'handOn' },
        'task.interrupted': [
          { guard: 'wasClosed', target: 'queued', actions: 'interrupt' },
          { guard: 'letterMayNotRepeat', target: 'dead', actions: ['interrupt', 'bury'] },
          { guard: 'mayNotRepeat', target: 'failed', actions: ['interrupt', 'fail'] },
          { guard: 'mustHold', target: 'held', actions: 'interrupt' },
          { target: 'queued', actions: 'interrupt' },
        ],
        'task.expired': [
          { guard: 'isLetter', target: 'dead', actions: ['stop', 'bury'] },
          { target: 'failed', actions: ['stop', 'fail'] },
        ],
        'task.cancel': { target: 'cancelled', actions: ['stop', 'cancel'] },
      },
    },
    retrying: {
      meta: { description: 'The last attempt failed; waits out the backoff.' },
      after: { untilNext: 'queued' },
      on: {
        'task.resolved': { guard: 'mayResolve', actions: 'note' },
        'task.expired': expire,
        'task.drop': drop,
        'task.cancel': cancel,
      },
    },
    held: {
      meta: { description: 'Interrupted work that must not be repeated unasked; waits for an operator.' },
      on: {
        'task.resolved': { guard: 'mayResolve', actions: 'note' },
        'task.retry': { target: 'queued', actions: 'clear' },
        'task.fail': { target: 'failed', actions: 'fail' },
        'task.expired': expire,
        'task.drop': drop,
        'task.cancel': cancel,
      },
    },
    dead: {
      meta: {
        description:
          'A message to an agent that could not be handled: kept until it is replayed or discarded.',
      },
      on: {
        'task.replay': { target: 'queued', actions: 'revive' },
        'task.discard': { target: 'cancelled', actions: 'cancel' },
        'task.cancel': cancel,
      },
    },
    completed: { type: 'final', meta: { description: 'Done; its output is in the record that ended it.' } },
    failed: { type: 'final', meta: { description: 'Failed for good; the last error is kept.' } },
    cancelled: { type: 'final', meta: { description: 'Cancelled by request.' } },
    blocked: { type: 'final', meta: { description: 'Never ran: something it depends on did not complete.' } },
  },
})
