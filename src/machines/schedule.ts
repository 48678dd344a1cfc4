/**
 * Schedule: a task that is run again and again. It knows its policies and what it has begun; when its times come, in which time
 * zone, the calendar tells it, and that is recorded, so that a replay depends on no rules of time zones. Pure.
 */
import { assign, enqueueActions, setup } from 'xstate'
import type { Failure } from '../errors.ts'
import type { Emitted } from '../messages/command.ts'
import {
  asking,
  defined,
  fired,
  isLast,
  isOver,
  NEW_SCHEDULE,
  settled,
  triggered,
  type ScheduleContext,
  type ScheduleEvent,
} from './schedule-context.ts'

export type { ScheduleContext, ScheduleEvent } from './schedule-context.ts'

type Args = { context: ScheduleContext; event: ScheduleEvent }

const answers = ({ context, event }: Args): boolean =>
  (event.type === 'schedule.fire' || event.type === 'schedule.fail') && event.data.turn === context.turn
const isMine = ({ context, event }: Args): boolean => context.running.includes(event.from)

const pause = { target: 'paused', actions: 'pause' } as const
const remove = { target: 'removed', actions: 'explain' } as const
const trigger = { actions: 'trigger' } as const
const settle = { guard: 'isMine', actions: 'settle' } as const
const redefine = { target: 'due', actions: 'define' } as const

export const scheduleMachine = setup({
  types: {} as { context: ScheduleContext; events: ScheduleEvent; emitted: Emitted },
  guards: {
    answers,
    isMine,
    endsAll: (args: Args) => {
      if (!answers(args)) return false
      const { context } = fired(args.context, args.event)
      return isLast(context) && isOver(context)
    },
    isTheLast: (args: Args) => answers(args) && isLast(fired(args.context, args.event).context),
    isTheEnd: (args: Args) => isMine(args) && isOver(settled(args.context, args.event).context),
  },
  delays: { untilNext: ({ context }) => context.delay },
  actions: {
    create: assign(({ context, event }) => ({ ...defined(context, event), createdAt: event.at })),
    define: assign(({ context, event }) => defined(context, event)),
    ask: assign(({ context }) => asking(context)),
    fire: enqueueActions(({ context, event, enqueue }) => {
      const { context: after, sends } = fired(context, event)
      enqueue.assign(after)
      for (const message of sends) enqueue.emit(message)
    }),
    settle: enqueueActions(({ context, event, enqueue }) => {
      const { context: after, sends } = settled(context, event)
      enqueue.assign(after)
      for (const message of sends) enqueue.emit(message)
    }),
    trigger: enqueueActions(({ context, event, enqueue }) => {
      const { context: after, sends } = triggered(context, event)
      enqueue.assign(after)
      for (const message of sends) enqueue.emit(message)
    }),
    /** What waited for an earlier run is not run: a pause starts nothing. */
    pause: assign(({ context, event }) => ({
      next: null,
      delay: 0,
      backlog: [],
      skipped: context.skipped + context.backlog.length,
      reason: event.type === 'schedule.pause' ? (event.data.reason ?? null) : null,
      error: event.type === 'schedule.fail' ? (event.data.error as Failure) : null,
    })),
    /** Times that went by meanwhile are as if they had never been. */
    resume: assign(({ context, event }) => ({ ...asking(context), from: event.at, reason: null })),
    explain: assign(({ event }) => ({
      next: null,
      reason: event.type === 'schedule.remove' ? (event.data.reason ?? null) : null,
    })),
  },
}).createMachine({
  id: 'schedule',
  version: '1',
  description:
    'A task that is run again and again: waits for its times, runs what they bring, by its policies.',
  options: { maxIterations: 100 },
  context: NEW_SCHEDULE,
  initial: 'pending',
  states: {
    pending: {
      meta: { description: 'Is not created yet.' },
      on: { 'schedule.create': { target: 'due', actions: 'create' } },
    },
    due: {
      meta: { description: 'Its time has come, or is not known: waits for the word of the calendar.' },
      on: {
        'schedule.fire': [
          { guard: 'endsAll', target: 'completed', actions: 'fire' },
          { guard: 'isTheLast', target: 'finishing', actions: 'fire' },
          { guard: 'answers', target: 'waiting', actions: 'fire' },
        ],
        'schedule.fail': { guard: 'answers', ...pause },
        'schedule.update': { actions: 'define' },
        'schedule.pause': pause,
        'schedule.trigger': trigger,
        'schedule.remove': remove,
        'step.done': settle,
      },
    },
    waiting: {
      meta: { description: 'Waits for its next time.' },
      after: { untilNext: { target: 'due', actions: 'ask' } },
      on: {
        'schedule.update': redefine,
        'schedule.pause': pause,
        'schedule.trigger': trigger,
        'schedule.remove': remove,
        'step.done': settle,
      },
    },
    paused: {
      meta: {
        description: 'Starts nothing until resumed; what runs goes on. Times that pass are not missed.',
      },
      on: {
        'schedule.resume': { target: 'due', actions: 'resume' },
        'schedule.update': { actions: 'define' },
        'schedule.trigger': trigger,
        'schedule.remove': remove,
        'step.done': settle,
      },
    },
    finishing: {
      meta: { description: 'Its last time has come; waits for what it has begun to end.' },
      on: {
        'step.done': [{ guard: 'isTheEnd', target: 'completed', actions: 'settle' }, settle],
        'schedule.update': redefine,
        'schedule.trigger': trigger,
        'schedule.remove': remove,
      },
    },
    completed: {
      type: 'final',
      meta: { description: 'No further time comes, and all that it began has ended.' },
    },
    removed: { type: 'final', meta: { description: 'Taken away by request; what runs goes on.' } },
  },
})
