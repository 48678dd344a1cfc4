/**
 * Agent: who does the work. Keeps its availability, load and statistics; which task it gets is the dispatcher's
 * choice, and its code lives in the executor. Pure.
 */
import { assign, enqueueActions, setup } from 'xstate'
import type { Failure } from '../errors.ts'
import type { Emitted } from '../messages/command.ts'
import {
  again,
  NEW_AGENT,
  pausesAfter,
  registered,
  spoken,
  wherePaused,
  type AgentContext,
  type AgentEvent,
} from './agent-context.ts'
import { guards } from './agent-guards.ts'
import { askedNoMore, faultsAfter, quarantined, restarting } from './agent-supervision.ts'

export type { AgentContext, AgentEvent, Pause, Quarantine } from './agent-context.ts'

const onlineReady = { guard: 'isReady', target: 'ready', actions: 'reset' } as const
const onlineWarming = { target: 'idle', actions: 'reset' } as const
const leave = { target: 'offline', actions: 'leave' } as const
const stop = { target: 'stopped', actions: 'explain' } as const
const restart = { guard: 'mayRestart', target: 'restarting', actions: 'restart' } as const
const giveUp = { guard: 'isGivenUp', target: 'quarantined', actions: 'quarantine' } as const
const end = { guard: 'isToStop', target: 'stopped', actions: 'explain' } as const
/** One that works: what its failures lead to, or nothing yet. */
const fault = [restart, giveUp, end, { actions: 'count' }] as const
const fail = [restart, giveUp, end, { target: 'error', actions: 'explain' }] as const
/** What it may be told that takes no work until something else happens. */
const aside = {
  'agent.register': { actions: 'register' },
  'agent.online': { actions: 'appear' },
  'agent.offline': { actions: 'leave' },
  'agent.load': { actions: 'load' },
  'agent.said': { actions: 'speak' },
  'agent.pause': { guard: 'isNewPause', actions: 'pause' },
} as const
const pause = { target: 'paused', actions: ['pause', 'explain'] } as const

