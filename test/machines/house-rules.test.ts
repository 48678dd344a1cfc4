/** What holds for every machine that ships: the house rules of ARCHITECTURE.md, read off the machines themselves. */
import { gate as gateOf, signal as signalOf, task, workflow } from 'stator'
import { describe, expect, it } from 'vitest'
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate'
import type { z } from 'zod'
import { KINDS_THAT_ACT } from '../../src/actors/kinds.ts'
import { agentMachine } from '../../src/machines/agent.ts'
import { budgetMachine } from '../../src/machines/budget.ts'
import { contextMachine } from '../../src/machines/context.ts'
import { conversationMachine } from '../../src/machines/conversation.ts'
import { gateMachine } from '../../src/machines/gate.ts'
import { graphMachine } from '../../src/machines/graph.ts'
import { compile } from '../../src/machines/graph-state.ts'
import { groupMachine } from '../../src/machines/group.ts'
import { hubMachine } from '../../src/machines/hub.ts'
import { postMachine } from '../../src/machines/post.ts'
import { projectMachine } from '../../src/machines/project.ts'
import { lockMachine } from '../../src/machines/lock.ts'
import { queueMachine } from '../../src/machines/queue.ts'
import { scheduleMachine } from '../../src/machines/schedule.ts'
import { taskMachine } from '../../src/machines/task.ts'
import { declared, eventsOf, send, sendAll, signal, start, states, untaken, type Event } from './drive.ts'

interface Case {
  readonly machine: AnyStateMachine
  readonly id: string
  /** What cancels, and what fails, an actor of this kind. */
  readonly cancel: readonly string[]
  readonly failure: readonly string[]
  /** Non-final states that need not handle one of them, and why. */
  readonly exempt: Readonly<Record<string, string>>
  /** A way into every state. */
  readonly ways: Readonly<Record<string, readonly Event[]>>
  readonly input?: unknown
}

const born = (more: object): Event =>
  signal('task.create', { task: 't', input: null, ...more }, { stamp: { agent: 'agent/a' } })
const create = born({})
const hold = born({ onInterrupted: 'hold' })
const retrying = born({
  retry: { maxAttempts: 2, initialInterval: 1, backoff: 2, maxInterval: 9, jitter: 'none' },
})
const turn = { turn: 1, output: 1, random: 0, error: { name: 'E', message: 'm', code: 'HANDLER_FAILED' } }
const online = signal('agent.online', { ready: true })
const supervised = (max: number): Event =>
  signal('agent.register', {
    skills: [],
    capacity: 1,
    supervision: {
      failures: { max: 1, within: 1 },
      restart: { initialInterval: 1, backoff: 1, maxInterval: 1, jitter: 'none' },
      intensity: { max, within: 1 },
      giveUp: 'quarantine',
      reassign: false,
    },
  })
const startRun = signal('workflow.start', { input: null }, { to: 'workflow/run' })
const ended = (status: string): Event => signal('step.done', { step: 0, status })
const newGroup = signal(
  'group.create',
  { mode: 'parallel', sealed: true, tasks: [{ id: 'a', create: { task: 't', input: null } }] },
  { to: 'group/g' },
)
const plan = compile({
  steps: [{ name: 'a', task: 't', after: [], lanes: [] }],
  lanes: [],
  onFailure: 'continue',
})

const schedule = signal(
  'schedule.create',
  { create: { task: 't' }, missed: 'once', overlap: 'allow', grace: 1_000 },
  { to: 'schedule/s' },
)
const fire = (asked: number, due: number[], next: number | null): Event =>
  signal('schedule.fire', { turn: asked, due, passed: 0, upTo: 1_000, next }, { to: 'schedule/s' })

const gate = signal('gate.open', { expires: 1_000 }, { to: 'gate/g' })

const budget = signal('budget.open', { limits: { tokens: 1 } }, { to: 'budget/b' })
const spend = signal('budget.spend', { amounts: { tokens: 1 } })

const value = signal('context.set', { value: 1 }, { to: 'context/run/r/c/k' })

const talk = signal(
  'conversation.load',
  { at: 1_000, messages: 1, refused: 0, rate: { interval: 60, burst: 10 } },
  { to: 'conversation/c' },
)
const stopTalk = signal('conversation.stop', { by: 'ann', reason: 'enough' })

const lock = signal(
  'lock.acquire',
  { owner: 'ops', turn: 0, ask: '1', wait: true, lease: 1_000, room: 1 },
  { to: 'lock/l' },
)

