import { describe, expect, it } from 'vitest'
import { MAX_INTERRUPTIONS, taskMachine } from '../../src/machines/task.ts'
import type { Command } from '../../src/messages/command.ts'
import type { Signal } from '../../src/messages/signal.ts'
import { play, promised, sendAll, send, signal, start, untaken, type Row } from './drive.ts'

const retry = { maxAttempts: 3, initialInterval: 100, backoff: 2, maxInterval: 1000, jitter: 'none' }
const oops = { name: 'Error', message: 'oops', code: 'HANDLER_FAILED' }
const cancelled = { name: 'Cancelled', message: 'cancelled', code: 'CANCELLED' }
const interruption = {
  name: 'Interrupted',
  message: 'the process ended while the handler ran',
  code: 'INTERRUPTED',
}

const create = (more: object = {}, meta: Partial<Signal> = {}): Signal =>
  signal('task.create', { task: 't', input: null, ...more }, meta)
const assigned: Partial<Signal> = { stamp: { agent: 'agent/a' } }
const child = { parent: 'workflow/run', step: 4 }
const begin = signal('task.start', { agent: 'agent/b' }, { at: 2000 })
const done = (turn: number): Signal => signal('task.done', { turn, output: 'out' }, { at: 3000 })
const failed = (turn: number, error: object = oops): Signal =>
  signal('task.failed', { turn, error, random: 0.5 }, { at: 3000 })
const interrupted = (clean = false): Signal => signal('task.interrupted', { clean }, { at: 3000 })
const cancel = (data: object = {}): Signal => signal('task.cancel', data, { at: 4000 })
const progress = (turn: number, note?: string): Signal =>
  signal('task.progress', { turn, percent: 40, ...(note === undefined ? {} : { note }) })
const recorded = (turn: number): Signal => signal('task.recorded', { turn, name: 'push', value: 1 })
const again = signal('task.retry', {}, { at: 4000 })
const giveUp = signal('task.fail', { reason: 'no use' }, { at: 4000 })
const due = (state: string): { type: string; at: number } => ({
  type: `xstate.after.untilNext.task.${state}`,
  at: 5000,
})

const timer = (state: string, delay: number): Command => ({
  type: 'timer.set',
  id: due(state).type,
  delay,
  event: due(state).type,
})
const unset = (state: string): Command => ({ type: 'timer.cancel', id: due(state).type })
const effect = (turn: number): Command => ({ type: 'effect.start', turn })
const told = (status: string, error?: object): Command => ({
  type: 'send',
  to: 'workflow/run',
  event: 'step.done',
  data: error === undefined ? { step: 4, status } : ({ step: 4, status, error } as never),
})

const running = [create({ retry }, assigned)]
const runningChild = [create({ retry, ...child }, assigned)]
const scheduled = [create({ startAt: 1500 })]
const retrying = [...running, failed(1)]
const held = [create({ onInterrupted: 'hold', ...child }, assigned), interrupted()]
const secondTurn = [...running, failed(1), due('retrying'), begin]

/** Interrupted once less than it may be, and running again. */
const fragile = (spec: object): Signal[] => [
  create(spec, assigned),
  ...Array.from({ length: MAX_INTERRUPTIONS - 1 }, () => [interrupted(), begin]).flat(),
]

