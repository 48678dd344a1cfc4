/** The agent machine: every state, every transition, every branch of a guard. */
import { describe, expect, it } from 'vitest'
import { agentMachine, type AgentContext } from '../../src/machines/agent.ts'
import type { Signal } from '../../src/messages/signal.ts'
import { play, promised, sendAll, signal, start, untaken, type Row } from './drive.ts'

const oops = { name: 'Error', message: 'no model', code: 'HANDLER_FAILED' }
const register = (capacity: number, role?: string): Signal =>
  signal('agent.register', { skills: ['docker'], capacity, ...(role === undefined ? {} : { role }) })
const online = signal('agent.online', { ready: true })
const warming = signal('agent.online', { ready: false })
const offline = signal('agent.offline', {})
const load = (running: number, more: object = {}): Signal =>
  signal('agent.load', { running, done: 0, failed: 0, busyMs: 0, ...more })
const pause = signal('agent.pause', { reason: 'lunch' })
const resume = signal('agent.resume', {})
const byGate = signal('agent.pause', { reason: 'a question', by: 'gate/g' })
const answered = signal('agent.resume', { by: 'gate/g' })
const byOther = signal('agent.pause', { by: 'gate/h' })
const answeredToo = signal('agent.resume', { by: 'gate/h' })
const fail = signal('agent.fail', { error: oops })
const stop = signal('agent.stop', { reason: 'retired' })

const ready = [register(2), online]
const idle = [register(2), warming]
const busy = [...ready, load(2)]
const paused = [...ready, pause]
const broken = [...ready, fail]

const everywhere: Record<string, readonly Signal[]> = {
  offline: [register(2)],
  idle,
  ready,
  busy,
  paused,
  error: broken,
}

const inEveryState = Object.entries(everywhere).flatMap(([state, given]): Row[] => [
  {
    promise: `${state}: it can be registered anew, with another role and capacity`,
    given,
    when: register(5, 'devops'),
    to: state,
    context: { role: 'devops', capacity: 5, skills: ['docker'] },
  },
  {
    promise: `${state}: it can be stopped, with the reason`,
    given,
    when: stop,
    to: 'stopped',
    context: { reason: 'retired', error: null },
  },
  {
    promise: `${state}: what ended is counted`,
    given,
    when: load(1, { done: 2, failed: 1, busyMs: 30 }),
    to: state === 'busy' ? 'ready' : state,
    context: { running: 1, done: 2, failed: 1, busyMs: 30 },
  },
])

