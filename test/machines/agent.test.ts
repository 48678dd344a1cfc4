/** The agent machine: every state, every transition, every branch of a guard. */
import { describe, expect, it } from 'vitest'
import { agentMachine, type AgentContext } from '../../src/machines/agent.ts'
import type { Address } from '../../src/messages/address.ts'
import type { Supervision } from '../../src/messages/agent.ts'
import type { Command } from '../../src/messages/command.ts'
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

const rate = { interval: 60, burst: 1_000 }
const said = (messages: number, at: number): Signal => signal('agent.said', { at, messages, rate }, { at })

const inEveryState = Object.entries(everywhere).flatMap(([state, given]): Row[] => [
  {
    promise: `${state}: what it said uses up what it may say, from when it said so`,
    given: [...given, said(1, 1000)],
    when: said(3, 1100),
    to: state,
    context: { full: 1100 + 180 },
  },
  {
    promise: `${state}: what it may say is recorded, and what it has said stays so`,
    given: [...given, said(2, 1000)],
    when: signal('agent.register', { skills: [], capacity: 1, messages: { perMinute: 5 } }),
    to: state,
    context: { messages: { perMinute: 5 }, full: 1120 },
  },
  {
    promise: `${state}: that nobody says any more what it may say is recorded`,
    given: [...given, signal('agent.register', { skills: [], capacity: 1, messages: { perMinute: 5 } })],
    when: register(1),
    to: state,
    context: { messages: null },
  },
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

// ---- supervision: two failures within 100 ms are too many, and so is a second restart within 1,000 ms
const rules: Supervision = {
  failures: { max: 2, within: 100 },
  restart: { initialInterval: 10, backoff: 2, maxInterval: 100, jitter: 'none' },
  intensity: { max: 1, within: 1_000 },
  giveUp: 'quarantine',
  reassign: false,
}
const supervised = (more: Partial<Supervision> = {}): Signal =>
  signal('agent.register', { skills: ['docker'], capacity: 2, supervision: { ...rules, ...more } })
const fault = (at = 1000): Signal =>
  signal('agent.fault', { task: 'task/t', error: oops, random: 0 }, { at, to: 'agent/ann', seq: 7 })
const restart = signal('agent.restart', {})
const done = (status: string, from: Address = 'gate/quarantine.ann.7'): Signal =>
  signal('step.done', { step: 0, status }, { from, to: 'agent/ann' })
const cancelled = { type: 'timer.cancel', id: 'restart' } as const
const gate = 'gate/quarantine.ann.7'
const opened = (more: object): Command => ({
  type: 'send',
  to: gate,
  event: 'gate.open',
  correlationId: gate,
  data: {
    parent: 'agent/ann',
    step: 0,
    title: 'Release agent/ann from quarantine?',
    reason: 'it failed again after 0 restarts within 1000 ms',
    details: { agent: 'agent/ann', error: oops, restarts: 0 },
    ...more,
  },
})
const closed: Command = {
  type: 'send',
  to: gate,
  event: 'gate.cancel',
  data: { reason: 'the quarantine is over', unheard: true },
}
const timed = (delay: number): Command => ({
  type: 'timer.set',
  id: 'restart',
  delay,
  event: 'agent.restart',
})

const watched = [supervised(), online]
const restarting = [...watched, fault(), fault()]
const never = { intensity: { max: 0, within: 1_000 } }
const quarantined = [supervised({ ...never, escalate: {} }), online, fault(), fault()]
const alone = [supervised(never), online, fault(), fault()]

const failures: Row[] = [
  {
    promise: 'a failure is remembered',
    given: watched,
    when: fault(),
    to: 'ready',
    context: { faults: [1000] },
  },
  {
    promise: 'a failure too many, and it waits for its restart',
    given: [...watched, fault()],
    when: fault(1099),
    to: 'restarting',
    context: { faults: [], restarts: [1099], restartAt: 1109, error: oops },
    commands: [timed(10)],
  },
  {
    promise: 'failures that are long ago do not count',
    given: [...watched, fault()],
    when: fault(1100),
    to: 'ready',
    context: { faults: [1100] },
  },
  {
    promise: 'a busy agent is restarted, too',
    given: [...watched, load(2), fault()],
    when: fault(),
    to: 'restarting',
    context: { running: 2 },
    commands: [timed(10)],
  },
  { promise: 'a busy agent remembers a failure', given: [...watched, load(2)], when: fault(), to: 'busy' },
  {
    promise: 'what fails while it warms up is remembered',
    given: [supervised(), warming],
    when: fault(),
    to: 'idle',
    context: { faults: [1000] },
  },
  {
    promise: 'what fails while it warms up may be too much',
    given: [supervised(), warming, fault()],
    when: fault(),
    to: 'restarting',
    commands: [timed(10)],
  },
  {
    promise: 'what fails while it warms up may be the end',
    given: [supervised(never), warming, fault()],
    when: fault(),
    to: 'quarantined',
  },
  {
    promise: 'what fails while it warms up may stop it',
    given: [supervised({ ...never, giveUp: 'stop' }), warming, fault()],
    when: fault(),
    to: 'stopped',
  },
  {
    promise: 'what fails in a pause is only remembered',
    given: [...watched, pause, fault()],
    when: fault(),
    to: 'paused',
    context: { faults: [1000, 1000] },
  },
  {
    promise: 'a failure of one that nobody supervises is not remembered',
    given: ready,
    when: fault(),
    to: 'ready',
    context: { faults: [] },
  },
  ...['idle', 'ready', 'busy', 'paused'].flatMap((state): Row[] => {
    const way = {
      idle: [warming],
      ready: [online],
      busy: [online, load(2)],
      paused: [online, pause],
    }[state] as Signal[]
    const failed = { ...fail, at: 1000, to: 'agent/ann' as Address, seq: 7 }
    return [
      {
        promise: `${state}: a warm-up that fails leads to a restart`,
        given: [supervised(), ...way],
        when: failed,
        to: 'restarting',
        commands: [timed(10)],
      },
      {
        promise: `${state}: a warm-up that fails may be the end`,
        given: [supervised(never), ...way],
        when: failed,
        to: 'quarantined',
      },
      {
        promise: `${state}: a warm-up that fails may stop it`,
        given: [supervised({ ...never, giveUp: 'stop' }), ...way],
        when: failed,
        to: 'stopped',
        context: { error: oops },
      },
    ]
  }),
  {
    promise: 'a ready agent may be stopped',
    given: [supervised({ ...never, giveUp: 'stop' }), online, fault()],
    when: fault(),
    to: 'stopped',
  },
  {
    promise: 'a busy agent may be stopped',
    given: [supervised({ ...never, giveUp: 'stop' }), online, load(2), fault()],
    when: fault(),
    to: 'stopped',
  },
  {
    promise: 'a busy agent may be given up',
    given: [supervised(never), online, load(2), fault()],
    when: fault(),
    to: 'quarantined',
  },
  // ---- restarting
  {
    promise: 'restarted, it warms up again',
    given: restarting,
    when: restart,
    to: 'idle',
    context: { presence: 'warming', error: null, restartAt: 0, restarts: [1000] },
    commands: [cancelled],
  },
  {
    promise: 'restarted while its process is away, it is offline',
    given: [...restarting, offline],
    when: restart,
    to: 'offline',
    commands: [cancelled],
  },
  {
    promise: 'restarted while somebody pauses it, it is paused',
    given: [...restarting, byGate],
    when: restart,
    to: 'paused',
    context: { reason: 'a question', presence: 'warming' },
    commands: [cancelled],
  },
  { promise: 'a new process life ends no backoff', given: restarting, when: online, to: 'restarting' },
  {
    promise: 'a process that goes ends no backoff',
    given: restarting,
    when: offline,
    to: 'restarting',
    context: { presence: 'absent' },
  },
  {
    promise: 'restarting: it can be registered anew',
    given: restarting,
    when: supervised(never),
    to: 'restarting',
  },
  { promise: 'restarting: what still runs is counted', given: restarting, when: load(1), to: 'restarting' },
  {
    promise: 'restarting: what it says still uses up what it may say',
    given: restarting,
    when: said(1, 1000),
    to: 'restarting',
    context: { full: 1060 },
  },
  { promise: 'restarting: a pause is remembered', given: restarting, when: byGate, to: 'restarting' },
  { promise: 'restarting: one pauses it only once', given: [...restarting, byGate], when: byGate },
  {
    promise: 'restarting: the end of a pause is remembered',
    given: [...restarting, byGate],
    when: answered,
    to: 'restarting',
    context: { pauses: [] },
  },
  { promise: 'restarting: who did not pause it cannot resume it', given: restarting, when: answered },
  { promise: 'restarting: what fails meanwhile is of before', given: restarting, when: fault() },
  {
    promise: 'an operator need not wait, and forgives',
    given: restarting,
    when: resume,
    to: 'idle',
    context: { restarts: [], faults: [], presence: 'warming' },
    commands: [cancelled],
  },
  {
    promise: 'an operator need not wait for one that is away',
    given: [...restarting, offline],
    when: resume,
    to: 'offline',
    commands: [cancelled],
  },
  {
    promise: 'restarting: it can be stopped',
    given: restarting,
    when: stop,
    to: 'stopped',
    commands: [cancelled],
  },
  {
    promise: 'a second restart within that time is one too many',
    given: [...restarting, restart, online, fault(1990)],
    when: fault(1999),
    to: 'quarantined',
    context: {
      faults: [],
      quarantine: { at: 1999, reason: 'it failed again after 1 restarts within 1000 ms', gate: null },
    },
  },
  {
    promise: 'restarts that are long ago do not count, nor for how long it waits',
    given: [...restarting, restart, online, fault(2000)],
    when: fault(2000),
    to: 'restarting',
    context: { restarts: [2000] },
    commands: [timed(10)],
  },
  {
    promise: 'each restart waits longer than the one before',
    given: [
      supervised({ intensity: { max: 2, within: 1_000 } }),
      online,
      fault(),
      fault(),
      restart,
      online,
      fault(1500),
    ],
    when: fault(1500),
    to: 'restarting',
    context: { restartAt: 1520 },
    commands: [timed(20)],
  },
  // ---- quarantined
  {
    promise: 'given up, a human is asked where that is wanted',
    given: [supervised({ ...never, escalate: { approvers: ['sue'], expires: 9 } }), online, fault()],
    when: fault(),
    to: 'quarantined',
    context: { quarantine: { at: 1000, reason: 'it failed again after 0 restarts within 1000 ms', gate } },
    commands: [opened({ approvers: ['sue'], expires: 9 })],
  },
  {
    promise: 'approved, it begins anew',
    given: quarantined,
    when: done('completed'),
    to: 'idle',
    context: { quarantine: null, restarts: [], faults: [], error: null, presence: 'warming' },
  },
  {
    promise: 'approved while its process is away, it is offline',
    given: [...quarantined, offline],
    when: done('completed'),
    to: 'offline',
  },
  {
    promise: 'approved while somebody pauses it, it is paused',
    given: [...quarantined, byGate],
    when: done('completed'),
    to: 'paused',
  },
  { promise: 'not approved, it is stopped', given: quarantined, when: done('failed'), to: 'stopped' },
  {
    promise: 'asked no more, it stays',
    given: quarantined,
    when: done('cancelled'),
    to: 'quarantined',
    context: {
      quarantine: { at: 1000, reason: 'it failed again after 0 restarts within 1000 ms', gate: null },
    },
  },
  { promise: 'another gate has nothing to say', given: quarantined, when: done('completed', 'gate/other') },
  { promise: 'no gate has anything to say where none was opened', given: alone, when: done('completed') },
  {
    promise: 'an operator releases it, and nobody is asked any more',
    given: quarantined,
    when: resume,
    to: 'idle',
    commands: [closed],
  },
  {
    promise: 'an operator releases one that is away',
    given: [...alone, offline],
    when: resume,
    to: 'offline',
    context: { quarantine: null },
  },
  { promise: 'a quarantine ends with no process life', given: alone, when: online, to: 'quarantined' },
  { promise: 'quarantined: its process may go', given: alone, when: offline, to: 'quarantined' },
  { promise: 'quarantined: it can be registered anew', given: alone, when: supervised(), to: 'quarantined' },
  { promise: 'quarantined: what still runs is counted', given: alone, when: load(1), to: 'quarantined' },
  {
    promise: 'quarantined: what it says still uses up what it may say',
    given: alone,
    when: said(1, 1000),
    to: 'quarantined',
    context: { full: 1060 },
  },
  { promise: 'quarantined: a pause is remembered', given: alone, when: byGate, to: 'quarantined' },
  {
    promise: 'quarantined: the end of a pause is remembered',
    given: [...alone, byGate],
    when: answered,
    to: 'quarantined',
    context: { pauses: [] },
  },
  {
    promise: 'quarantined: it can be stopped, and nobody is asked any more',
    given: quarantined,
    when: stop,
    to: 'stopped',
    commands: [closed],
  },
  {
    promise: 'nobody supervises it any more: what failed before counts no longer',
    given: [...watched, fault(), register(2)],
    when: fault(),
    to: 'ready',
    context: { supervision: null },
  },
]

const all = [...rows, ...failures]

describe('agent', () => {
  it.each(all)('$promise', row => {
    expect(play(start(agentMachine), row)).toEqual(promised(row))
  })

  it('every transition is taken by a row', () => {
    expect(untaken(start(agentMachine), all)).toEqual([])
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