const rows: Row[] = [
  // ---- creation decides where it goes
  {
    promise: 'a task whose dependency failed ends at once as blocked, with the reason',
    given: [],
    when: create({ ...child, blocked: { by: 'build', code: 'HANDLER_FAILED' } }),
    to: 'blocked',
    context: {
      error: {
        name: 'Blocked',
        message: 'blocked: build ended with HANDLER_FAILED',
        code: 'DEPENDENCY_FAILED',
      },
      createdAt: 1000,
      endedAt: 1000,
    },
  },
  {
    promise: 'a task for later waits for its time',
    given: [],
    when: create({ startAt: 1500 }),
    to: 'scheduled',
    context: { delay: 500, createdAt: 1000 },
    commands: [timer('scheduled', 500)],
  },
  {
    promise: 'a task for a time that has passed does not wait for it',
    given: [],
    when: create({ startAt: 900 }),
    to: 'queued',
    context: { delay: 0 },
  },
  {
    promise: 'a task that was given a free agent runs at once',
    given: [],
    when: create({}, assigned),
    to: 'running',
    context: { agent: 'agent/a', turn: 1, attempts: 1, startedAt: 1000, createdAt: 1000 },
    commands: [effect(1)],
  },
  {
    promise: 'a task without a free agent waits for one',
    given: [],
    when: create({ metadata: { team: 'red' } }),
    to: 'queued',
    context: { agent: null, turn: 0, spec: { metadata: { team: 'red' } } },
  },
  {
    promise: 'a task that only one agent may do waits until that agent has room',
    given: [],
    when: create({ agent: 'agent/a' }),
    to: 'queued',
    context: { agent: null, turn: 0 },
  },
  {
    promise: 'a task can be cancelled before it is created',
    given: [],
    when: cancel(),
    to: 'cancelled',
    context: { error: cancelled, endedAt: 4000 },
  },
  // ---- waiting
  {
    promise: 'a scheduled task is queued when its time comes',
    given: scheduled,
    when: due('scheduled'),
    to: 'queued',
    commands: [unset('scheduled')],
  },
  {
    promise: 'a scheduled task can be cancelled, and its timer with it',
    given: [create({ startAt: 1500, ...child })],
    when: cancel({ reason: 'not today' }),
    to: 'cancelled',
    context: { error: { ...cancelled, message: 'not today' } },
    commands: [unset('scheduled'), told('cancelled', { ...cancelled, message: 'not today' })],
  },
  {
    promise: 'a queued task runs on the agent that the dispatcher chose',
    given: [create()],
    when: begin,
    to: 'running',
    context: { agent: 'agent/b', turn: 1, attempts: 1, startedAt: 2000, createdAt: 1000 },
    commands: [effect(1)],
  },
  {
    promise: 'a queued task can be cancelled, and its parent hears of it',
    given: [create(child)],
    when: cancel(),
    to: 'cancelled',
    commands: [told('cancelled', cancelled)],
  },
  // ---- running
  {
    promise: 'a task is done',
    given: running,
    when: done(1),
    to: 'completed',
    context: { progress: 100, endedAt: 3000 },
  },
  {
    promise: 'the parent hears that its step is done',
    given: runningChild,
    when: done(1),
    to: 'completed',
    commands: [told('completed')],
  },
  {
    promise: 'a failed attempt is tried again after the backoff',
    given: running,
    when: failed(1),
    to: 'retrying',
    context: { error: oops, delay: 100, agent: null, attempts: 1 },
    commands: [timer('retrying', 100)],
  },
  {
    promise: 'the backoff grows from attempt to attempt',
    given: secondTurn,
    when: failed(2),
    to: 'retrying',
    context: { delay: 200, attempts: 2 },
    commands: [timer('retrying', 200)],
  },
  {
    promise: 'the last attempt that fails fails the task',
    given: [create(child, assigned)],
    when: failed(1),
    to: 'failed',
    context: { error: oops, agent: null, endedAt: 3000 },
    commands: [told('failed', oops)],
  },
  {
    promise: 'a failure that a retry cannot mend is final',
    given: running,
    when: failed(1, { ...oops, retryable: false }),
    to: 'failed',
    context: { error: { ...oops, retryable: false }, attempts: 1 },
  },
  {
    promise: 'progress is kept with its note',
    given: running,
    when: progress(1, 'halfway'),
    to: 'running',
    context: { progress: 40, note: 'halfway' },
  },
  {
    promise: 'progress without a note keeps the last one',
    given: [...running, progress(1, 'halfway')],
    when: progress(1),
    to: 'running',
    context: { progress: 40, note: 'halfway' },
  },
  {
    promise: 'a recorded sub-step is taken and changes no progress',
    given: [...running, progress(1)],
    when: recorded(1),
    to: 'running',
    context: { progress: 40 },
  },
  {
    promise: 'a graceful close counts neither as an attempt nor as an interruption',
    given: running,
    when: interrupted(true),
    to: 'queued',
    context: { attempts: 0, interruptions: 0, agent: null },
  },
  {
    promise: 'a crash is counted apart from attempts, and the task waits again',
    given: running,
    when: interrupted(),
    to: 'queued',
    context: { attempts: 0, interruptions: 1, agent: null },
  },
  {
    promise: 'three crashes fail the task, and all three are counted',
    given: fragile(child),
    when: interrupted(),
    to: 'failed',
    context: { error: interruption, interruptions: 3, attempts: 0, agent: null },
    commands: [told('failed', interruption)],
  },
  {
    promise: 'a task that must not be repeated fails at the first crash',
    given: [create({ onInterrupted: 'fail' }, assigned)],
    when: interrupted(),
    to: 'failed',
    context: { error: interruption, interruptions: 1 },
  },
  {
    promise: 'even a task that must not be repeated survives a graceful close',
    given: [create({ onInterrupted: 'fail' }, assigned)],
    when: interrupted(true),
    to: 'queued',
  },
  {
    promise: 'a task that asks for an operator is held at a crash',
    given: [create({ onInterrupted: 'hold' }, assigned)],
    when: interrupted(),
    to: 'held',
    context: { interruptions: 1, agent: null },
  },
  {
    promise: 'a running task can be cancelled: its work is stopped, then its parent is told',
    given: runningChild,
    when: cancel(),
    to: 'cancelled',
    context: { error: cancelled },
    commands: [{ type: 'effect.stop', turn: 1, reason: 'cancelled' }, told('cancelled', cancelled)],
  },
  // ---- retrying and held
  {
    promise: 'after the backoff it waits for an agent again',
    given: retrying,
    when: due('retrying'),
    to: 'queued',
    commands: [unset('retrying')],
  },
  {
    promise: 'a task can be cancelled between its attempts, and its timer with it',
    given: retrying,
    when: cancel(),
    to: 'cancelled',
    commands: [unset('retrying')],
  },
  {
    promise: 'an operator lets a held task run again, with a clean slate',
    given: held,
    when: again,
    to: 'queued',
    context: { interruptions: 0, error: null },
  },
  {
    promise: 'an operator fails a held task',
    given: held,
    when: giveUp,
    to: 'failed',
    context: { error: { name: 'Failed', message: 'no use', code: 'TASK_FAILED' }, endedAt: 4000 },
    commands: [told('failed', { name: 'Failed', message: 'no use', code: 'TASK_FAILED' })],
  },
  {
    promise: 'a held task can be cancelled',
    given: held,
    when: cancel(),
    to: 'cancelled',
    commands: [told('cancelled', cancelled)],
  },
  // ---- stale turns
  { promise: 'the result of an earlier attempt is refused', given: secondTurn, when: done(1) },
  { promise: 'the failure of an earlier attempt is refused', given: secondTurn, when: failed(1) },
  { promise: 'the progress of an earlier attempt is refused', given: secondTurn, when: progress(1) },
  { promise: 'a sub-step of an earlier attempt is refused', given: secondTurn, when: recorded(1) },
  { promise: 'the result of an attempt to come is refused', given: running, when: done(2) },
  { promise: 'a late result is refused while it waits for its retry', given: retrying, when: done(1) },
  { promise: 'a late result is refused while it is held', given: held, when: done(1) },
  { promise: 'a second agent for a running task is refused', given: running, when: begin },
  { promise: 'a second creation is refused', given: running, when: create() },
  { promise: 'a finished task takes no result', given: [...running, done(1)], when: done(1) },
  { promise: 'a finished task cannot be cancelled', given: [...running, done(1)], when: cancel() },
  { promise: 'a timer of another state is refused', given: retrying, when: due('scheduled') },
]