const cases: Case[] = [
  {
    machine: contextMachine,
    id: 'context',
    cancel: ['context.delete', 'context.end'],
    failure: ['context.end'],
    exempt: {
      'absent context.delete': 'there is nothing yet',
      'absent context.end': 'there is nothing yet',
    },
    ways: {
      absent: [],
      present: [value],
      deleted: [value, signal('context.delete', {})],
      ended: [value, signal('context.end', {})],
    },
  },
  {
    machine: conversationMachine,
    id: 'conversation',
    // What ends it for now, and what lets it go on; nothing of it can fail, it is told what was refused.
    cancel: ['conversation.stop', 'conversation.resume'],
    failure: ['conversation.load'],
    exempt: { 'pending conversation.stop': 'nobody has said anything yet' },
    ways: {
      pending: [],
      running: [talk],
      stopped: [talk, stopTalk],
      ended: [talk, signal('conversation.end', { messages: 1 })],
    },
  },
  {
    machine: taskMachine,
    id: 'task',
    cancel: ['task.cancel'],
    failure: ['task.failed', 'task.fail'],
    exempt: {
      'pending task.failed': 'nothing runs that could fail',
      'scheduled task.failed': 'nothing runs that could fail',
      'queued task.failed': 'nothing runs that could fail',
      'retrying task.failed': 'the attempt has failed already; the next one has not begun',
      'dead task.failed': 'nothing runs that could fail',
    },
    ways: {
      pending: [],
      scheduled: [signal('task.create', { startAt: 2000 })],
      queued: [signal('task.create', {})],
      running: [create],
      retrying: [retrying, signal('task.failed', turn)],
      held: [hold, signal('task.interrupted', { clean: false })],
      dead: [born({ mail: { type: 'task', from: 'agent/b', path: [] } }), signal('task.failed', turn)],
      completed: [create, signal('task.done', turn)],
      failed: [create, signal('task.failed', turn)],
      cancelled: [create, signal('task.cancel', {})],
      blocked: [signal('task.create', { blocked: { by: 'a', code: 'X' } })],
    },
  },
  {
    machine: agentMachine,
    id: 'agent',
    cancel: ['agent.stop'],
    failure: ['agent.fail'],
    exempt: {
      'offline agent.fail': 'no process holds its code, so nothing of it can fail',
      'error agent.fail': 'it has failed already',
      'restarting agent.fail': 'it has failed already; the next warm-up has not begun',
      'quarantined agent.fail': 'it has failed already',
    },
    ways: {
      offline: [],
      idle: [signal('agent.online', { ready: false })],
      ready: [online],
      busy: [online, signal('agent.load', { running: 1, done: 0, failed: 0, busyMs: 0 })],
      paused: [online, signal('agent.pause', {})],
      error: [online, signal('agent.fail', { error: turn.error })],
      restarting: [supervised(1), online, signal('agent.fail', { error: turn.error })],
      quarantined: [supervised(0), online, signal('agent.fail', { error: turn.error })],
      stopped: [signal('agent.stop', {})],
    },
  },
  {
    machine: graphMachine,
    id: 'workflow',
    input: { plan },
    cancel: ['workflow.cancel'],
    failure: ['fault', 'step.done'],
    exempt: {
      'pending fault': 'no step has been asked for, so none can fail',
      'cancelling workflow.cancel': 'it is being cancelled already',
    },
    ways: {
      pending: [],
      running: [startRun],
      paused: [startRun, signal('workflow.pause', {})],
      cancelling: [startRun, signal('workflow.cancel', {})],
      completed: [startRun, ended('completed')],
      failed: [startRun, ended('failed')],
      cancelled: [startRun, signal('workflow.cancel', {}), ended('cancelled')],
    },
  },
  {
    machine: groupMachine,
    id: 'group',
    cancel: ['group.cancel'],
    failure: ['step.done'],
    exempt: {
      'pending step.done': 'it has no tasks, so none can fail',
      'cancelling group.cancel': 'it is being cancelled already',
    },
    ways: {
      pending: [],
      running: [newGroup],
      cancelling: [newGroup, signal('group.cancel', {})],
      completed: [newGroup, ended('completed')],
      failed: [newGroup, ended('failed')],
      cancelled: [newGroup, signal('group.cancel', {}), ended('cancelled')],
    },
  },
  {
    machine: scheduleMachine,
    id: 'schedule',
    cancel: ['schedule.remove'],
    failure: ['schedule.fail', 'step.done'],
    exempt: {
      'pending schedule.remove': 'it is not created yet',
      'pending schedule.fail': 'it is not created yet',
    },
    ways: {
      pending: [],
      due: [schedule],
      waiting: [schedule, fire(1, [], 1_000)],
      paused: [schedule, signal('schedule.pause', {})],
      finishing: [schedule, fire(1, [500], null)],
      completed: [schedule, fire(1, [], null)],
      removed: [schedule, signal('schedule.remove', {})],
    },
  },
  {
    machine: gateMachine,
    id: 'gate',
    cancel: ['gate.cancel'],
    failure: ['gate.reject', 'gate.expired'],
    exempt: {
      'pending gate.cancel': 'it is not opened yet',
      'pending gate.reject': 'it is not opened yet',
    },
    ways: {
      pending: [],
      open: [gate],
      approved: [gate, signal('gate.approve', { by: 'ann' })],
      rejected: [gate, signal('gate.reject', { by: 'ann', reason: 'no' })],
      expired: [gate, { type: 'gate.expired' }],
      cancelled: [gate, signal('gate.cancel', {})],
    },
  },
  {
    machine: projectMachine,
    id: 'project',
    cancel: ['project.close', 'project.reopen'],
    failure: ['project.count'],
    exempt: {
      'pending project.close': 'it is not opened yet',
      'pending project.count': 'it is not opened yet',
    },
    ways: {
      pending: [],
      open: [signal('project.open', {}, { to: 'project/p' })],
      closed: [signal('project.open', {}, { to: 'project/p' }), signal('project.close', { by: 'sue' })],
    },
  },
  {
    machine: budgetMachine,
    id: 'budget',
    cancel: ['budget.close'],
    // What fails is an attempt, and what that has left behind is settled.
    failure: ['budget.settle'],
    exempt: {
      'pending budget.close': 'it is not opened yet',
      'pending budget.settle': 'it is not opened yet',
    },
    ways: {
      pending: [],
      open: [budget],
      exhausted: [budget, spend],
      closed: [budget, signal('budget.close', {})],
    },
  },
  {
    machine: postMachine,
    id: 'post',
    // It begins and ends with one message: there is no time in which it could be called off, or fail.
    cancel: ['post.send'],
    failure: ['post.send'],
    exempt: {},
    ways: {
      written: [],
      sent: [signal('post.send', { create: { task: 't', input: null }, recipients: [] }, { to: 'post/p' })],
    },
  },
  {
    machine: lockMachine,
    id: 'lock',
    // It is never over; what ends a hold, and how one is lost, is what can be done to it.
    cancel: ['lock.release', 'lock.revoke', 'lock.break'],
    failure: ['lock.expired'],
    exempt: {
      'free lock.release': 'nobody has it who could give it back',
      'free lock.expired': 'nobody has it, so nobody has it for too long',
    },
    ways: { free: [], held: [lock] },
  },
  {
    machine: queueMachine,
    id: 'queue',
    // It is never over; what stops its work, and what lets it go on, is what can be done to it.
    cancel: ['queue.drain', 'queue.resume'],
    failure: ['queue.pause', 'queue.resume'],
    exempt: {},
    ways: {
      active: [],
      paused: [signal('queue.pause', {})],
      draining: [signal('queue.drain', {})],
    },
  },
  {
    machine: hubMachine,
    id: 'hub',
    cancel: ['hub.close'],
    failure: ['hub.fail'],
    exempt: {},
    ways: {
      recovering: [],
      running: [{ type: 'hub.start' }],
      draining: [{ type: 'hub.start' }, { type: 'hub.drain' }],
      closed: [{ type: 'hub.close' }],
      failed: [{ type: 'hub.fail' }],
    },
  },
]

