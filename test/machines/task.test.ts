/** The task machine: every state, every transition, every branch of a guard. */
import { describe, expect, it } from 'vitest'
import { taskMachine } from '../../src/machines/task.ts'
import { play, promised, signal, start, untaken, type Row } from './drive.ts'
import {
  oops,
  cancelled,
  interruption,
  create,
  assigned,
  child,
  begin,
  done,
  failed,
  interrupted,
  cancel,
  progress,
  recorded,
  again,
  giveUp,
  due,
  timer,
  unset,
  effect,
  told,
  running,
  runningChild,
  scheduled,
  retrying,
  held,
  secondTurn,
  fragile,
} from './task-events.ts'
import { dependencyRows } from './task-dependencies.rows.ts'
import { effectRows } from './task-effects.rows.ts'
import { handOffRows } from './task-hand-off.rows.ts'
import { letterRows } from './task-letters.rows.ts'
import { timeoutRows } from './task-timeouts.rows.ts'

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
    promise: 'a queued task that waited for one agent goes to any of its role',
    given: [create({ agent: 'agent/a', timeout: 5 })],
    when: signal('task.reassign', { agent: null, role: 'dev', reason: 'agent/a is quarantined' }),
    to: 'queued',
    context: { spec: { task: 't', input: null, timeout: 5, role: 'dev' } },
  },
  {
    promise: 'a queued task that waited for one agent goes to another one',
    given: [create({ agent: 'agent/a' })],
    when: signal('task.reassign', { agent: 'agent/b', reason: 'agent/a is quarantined' }),
    to: 'queued',
    context: { spec: { task: 't', input: null, agent: 'agent/b' } },
  },
  {
    promise: 'a queued task that anybody may do is not given to others',
    given: [create()],
    when: signal('task.reassign', { agent: null, reason: 'agent/a is quarantined' }),
  },
  {
    promise: 'a message is not given to others',
    given: [create({ agent: 'agent/a', mail: { type: 'task', from: 'client/c', path: [] } })],
    when: signal('task.reassign', { agent: null, reason: 'agent/a is quarantined' }),
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
  // ---- waiting for others
  ...dependencyRows,
  // ---- not in time
  ...timeoutRows,
  // ---- messages to agents
  ...letterRows,
  // ---- effects
  ...effectRows,
  // ---- handed on
  ...handOffRows,
]

describe('task', () => {
  it.each(rows)('$promise', row => {
    expect(play(start(taskMachine), row)).toEqual(promised(row))
  })

  it('every transition is taken by a row', () => {
    expect(untaken(start(taskMachine), rows)).toEqual([])
  })
})