describe('task', () => {
  it.each(rows)('$promise', row => {
    expect(play(start(taskMachine), row)).toEqual(promised(row))
  })

  it('every transition is taken by a row', () => {
    expect(untaken(start(taskMachine), rows)).toEqual([])
  })

  it('a task without a parent tells nobody how it ended', () => {
    const endings = [done(1), failed(1, { ...oops, retryable: false }), cancel(), interrupted()]
    for (const ending of endings) {
      const { commands } = send(sendAll(start(taskMachine), fragile({})).snapshot, ending)
      expect(commands.filter(({ type }) => type === 'send')).toEqual([])
    }
  })

  it('a new attempt begins without the progress of the last one', () => {
    const events = [...running, progress(1, 'halfway'), failed(1), due('retrying'), begin]
    const { snapshot, commands } = sendAll(start(taskMachine), events)
    expect(snapshot.context).toMatchObject({ progress: 0, note: null, turn: 2, attempts: 2 })
    expect(commands).toEqual([effect(2)])
  })

  it('a crash between attempts takes no attempt away', () => {
    const events = [...secondTurn, interrupted(), begin, failed(3), due('retrying'), begin, failed(4)]
    const { snapshot } = sendAll(start(taskMachine), events)
    expect(snapshot.value).toBe('failed')
    expect(snapshot.context).toMatchObject({ attempts: 3, interruptions: 1, turn: 4 })
  })
})
