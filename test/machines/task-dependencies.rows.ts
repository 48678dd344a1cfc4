/** Rows of the task machine for tasks that wait for others. */
import type { Signal } from '../../src/messages/signal.ts'
import { signal, type Row } from './drive.ts'
import { assigned, cancel, cancelled, child, create, due, timer, told, unset } from './task-events.ts'

const after = ['task/a', 'task/b']
const ended = (on: string, status = 'completed', reasons?: object): Signal =>
  signal('dependency.done', { on, status, ...(reasons === undefined ? {} : { reasons }) }, { at: 2000 })
const depend = (...more: string[]): Signal => signal('task.depend', { after: more }, { at: 1100 })

const reasons = [
  { task: 'b', code: 'DEPENDENCY_FAILED' },
  { task: 'z', code: 'HANDLER_FAILED', message: 'oops' },
]
const blocked = {
  name: 'Blocked',
  message: 'blocked: b ended with DEPENDENCY_FAILED',
  code: 'DEPENDENCY_FAILED',
  reasons,
}

export const dependencyRows: Row[] = [
  {
    promise: 'a task that depends on others waits for all of them, also where an agent is free',
    given: [],
    when: create({ after }, assigned),
    to: 'pending',
    context: { waitsFor: after, turn: 0, readyAt: 0 },
  },
  {
    promise: 'one of two that has completed leaves the other',
    given: [create({ after })],
    when: ended('task/a'),
    to: 'pending',
    context: { waitsFor: ['task/b'] },
  },
  {
    promise: 'with the last of them it is ready',
    given: [create({ after }), ended('task/a')],
    when: ended('task/b'),
    to: 'queued',
    context: { waitsFor: [], readyAt: 2000 },
  },
  {
    promise: 'where its time has not come it waits for that as well',
    given: [create({ after: ['task/a'], startAt: 2500 })],
    when: ended('task/a'),
    to: 'scheduled',
    context: { waitsFor: [], delay: 500 },
    commands: [timer('scheduled', 500)],
  },
  {
    promise: 'what it does not wait for it does not hear',
    given: [create({ after })],
    when: ended('task/other'),
  },
  {
    promise: 'what it has heard of once it does not hear again',
    given: [create({ after }), ended('task/a')],
    when: ended('task/a', 'failed'),
  },
  {
    promise:
      'one that did not complete blocks it at once, with all that stood in the way, and its parent hears of it',
    given: [create({ after, parent: 'group/g', step: 4 })],
    when: ended('task/b', 'blocked', reasons),
    to: 'blocked',
    context: { error: blocked, endedAt: 2000 },
    commands: [{ ...told('blocked', blocked), to: 'group/g' } as never],
  },
  {
    promise: 'a graph hears of it as of a failure',
    given: [create({ after, ...child })],
    when: ended('task/b', 'blocked', reasons),
    to: 'blocked',
    commands: [told('failed', blocked)],
  },
  {
    promise: 'a task that waits is given more to wait for, each once',
    given: [create({ after })],
    when: depend('task/b', 'task/c'),
    to: 'pending',
    context: { waitsFor: ['task/a', 'task/b', 'task/c'] },
  },
  {
    promise: 'a queued task goes back to waiting',
    given: [create()],
    when: depend('task/a'),
    to: 'pending',
    context: { waitsFor: ['task/a'] },
  },
  {
    promise: 'a scheduled task goes back to waiting, and its timer with it',
    given: [create({ startAt: 1500 })],
    when: depend('task/a'),
    to: 'pending',
    context: { waitsFor: ['task/a'] },
    commands: [unset('scheduled')],
  },
  { promise: 'nothing waits before it is created', given: [], when: depend('task/a') },
  {
    promise: 'a task that works is given nothing more to wait for',
    given: [create({}, assigned)],
    when: depend('task/a'),
  },
  {
    promise: 'a task that waits for others can be cancelled',
    given: [create({ after, ...child })],
    when: cancel(),
    to: 'cancelled',
    context: { error: cancelled },
    commands: [told('cancelled', cancelled)],
  },
  {
    promise: 'its time comes after what it waited for',
    given: [create({ after: ['task/a'], startAt: 2500 }), ended('task/a')],
    when: due('scheduled'),
    to: 'queued',
    context: { readyAt: 5000 },
    commands: [unset('scheduled')],
  },
]