const rows: Row[] = [
  ...inEveryState,
  {
    promise: 'a role that is taken away is gone',
    given: [register(2, 'devops')],
    when: register(2),
    to: 'offline',
    context: { role: null },
  },
  // ---- its process comes and goes
  { promise: 'it takes work when its process is up', given: [register(2)], when: online, to: 'ready' },
  { promise: 'it is idle while it warms up', given: [register(2)], when: warming, to: 'idle' },
  { promise: 'it takes work once it is warm', given: idle, when: online, to: 'ready' },
  { promise: 'a second warm-up leaves it idle', given: idle, when: warming, to: 'idle' },
  { promise: 'a new process life of a ready agent', given: ready, when: online, to: 'ready' },
  { promise: 'a new process life that warms up first', given: ready, when: warming, to: 'idle' },
  {
    promise: 'a new process life forgets what ran in the old one',
    given: busy,
    when: online,
    to: 'ready',
    context: { running: 0 },
  },
  { promise: 'a busy agent that warms up anew is idle', given: busy, when: warming, to: 'idle' },
  {
    promise: 'a broken agent is mended by a new process life',
    given: broken,
    when: online,
    to: 'ready',
    context: { error: null },
  },
  { promise: 'a broken agent that warms up again', given: broken, when: warming, to: 'idle' },
  {
    promise: 'an idle agent without its process is offline',
    given: idle,
    when: offline,
    to: 'offline',
    context: { presence: 'absent' },
  },
  { promise: 'a ready agent without its process is offline', given: ready, when: offline, to: 'offline' },
  { promise: 'a busy agent without its process is offline', given: busy, when: offline, to: 'offline' },
  { promise: 'a broken agent without its process is offline', given: broken, when: offline, to: 'offline' },
  { promise: 'an offline agent cannot go offline', given: [register(2)], when: offline },
  // ---- load
  { promise: 'it is busy at its capacity', given: ready, when: load(2), to: 'busy', context: { running: 2 } },
  { promise: 'it stays ready below its capacity', given: ready, when: load(1), to: 'ready' },
  { promise: 'it stays busy at its capacity', given: busy, when: load(3), to: 'busy' },
  { promise: 'it is ready again below its capacity', given: busy, when: load(1), to: 'ready' },
  // ---- pause
  {
    promise: 'a ready agent pauses, with the reason',
    given: ready,
    when: pause,
    to: 'paused',
    context: { reason: 'lunch' },
  },
  {
    promise: 'a pause needs no reason',
    given: ready,
    when: signal('agent.pause', {}),
    to: 'paused',
    context: { reason: null },
  },
  { promise: 'an idle agent can be paused', given: idle, when: pause, to: 'paused' },
  { promise: 'a busy agent can be paused', given: busy, when: pause, to: 'paused', context: { running: 2 } },
  {
    promise: 'an agent that is offline is paused when its process comes',
    given: [register(2), pause],
    when: online,
    to: 'paused',
    context: { reason: 'lunch' },
  },
  { promise: 'an agent that is offline can be paused', given: [register(2)], when: pause, to: 'paused' },
  {
    promise: 'two pause it: it is kept who does, and the first reason is the one that is shown',
    given: paused,
    when: byGate,
    to: 'paused',
    context: {
      reason: 'lunch',
      pauses: [
        { by: null, reason: 'lunch' },
        { by: 'gate/g', reason: 'a question' },
      ],
    },
  },
  { promise: 'who pauses it already cannot pause it again', given: [...ready, byGate], when: byGate },
  { promise: 'an operator who pauses it already cannot do so again', given: paused, when: pause },
  {
    promise: 'resumed by one of two who paused it, it stays paused',
    given: [...ready, byGate, byOther],
    when: answered,
    to: 'paused',
    context: { reason: null, pauses: [{ by: 'gate/h', reason: null }] },
  },
  {
    promise: 'resumed by both, it takes work',
    given: [...ready, byGate, byOther, answered],
    when: answeredToo,
    to: 'ready',
    context: { pauses: [] },
  },
  {
    promise: 'what a gate paused and an operator too is not resumed by the gate alone',
    given: [...paused, byGate],
    when: answered,
    to: 'paused',
    context: { pauses: [{ by: null, reason: 'lunch' }] },
  },
  {
    promise: 'an operator lifts all pauses',
    given: [...ready, byGate, byOther],
    when: resume,
    to: 'ready',
    context: { pauses: [] },
  },
  { promise: 'who did not pause it cannot resume it', given: [...ready, byOther], when: answered },
  {
    promise: 'a broken agent remembers who pauses it',
    given: broken,
    when: byGate,
    to: 'error',
    context: { error: oops, pauses: [{ by: 'gate/g', reason: 'a question' }] },
  },
  { promise: 'a broken agent is paused by one only once', given: [...broken, byGate], when: byGate },
  {
    promise: 'a broken agent whose pause is over is broken nonetheless',
    given: [...broken, byGate],
    when: answered,
    to: 'error',
    context: { error: oops, pauses: [] },
  },
  { promise: 'a broken agent is not resumed by who never paused it', given: broken, when: answered },
  {
    promise: 'a broken agent that is well again is paused as long as somebody wants that',
    given: [...broken, byGate],
    when: online,
    to: 'paused',
    context: { error: null, reason: 'a question' },
  },
  {
    promise: 'a broken agent that goes home is paused as long as somebody wants that',
    given: [...broken, byGate],
    when: offline,
    to: 'paused',
    context: { presence: 'absent' },
  },
  {
    promise: 'a pause outlives a failure during it',
    given: [...ready, byGate, fail],
    when: online,
    to: 'paused',
  },
  {
    promise: 'an operator who says that it is well lifts all pauses',
    given: [...broken, byGate],
    when: resume,
    to: 'ready',
    context: { pauses: [] },
  },
  { promise: 'an agent that is paused stays so across a restart', given: paused, when: online, to: 'paused' },
  {
    promise: 'an agent that is paused stays so without its process',
    given: paused,
    when: offline,
    to: 'paused',
    context: { presence: 'absent', reason: 'lunch' },
  },
  {
    promise: 'resumed, it takes work',
    given: paused,
    when: resume,
    to: 'ready',
    context: { reason: null },
  },
  { promise: 'resumed at its capacity, it is busy', given: [...busy, pause], when: resume, to: 'busy' },
  {
    promise: 'resumed while its process is away, it is offline',
    given: [...paused, offline],
    when: resume,
    to: 'offline',
  },
  {
    promise: 'resumed while it warms up, it is idle',
    given: [...paused, warming],
    when: resume,
    to: 'idle',
  },
  {
    promise: 'an agent that warmed up during its pause takes work when resumed',
    given: [...idle, pause, online],
    when: resume,
    to: 'ready',
  },
  { promise: 'an agent that is ready cannot be resumed', given: ready, when: resume },
  // ---- failure
  { promise: 'a warm-up that fails', given: idle, when: fail, to: 'error', context: { error: oops } },
  { promise: 'a ready agent that breaks', given: ready, when: fail, to: 'error' },
  { promise: 'a busy agent that breaks', given: busy, when: fail, to: 'error', context: { running: 2 } },
  {
    promise: 'a paused agent that breaks',
    given: paused,
    when: fail,
    to: 'error',
    context: { reason: null },
  },
  {
    promise: 'an operator puts a broken agent back to work',
    given: broken,
    when: resume,
    to: 'ready',
    context: { error: null },
  },
  {
    promise: 'an agent that an operator says is well stays so through a pause, though it never became warm',
    given: [...idle, fail, resume, pause],
    when: resume,
    to: 'ready',
  },
  {
    promise: 'a broken agent whose tasks still run is busy when resumed',
    given: [...busy, fail],
    when: resume,
    to: 'busy',
  },
  { promise: 'stopped is the end', given: [...ready, stop], when: online },
]

