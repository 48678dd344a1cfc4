/**
 * Task: one piece of work, from creation to its end. Pure: time and randomness arrive in events, the work itself is
 * asked for as an effect. Nothing here may know of handlers, clocks or other actors but their addresses.
 */
import { assign, enqueueActions, setup } from 'xstate'
import type { Failure } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Emitted } from '../messages/command.ts'
import type { EventsOf } from '../messages/event.ts'
import type { TaskCreate, taskMessages } from '../messages/task.ts'
import { NO_RETRY, retryDelay } from './retry.ts'

/** Interruptions after which a task fails, so that a handler that ends the process makes no crash loop. */
export const MAX_INTERRUPTIONS = 3

export interface TaskContext {
  /** What it was created with; null only before that. */
  readonly spec: TaskCreate | null
  readonly agent: Address | null
  /** How often it entered running: names the attempt to the outside. */
  readonly turn: number
  /** Attempts that ended by themselves or still run; interruptions are counted apart. */
  readonly attempts: number
  readonly interruptions: number
  readonly progress: number
  readonly note: string | null
  readonly error: Failure | null
  /** Milliseconds until the next attempt, or until the first where it is scheduled. */
  readonly delay: number
  /** Milliseconds since the epoch; 0 while it has not happened. */
  readonly createdAt: number
  readonly startedAt: number
  readonly endedAt: number
}

export type TaskEvent = EventsOf<typeof taskMessages>
type Args = { context: TaskContext; event: TaskEvent }

const turnOf = (event: TaskEvent): number => ('turn' in event.data ? event.data.turn : -1)
/** Who got it: stamped on its creation, or named by the dispatcher. The agent in its spec is only who may. */
const assignedTo = (event: TaskEvent): Address | undefined =>
  event.type === 'task.start' ? event.data.agent : (event.stamp as { agent?: Address } | null)?.agent
const interrupted: Failure = {
  name: 'Interrupted',
  message: 'the process ended while the handler ran',
  code: 'INTERRUPTED',
}

function begin(context: TaskContext, event: TaskEvent): Partial<TaskContext> {
  return {
    agent: assignedTo(event) ?? null,
    turn: context.turn + 1,
    attempts: context.attempts + 1,
    startedAt: event.at,
    progress: 0,
    note: null,
  }
}

function create(event: TaskEvent): Partial<TaskContext> {
  if (event.type !== 'task.create') return {}
  const delay = Math.max(0, (event.data.startAt ?? 0) - event.at)
  return { spec: event.data, createdAt: event.at, delay }
}

/** Tells the parent, if there is one, how this ended. */
function report(
  context: TaskContext,
  status: 'completed' | 'failed' | 'cancelled',
  error: Failure | null,
): Emitted | null {
  if (context.spec?.parent === undefined) return null
  const data = { step: context.spec.step ?? 0, status }
  return {
    type: 'send',
    to: context.spec.parent,
    event: 'step.done',
    data: error === null ? data : { ...data, error: { ...error } },
  }
}

function failureOf(event: TaskEvent): Failure {
  if (event.type === 'task.failed') return event.data.error as Failure
  if (event.type === 'task.fail') return { name: 'Failed', message: event.data.reason, code: 'TASK_FAILED' }
  return interrupted
}

