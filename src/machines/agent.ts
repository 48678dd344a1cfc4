/**
 * Agent: who does the work. Keeps its availability, load and statistics; which task it gets is the dispatcher's
 * choice, and its code lives in the executor. Pure.
 */
import { assign, setup } from 'xstate'
import type { Failure } from '../errors.ts'
import type { agentMessages } from '../messages/agent.ts'
import type { EventsOf } from '../messages/event.ts'

export interface AgentContext {
  readonly role: string | null
  readonly skills: readonly string[]
  /** Tasks it may run at once. */
  readonly capacity: number
  readonly running: number
  /** Is its code here? Known in every state, so that it returns from a pause to where it belongs. */
  readonly presence: 'absent' | 'warming' | 'ready'
  /** Statistics over its whole life; busyMs in milliseconds of its tasks' running time. */
  readonly done: number
  readonly failed: number
  readonly busyMs: number
  readonly error: Failure | null
  readonly reason: string | null
}

export type AgentEvent = EventsOf<typeof agentMessages>
type Args = { context: AgentContext; event: AgentEvent }

const onlineReady = { guard: 'isReady', target: 'ready', actions: 'reset' } as const
const onlineWarming = { target: 'idle', actions: 'reset' } as const
const leave = { target: 'offline', actions: 'leave' } as const
const stop = { target: 'stopped', actions: 'explain' } as const
const fail = { target: 'error', actions: 'explain' } as const
const pause = { target: 'paused', actions: 'explain' } as const

export const agentMachine = setup({
  types: {} as { context: AgentContext; events: AgentEvent },
  guards: {
    isReady: ({ event }: Args) => event.type === 'agent.online' && event.data.ready,
    isFull: ({ context, event }: Args) =>
      event.type === 'agent.load' && event.data.running >= context.capacity,
    isFullNow: ({ context }: Args) => context.running >= context.capacity,
    isAbsent: ({ context }: Args) => context.presence === 'absent',
    isWarming: ({ context }: Args) => context.presence === 'warming',
  },
  actions: {
    register: assign(({ event }) =>
      event.type === 'agent.register'
        ? { role: event.data.role ?? null, skills: event.data.skills, capacity: event.data.capacity }
        : {},
    ),
    /** A new process life: what ran in the old one is told apart, to the tasks. */
    reset: assign(({ event }) => ({
      running: 0,
      error: null,
      reason: null,
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
    clear: assign({ error: null, reason: null }),
    /** Whatever its warm-up came to: it stands also after a pause. */
    trust: assign({ error: null, reason: null, presence: 'ready' }),
  },
}).createMachine({
  id: 'agent',
  version: '1',
  description: 'Who does the work: availability, load and statistics of one agent.',
  options: { maxIterations: 100 },
  context: {
    role: null,
    skills: [],
    capacity: 1,
    running: 0,
    presence: 'absent',
    done: 0,
    failed: 0,
    busyMs: 0,
    error: null,
    reason: null,
  },
  initial: 'offline',
  states: {
    offline: {
      meta: { description: 'No process holds its code.' },
      on: {
        'agent.register': { actions: 'register' },
        'agent.online': [onlineReady, onlineWarming],
        'agent.load': { actions: 'load' },
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
      meta: { description: 'Takes no new work until resumed, also across restarts; what runs goes on.' },
      on: {
        'agent.register': { actions: 'register' },
        'agent.online': { actions: 'reset' },
        'agent.offline': { actions: 'leave' },
        'agent.load': { actions: 'load' },
        'agent.resume': [
          { guard: 'isAbsent', target: 'offline', actions: 'clear' },
          { guard: 'isWarming', target: 'idle', actions: 'clear' },
          { guard: 'isFullNow', target: 'busy', actions: 'clear' },
          { target: 'ready', actions: 'clear' },
        ],
        'agent.fail': fail,
        'agent.stop': stop,
      },
    },
    error: {
      meta: { description: 'It could not warm up or reported itself broken; takes no work.' },
      on: {
        'agent.register': { actions: 'register' },
        'agent.online': [onlineReady, onlineWarming],
        'agent.offline': leave,
        'agent.load': { actions: 'load' },
        // An operator's word that it works: also when warming up failed.
        'agent.resume': [
          { guard: 'isFullNow', target: 'busy', actions: 'trust' },
          { target: 'ready', actions: 'trust' },
        ],
        'agent.stop': stop,
      },
    },
    stopped: { type: 'final', meta: { description: 'Unregistered; its statistics stay in the history.' } },
  },
})