const PERMITTED = ['xstate.assign', 'xstate.emit', 'xstate.raise', 'xstate.cancel', 'xstate.enqueueActions']

describe.each(cases)('the $id machine', ({ machine, id, cancel, failure, exempt, ways, input }) => {
  const at = (state: string): AnyMachineSnapshot => sendAll(start(machine, input), ways[state] ?? []).snapshot

  it('keeps its id and its version', () => {
    expect([machine.id, machine.version]).toEqual([id, '1'])
    expect(states(machine).map(state => state.id)).toEqual(Object.keys(ways).map(state => `${id}.${state}`))
  })

  it('says what each state means', () => {
    expect(machine.root.description).toMatch(/^.{20,}$/)
    const mute = states(machine).filter(
      ({ meta }) => !/^[A-Z].*\.$/.test((meta as { description?: string } | undefined)?.description ?? ''),
    )
    expect(mute.map(({ key }) => key)).toEqual([])
  })

  it('bounds what one event may set going', () => {
    expect(machine.options?.maxIterations ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(100)
  })

  it('takes no event by wildcard', () => {
    expect(declared(machine).filter(name => name.includes('*'))).toEqual([])
  })

  it('does nothing but assign, emit, raise and cancel', () => {
    const known = machine.implementations.actions as unknown as Record<string, { type: string }>
    expect(Object.values(known).filter(({ type }) => !PERMITTED.includes(type))).toEqual([])
    expect([machine.root, ...states(machine)].flatMap(({ invoke }) => invoke)).toEqual([])
  })

  it('handles cancel and failure in every state that is not final, or says why not', () => {
    const missing = states(machine)
      .filter(({ type }) => type !== 'final')
      .flatMap(({ key, ownEvents }) =>
        [cancel, failure]
          .filter(either => !either.some(event => ownEvents.includes(event)))
          .map(([event]) => `${key} ${event}`),
      )
    expect(missing.toSorted()).toEqual(Object.keys(exempt).toSorted())
  })

  it('can be in each of its states', () => {
    for (const state of Object.keys(ways)) expect(at(state).value).toBe(state)
  })

  it('leaves the snapshot as it is, and does nothing, on an event that the state does not take', () => {
    let refused = 0
    for (const { key, ownEvents } of states(machine)) {
      for (const type of eventsOf(machine).filter(event => !ownEvents.includes(event))) {
        const before = at(key)
        const { snapshot, commands, taken } = send(before, signal(type, turn))
        expect({ type, key, same: snapshot === before, commands, taken }).toEqual({
          type,
          key,
          same: true,
          commands: [],
          taken: [],
        })
        refused++
      }
    }
    // A post has one event in all, and takes it in one state of two.
    expect(refused).toBeGreaterThanOrEqual(id === 'post' ? 1 : 3)
  })

  it('counts as untaken what no row takes', () => {
    expect(untaken(start(machine, input), [])).toEqual(declared(machine))
    expect(declared(machine).length).toBeGreaterThanOrEqual(eventsOf(machine).length)
  })
})

/** A workflow with every sort of node: all that a compiled one can be told. */
const t = task('t')
const child = workflow('child').step('inner', t)
const everything = workflow('everything')
  .step('pivot', t, { pivot: true, compensate: t })
  .step('gate', gateOf())
  .step('run', child)
  .map('map', () => [1], t)
  .branch('branch', of => of.otherwise('all', row => row.step('case', t)))
  .loop('loop', row => row.step('round', t), { while: () => false, max: 2 })
  .wait('signal', { signal: signalOf('go'), timeout: '1h' })

/** What the hub does itself: a run of whatever definition can be ended, also where that is not known. */
const BY_THE_HUB: ReadonlySet<string> = new Set(['workflow.terminate'])
/** What a state is called that is not at the root of a chart: see `phaseOf`. */
const CALLED: ReadonlySet<string> = new Set(['paused', 'held'])

describe.each([...KINDS_THAT_ACT])(
  'the $kind kind',
  ({ kind, machine, messages, creates, public: open, names }) => {
    const machines = kind === 'workflow' ? [machine, everything.machine] : [machine]
    const events = [...new Set(machines.flatMap(eventsOf))].toSorted()
    const known = new Set(machines.flatMap(states).map(({ key }) => key))

    it('has a schema for every event of its machine, and no other', () => {
      const own = Object.keys(messages as Record<string, z.ZodType>).filter(type => !BY_THE_HUB.has(type))
      expect(own.toSorted()).toEqual(events)
    })

    it('is created by an event of its first state, which clients may not send', () => {
      expect(Object.keys(messages)).toContain(creates)
      for (const each of machines) {
        const first = states(each).find(({ key }) => key === each.root.initial.target[0]?.key)
        expect(first?.ownEvents).toContain(creates)
      }
      expect(open).not.toContain(creates)
    })

    it('lets clients send nothing that its machine does not know', () => {
      expect(open.filter(type => !events.includes(type) && !BY_THE_HUB.has(type))).toEqual([])
    })

    it('gives names to states that exist', () => {
      const named = Object.keys(names).flatMap(name => name.split(' > '))
      expect(named.filter(name => !known.has(name) && !CALLED.has(name))).toEqual([])
    })
  },
)