export const taskMachine = setup({
  types: {} as { context: TaskContext; events: TaskEvent; emitted: Emitted },
  guards: {
    isBlocked: ({ event }: Args) => event.type === 'task.create' && event.data.blocked !== undefined,
    isDelayed: ({ event }: Args) => event.type === 'task.create' && (event.data.startAt ?? 0) > event.at,
    isAssigned: ({ event }: Args) => assignedTo(event) !== undefined,
    isCurrent: ({ context, event }: Args) => turnOf(event) === context.turn,
    mayRetry: ({ context, event }: Args) =>
      event.type === 'task.failed' &&
      event.data.turn === context.turn &&
      event.data.error.retryable !== false &&
      context.attempts < (context.spec?.retry ?? NO_RETRY).maxAttempts,
    wasClosed: ({ event }: Args) => event.type === 'task.interrupted' && event.data.clean,
    mayNotRepeat: ({ context }: Args) =>
      context.spec?.onInterrupted === 'fail' || context.interruptions + 1 >= MAX_INTERRUPTIONS,
    mustHold: ({ context }: Args) => context.spec?.onInterrupted === 'hold',
  },
  delays: { untilNext: ({ context }) => context.delay },
  actions: {
    create: assign(({ event }) => create(event)),
    block: assign(({ event }) => ({
      ...create(event),
      endedAt: event.at,
      error:
        event.type === 'task.create' && event.data.blocked !== undefined
          ? {
              name: 'Blocked',
              message: `blocked: ${event.data.blocked.by} ended with ${event.data.blocked.code}`,
              code: 'DEPENDENCY_FAILED',
            }
          : null,
    })),
    createAndBegin: enqueueActions(({ context, event, enqueue }) => {
      enqueue.assign({ ...create(event), ...begin(context, event) })
      enqueue.emit({ type: 'effect.start', turn: context.turn + 1 })
    }),
    begin: enqueueActions(({ context, event, enqueue }) => {
      enqueue.assign(begin(context, event))
      enqueue.emit({ type: 'effect.start', turn: context.turn + 1 })
    }),
    complete: enqueueActions(({ context, event, enqueue }) => {
      enqueue.assign({ endedAt: event.at, progress: 100 })
      const message = report(context, 'completed', null)
      if (message !== null) enqueue.emit(message)
    }),
    fail: enqueueActions(({ context, event, enqueue }) => {
      const error = failureOf(event)
      enqueue.assign({ endedAt: event.at, error, agent: null })
      const message = report(context, 'failed', error)
      if (message !== null) enqueue.emit(message)
    }),
    cancel: enqueueActions(({ context, event, enqueue }) => {
      const reason = (event.type === 'task.cancel' ? event.data.reason : undefined) ?? 'cancelled'
      const error = { name: 'Cancelled', message: reason, code: 'CANCELLED' }
      enqueue.assign({ endedAt: event.at, error })
      const message = report(context, 'cancelled', error)
      if (message !== null) enqueue.emit(message)
    }),
    stop: enqueueActions(({ context, enqueue }) => {
      enqueue.emit({ type: 'effect.stop', turn: context.turn, reason: 'cancelled' })
    }),
    prepareRetry: assign(({ context, event }) => {
      if (event.type !== 'task.failed') return {}
      const policy = context.spec?.retry ?? NO_RETRY
      return {
        error: event.data.error as Failure,
        delay: retryDelay(policy, context.attempts, event.data.random),
        agent: null,
      }
    }),
    /** The attempt did not end by itself: it does not count against the retry policy. */
    interrupt: assign(({ context, event }) => ({
      agent: null,
      attempts: context.attempts - 1,
      interruptions: context.interruptions + (event.type === 'task.interrupted' && event.data.clean ? 0 : 1),
    })),
    note: assign(({ context, event }) =>
      event.type === 'task.progress'
        ? { progress: event.data.percent, note: event.data.note ?? context.note }
        : {},
    ),
    clear: assign({ interruptions: 0, error: null }),
  },
}).createMachine({
  id: 'task',
  version: '1',
  description: 'One piece of work: waits for its time and for an agent, runs, retries, ends.',
  options: { maxIterations: 100 },
  context: {
    spec: null,
    agent: null,
    turn: 0,
    attempts: 0,
    interruptions: 0,
    progress: 0,
    note: null,
    error: null,
    delay: 0,
    createdAt: 0,
    startedAt: 0,
    endedAt: 0,
  },
  initial: 'pending',
  states: {
    pending: {
      meta: { description: 'Not created yet; its creation decides where it goes.' },
      on: {
        'task.create': [
          { guard: 'isBlocked', target: 'blocked', actions: 'block' },
          { guard: 'isDelayed', target: 'scheduled', actions: 'create' },
          { guard: 'isAssigned', target: 'running', actions: 'createAndBegin' },
          { target: 'queued', actions: 'create' },
        ],
        'task.cancel': { target: 'cancelled', actions: 'cancel' },
      },
    },
    scheduled: {
      meta: { description: 'Waits for the time it was scheduled at.' },
      after: { untilNext: 'queued' },
      on: { 'task.cancel': { target: 'cancelled', actions: 'cancel' } },
    },
    queued: {
      meta: { description: 'Ready; waits for a free agent of the right role.' },
      on: {
        'task.start': { target: 'running', actions: 'begin' },
        'task.cancel': { target: 'cancelled', actions: 'cancel' },
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
          { guard: 'isCurrent', target: 'failed', actions: 'fail' },
        ],
        'task.progress': { guard: 'isCurrent', actions: 'note' },
        'task.recorded': { guard: 'isCurrent', actions: 'note' },
        'task.interrupted': [
          { guard: 'wasClosed', target: 'queued', actions: 'interrupt' },
          { guard: 'mayNotRepeat', target: 'failed', actions: ['interrupt', 'fail'] },
          { guard: 'mustHold', target: 'held', actions: 'interrupt' },
          { target: 'queued', actions: 'interrupt' },
        ],
        'task.cancel': { target: 'cancelled', actions: ['stop', 'cancel'] },
      },
    },
    retrying: {
      meta: { description: 'The last attempt failed; waits out the backoff.' },
      after: { untilNext: 'queued' },
      on: { 'task.cancel': { target: 'cancelled', actions: 'cancel' } },
    },
    held: {
      meta: { description: 'Interrupted work that must not be repeated unasked; waits for an operator.' },
      on: {
        'task.retry': { target: 'queued', actions: 'clear' },
        'task.fail': { target: 'failed', actions: 'fail' },
        'task.cancel': { target: 'cancelled', actions: 'cancel' },
      },
    },
    completed: { type: 'final', meta: { description: 'Done; its output is in the record that ended it.' } },
    failed: { type: 'final', meta: { description: 'Failed for good; the last error is kept.' } },
    cancelled: { type: 'final', meta: { description: 'Cancelled by request.' } },
    blocked: { type: 'final', meta: { description: 'Never ran: something it depends on did not complete.' } },
  },
})