describe('agent', () => {
  it.each(rows)('$promise', row => {
    expect(play(start(agentMachine), row)).toEqual(promised(row))
  })

  it('every transition is taken by a row', () => {
    expect(untaken(start(agentMachine), rows)).toEqual([])
  })

  it('paused before it was kept by whom, it is an operator who paused it', () => {
    const { snapshot } = sendAll(start(agentMachine), paused)
    const { pauses: _pauses, ...old } = snapshot.context as AgentContext
    const before = agentMachine.resolveState({ value: 'paused', context: old })
    const both = sendAll(before, [byGate])
    const { pauses } = both.snapshot.context as AgentContext
    expect(pauses?.map(({ by }) => by)).toEqual([null, 'gate/g'])
    expect(sendAll(both.snapshot, [answered]).snapshot.value).toBe('paused')
    expect(sendAll(before, [resume]).snapshot.value).toBe('ready')
  })

  it('statistics add up over pauses, failures and process lives', () => {
    const events = [
      ...ready,
      load(1, { done: 1, busyMs: 10 }),
      pause,
      load(0, { failed: 1, busyMs: 5 }),
      resume,
      fail,
      load(0, { done: 2, busyMs: 7 }),
      offline,
      load(0, { done: 1 }),
      online,
    ]
    const { snapshot } = sendAll(start(agentMachine), events)
    expect(snapshot.context).toMatchObject({ running: 0, done: 4, failed: 1, busyMs: 22 })
  })
})
