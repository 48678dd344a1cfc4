/**
 * Agent: who does the work. Keeps its availability, load and statistics; which task it gets is the dispatcher's
 * choice, and its code lives in the executor. Pure.
 */
import { assign, setup } from 'xstate'
import type { Failure } from '../errors.ts'
import {
  isNewPause,
  mayResume,
  NEW_AGENT,
  pausesAfter,
  resumedTo,
  wherePaused,
  type AgentContext,
  type AgentEvent,
} from './agent-context.ts'

export type { AgentContext, AgentEvent } from './agent-context.ts'

type Args = { context: AgentContext; event: AgentEvent }

const onlineReady = { guard: 'isReady', target: 'ready', actions: 'reset' } as const
const onlineWarming = { target: 'idle', actions: 'reset' } as const
const leave = { target: 'offline', actions: 'leave' } as const
const stop = { target: 'stopped', actions: 'explain' } as const
const fail = { target: 'error', actions: 'explain' } as const
const pause = { target: 'paused', actions: ['pause', 'explain'] } as const

export const agentMachine = setup({
  types: {} as { context: AgentContext; events: AgentEvent },
  guards: {
    isReady: ({ event }: Args) => event.type === 'agent.online' && event.data.ready,
    isFull: ({ context, event }: Args) =>
      event.type === 'agent.load' && event.data.running >= context.capacity,
    isFullNow: ({ context }: Args) => context.running >= context.capacity,
    isPaused: ({ context }: Args) => (context.pauses?.length ?? 0) > 0,
    isNewPause: ({ context, event }: Args) => isNewPause(context, event),
    isOtherPause: ({ context, event }: Args) => isNewPause(wherePaused(context), event),
    isOneOfThem: ({ context, event }: Args) =>
      event.type === 'agent.resume' && event.data.by !== undefined && mayResume(context, event),
    isOperator: ({ event }: Args) => event.type === 'agent.resume' && event.data.by === undefined,
    isOperatorFull: ({ context, event }: Args) =>
      event.type === 'agent.resume' && event.data.by === undefined && context.running >= context.capacity,
    staysPaused: ({ context, event }: Args) => resumedTo(context, event) === 'paused',
    isAway: ({ context, event }: Args) => resumedTo(context, event) === 'offline',
    isWarming: ({ context, event }: Args) => resumedTo(context, event) === 'idle',
    staysFull: ({ context, event }: Args) => resumedTo(context, event) === 'busy',
    hasRoom: ({ context, event }: Args) => resumedTo(context, event) === 'ready',
  },
  actions: {
    register: assign(({ event }) =>
      event.type === 'agent.register'
        ? { role: event.data.role ?? null, skills: event.data.skills, capacity: event.data.capacity }
        : {},
    ),
    /** A new process life: what ran in the old one is told apart, to the tasks. */
    reset: assign(({ context, event }) => ({
      running: 0,
      error: null,
      reason: context.pauses?.[0]?.reason ?? null,
      presence: event.type === 'agent.online' && event.data.ready ? ('ready' as const) : ('warming' as const),
    })),
    leave: assign({ presence: 'absent' }),
    load: assign(({ context, event }) =>
      event.type === 'agent.load'
        ? {
            running: event.data.running,
            done: context.done + event.data.done,
            failed: context.failed + event.data.failed,
            busyMs: context.busyMs + event.data.busyMs,
          }
        : {},
    ),
    explain: assign(({ event }) => ({
      error: event.type === 'agent.fail' ? (event.data.error as Failure) : null,
      reason:
        event.type === 'agent.pause' || event.type === 'agent.stop' ? (event.data.reason ?? null) : null,
    })),
    /** One more who wants it to take no work. */
    pause: assign(({ context, event }) => ({ pauses: pausesAfter(context, event) })),
    pauseAlso: assign(({ context, event }) => ({ pauses: pausesAfter(wherePaused(context), event) })),
    /** One less, or none any more. */
    unpause: assign(({ context, event }) => {
      const pauses = pausesAfter(context, event)
      return { pauses, reason: pauses[0]?.reason ?? null, error: null }
    }),
    /** The same, of one that is broken all the same. */
    unpauseOnly: assign(({ context, event }) => ({ pauses: pausesAfter(context, event) })),
    /** Whatever its warm-up came to: it stands also after a pause. */
    trust: assign({ error: null, reason: null, presence: 'ready', pauses: [] }),
  },
}).createMachine({
  id: 'agent',
  version: '1',
  description: 'Who does the work: availability, load and statistics of one agent.',
  options: { maxIterations: 100 },
  context: NEW_AGENT,
  initial: 'offline',
  states: {
    offline: {
      meta: { description: 'No process holds its code.' },
      on: {
        'agent.register': { actions: 'register' },
        'agent.online': [onlineReady, onlineWarming],
        'agent.load': { actions: 'load' },
        'agent.pause': pause,
        'agent.stop': stop,
      },
    },
    idle: {
      meta: { description: 'Its process is up, but it is warming up or no work is wanted from it yet.' },
      on: {
        'agent.register': { actions: 'register' },
        'agent.online': [onlineReady, { actions: 'reset' }],
        'agent.offline': leave,
        'agent.load': { actions: 'load' },
        'agent.pause': pause,
        'agent.fail': fail,
        'agent.stop': stop,
      },
    },
    ready: {
      meta: { description: 'Takes work now.' },
      on: {
        'agent.register': { actions: 'register' },
        'agent.online': [{ guard: 'isReady', actions: 'reset' }, onlineWarming],
        'agent.offline': leave,
        'agent.load': [{ guard: 'isFull', target: 'busy', actions: 'load' }, { actions: 'load' }],
        'agent.pause': pause,
        'agent.fail': fail,
        'agent.stop': stop,
      },
    },
    busy: {
      meta: { description: 'Runs as many tasks as its capacity allows.' },
      on: {
        'agent.register': { actions: 'register' },
        'agent.online': [onlineReady, onlineWarming],
        'agent.offline': leave,
        'agent.load': [
          { guard: 'isFull', actions: 'load' },
          { target: 'ready', actions: 'load' },
        ],
        'agent.pause': pause,
        'agent.fail': fail,
        'agent.stop': stop,
      },
    },
    paused: {
      meta: {
        description:
          'Takes no new work until all who paused it have resumed it, also across restarts; what runs goes on.',
      },
      on: {
        'agent.register': { actions: 'register' },
        'agent.online': { actions: 'reset' },
        'agent.offline': { actions: 'leave' },
        'agent.load': { actions: 'load' },
        'agent.pause': { guard: 'isOtherPause', actions: 'pauseAlso' },
        'agent.resume': [
          { guard: 'staysPaused', actions: 'unpause' },
          { guard: 'isAway', target: 'offline', actions: 'unpause' },
          { guard: 'isWarming', target: 'idle', actions: 'unpause' },
          { guard: 'staysFull', target: 'busy', actions: 'unpause' },
          { guard: 'hasRoom', target: 'ready', actions: 'unpause' },
        ],
        'agent.fail': fail,
        'agent.stop': stop,
      },
    },
    error: {
      meta: {
        description:
          'It could not warm up or reported itself broken; takes no work. Who paused it is remembered.',
      },
      on: {
        'agent.register': { actions: 'register' },
        'agent.online': [
          { guard: 'isPaused', target: 'paused', actions: 'reset' },
          onlineReady,
          onlineWarming,
        ],
        'agent.offline': [{ guard: 'isPaused', target: 'paused', actions: 'leave' }, leave],
        'agent.load': { actions: 'load' },
        'agent.pause': { guard: 'isNewPause', actions: 'pause' },
        // An operator's word that it works: also when warming up failed.
        'agent.resume': [
          { guard: 'isOneOfThem', actions: 'unpauseOnly' },
          { guard: 'isOperatorFull', target: 'busy', actions: 'trust' },
          { guard: 'isOperator', target: 'ready', actions: 'trust' },
        ],
        'agent.stop': stop,
      },
    },
    stopped: { type: 'final', meta: { description: 'Unregistered; its statistics stay in the history.' } },
  },
})