export const agentMachine = setup({
  types: {} as { context: AgentContext; events: AgentEvent; emitted: Emitted },
  guards,
  actions: {
    register: assign(({ context, event }) => registered(context, event)),
    speak: assign(({ context, event }) => spoken(context, event)),
    /** A new process life: what ran in the old one is told apart, to the tasks. */
    reset: assign(({ context, event }) => ({
      running: 0,
      error: null,
      reason: context.pauses?.[0]?.reason ?? null,
      presence: event.type === 'agent.online' && event.data.ready ? ('ready' as const) : ('warming' as const),
    })),
    /** The same, of one that takes no work whoever comes: why that is stands. */
    appear: assign(({ event }) => ({
      running: 0,
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
      error:
        event.type === 'agent.fail' || event.type === 'agent.fault' ? (event.data.error as Failure) : null,
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
    count: assign(({ context, event }) => ({ faults: faultsAfter(context, event) })),
    restart: enqueueActions(({ context, event, enqueue }) => {
      const { kept, delay } = restarting(context, event)
      enqueue.assign(kept)
      enqueue.raise({ type: 'agent.restart' } as never, { id: 'restart', delay })
    }),
    quarantine: enqueueActions(({ context, event, enqueue }) => {
      const { kept, gate } = quarantined(context, event)
      enqueue.assign(kept)
      if (gate !== null) enqueue.emit(gate)
    }),
    /** It begins anew: with a warm-up, where its process is there. */
    warmAgain: assign(({ context }) => ({
      presence: again(context).presence,
      error: null,
      reason: context.pauses?.[0]?.reason ?? null,
      restartAt: 0,
    })),
    /** All that it did is forgiven. */
    release: enqueueActions(({ context, event, enqueue }) => {
      const gate = askedNoMore(context, event)
      const pauses = event.type === 'agent.resume' ? pausesAfter(context, event) : (context.pauses ?? [])
      enqueue.assign({
        presence: again(context).presence,
        pauses,
        faults: [],
        restarts: [],
        restartAt: 0,
        quarantine: null,
        error: null,
        reason: pauses[0]?.reason ?? null,
      })
      if (gate !== null) enqueue.emit(gate)
    }),
    askNoMore: enqueueActions(({ context, event, enqueue }) => {
      const gate = askedNoMore(context, event)
      if (gate !== null) enqueue.emit(gate)
    }),
    /** Its gate was called off: nobody is asked any more. */
    unasked: assign(({ context: { quarantine } }) => ({
      quarantine: quarantine === undefined || quarantine === null ? null : { ...quarantine, gate: null },
    })),
    stopWaiting: enqueueActions(({ enqueue }) => enqueue.cancel('restart')),
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
        'agent.said': { actions: 'speak' },
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
        'agent.said': { actions: 'speak' },
        'agent.online': [onlineReady, { actions: 'reset' }],
        'agent.offline': leave,
        'agent.load': { actions: 'load' },
        'agent.pause': pause,
        'agent.fail': fail,
        'agent.fault': fault,
        'agent.stop': stop,
      },
    },
    ready: {
      meta: { description: 'Takes work now.' },
      on: {
        'agent.register': { actions: 'register' },
        'agent.said': { actions: 'speak' },
        'agent.online': [{ guard: 'isReady', actions: 'reset' }, onlineWarming],
        'agent.offline': leave,
        'agent.load': [{ guard: 'isFull', target: 'busy', actions: 'load' }, { actions: 'load' }],
        'agent.pause': pause,
        'agent.fail': fail,
        'agent.fault': fault,
        'agent.stop': stop,
      },
    },
    busy: {
      meta: { description: 'Runs as many tasks as its capacity allows.' },
      on: {
        'agent.register': { actions: 'register' },
        'agent.said': { actions: 'speak' },
        'agent.online': [onlineReady, onlineWarming],
        'agent.offline': leave,
        'agent.load': [
          { guard: 'isFull', actions: 'load' },
          { target: 'ready', actions: 'load' },
        ],
        'agent.pause': pause,
        'agent.fail': fail,
        'agent.fault': fault,
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
        'agent.said': { actions: 'speak' },
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
        'agent.fault': { actions: 'count' },
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
        'agent.said': { actions: 'speak' },
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
    restarting: {
      meta: {
        description:
          'It failed too often: waits before it warms up again, and takes no work. What runs goes on.',
      },
      exit: 'stopWaiting',
      on: {
        ...aside,
        'agent.restart': [
          { guard: 'isStillPaused', target: 'paused', actions: 'warmAgain' },
          { guard: 'isAbsent', target: 'offline', actions: 'warmAgain' },
          { target: 'idle', actions: 'warmAgain' },
        ],
        // An operator does not wait.
        'agent.resume': [
          { guard: 'isOneOfThem', actions: 'unpauseOnly' },
          { guard: 'isOperatorOfAbsent', target: 'offline', actions: 'release' },
          { guard: 'isOperator', target: 'idle', actions: 'release' },
        ],
        'agent.stop': stop,
      },
    },
    quarantined: {
      meta: {
        description:
          'It was restarted too often: takes no work, also across restarts, until an operator or its gate releases it.',
      },
      on: {
        ...aside,
        'agent.resume': [
          { guard: 'isOneOfThem', actions: 'unpauseOnly' },
          { guard: 'isOperatorOfAbsent', target: 'offline', actions: 'release' },
          { guard: 'isOperator', target: 'idle', actions: 'release' },
        ],
        'step.done': [
          { guard: 'isApprovedPaused', target: 'paused', actions: 'release' },
          { guard: 'isApprovedAbsent', target: 'offline', actions: 'release' },
          { guard: 'isApproved', target: 'idle', actions: 'release' },
          { guard: 'isRejected', target: 'stopped', actions: 'explain' },
          { guard: 'isUnanswered', actions: 'unasked' },
        ],
        'agent.stop': { target: 'stopped', actions: ['askNoMore', 'explain'] },
      },
    },
    stopped: { type: 'final', meta: { description: 'Unregistered; its statistics stay in the history.' } },
  },
})
