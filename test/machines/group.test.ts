/** The group machine: every state, every transition, every branch of a guard. */
import { describe, expect, it } from 'vitest'
import { groupMachine, type GroupContext } from '../../src/machines/group.ts'
import { STEP_STATES } from '../../src/machines/graph-state.ts'
import type { Command } from '../../src/messages/command.ts'
import type { Signal } from '../../src/messages/signal.ts'
import { play, promised, sendAll, signal, start, untaken, type Row } from './drive.ts'

const oops = { name: 'Error', message: 'oops', code: 'HANDLER_FAILED' }
const child = (id: string, more: object = {}): object => ({ id, create: { task: 't', input: id, ...more } })
const create = (more: object = {}): Signal =>
  signal(
    'group.create',
    { mode: 'parallel', sealed: true, tasks: [child('a'), child('b')], ...more },
    { to: 'group/g', at: 1000 },
  )
const add = (...ids: string[]): Signal => signal('group.add', { tasks: ids.map(id => child(id)) })
const seal = signal('group.seal', {}, { at: 3000 })
const cancel = signal('group.cancel', { reason: 'enough' }, { at: 4000 })
const ended = (step: number, status = 'completed', error?: object): Signal =>
  signal(
    'step.done',
    { step, status, ...(error === undefined ? {} : { error }) },
    { at: 2000, causationId: 10 + step },
  )
const born = (id: string, step: number, more: object = {}, extra: object = {}): Command => ({
  type: 'send',
  to: `task/${id}`,
  event: 'task.create',
  data: { task: 't', input: id, ...more, parent: 'group/g', step } as never,
  ...extra,
})
const stop = (id: string): Command => ({
  type: 'send',
  to: `task/${id}`,
  event: 'task.cancel',
  data: { reason: 'enough' },
})

const rows: Row[] = [
  {
    promise: 'a group brings all of its tasks to life, as children of its own',
    given: [],
    when: create({ metadata: { of: 'x' } }),
    to: 'running',
    context: { id: 'g', names: ['a', 'b'], living: 2, sealed: true, createdAt: 1000, metadata: { of: 'x' } },
    commands: [born('a', 0), born('b', 1)],
  },
  {
    promise: 'its limit is that of all of them together, and a task may have a priority of its own',
    given: [],
    when: create({ concurrency: 3, tasks: [{ ...child('a'), priority: 'high' }] }),
    to: 'running',
    context: { concurrency: 3 },
    commands: [born('a', 0, { lane: { name: 'group/g', limit: 3 } }, { priority: 'high' })],
  },
  {
    promise: 'in a sequence each waits for the one before it, once, beside what it names itself',
    given: [],
    when: create({
      mode: 'sequence',
      tasks: [child('a', { after: ['task/x'] }), child('b', { after: ['task/y', 'task/a'] })],
    }),
    to: 'running',
    commands: [born('a', 0, { after: ['task/x'] }), born('b', 1, { after: ['task/a', 'task/y'] })],
  },
  {
    promise: 'a group of nothing has completed',
    given: [],
    when: create({ tasks: [] }),
    to: 'completed',
    context: { endedAt: 1000 },
  },
  {
    promise: 'an open group of nothing waits for tasks',
    given: [],
    when: create({ tasks: [], sealed: false }),
    to: 'running',
  },
  {
    promise: 'a group can be cancelled before it is created',
    given: [],
    when: cancel,
    to: 'cancelled',
    context: { reason: 'enough', endedAt: 4000 },
  },
  {
    promise: 'a task that ended is counted, with where it says how',
    given: [create()],
    when: ended(1),
    to: 'running',
    context: { living: 1, completed: 1 },
  },
  {
    promise: 'with the last of them it has completed',
    given: [create(), ended(1)],
    when: ended(0),
    to: 'completed',
    context: { living: 0, completed: 2, endedAt: 2000 },
  },
  {
    promise: 'the first failure is kept, and the group goes on',
    given: [create({ tasks: [child('a'), child('b'), child('c')] }), ended(0, 'failed', oops)],
    when: ended(1, 'failed', { ...oops, message: 'later' }),
    to: 'running',
    context: { failed: 2, error: { task: 'a', error: oops } },
  },
  {
    promise: 'where one did not complete the group has failed, when all are over',
    given: [create(), ended(0)],
    when: ended(1, 'blocked', { ...oops, code: 'DEPENDENCY_FAILED' }),
    to: 'failed',
    context: { completed: 1, blocked: 1, error: null },
  },
  {
    promise: 'a task cancelled by itself fails the group',
    given: [create({ tasks: [child('a')] })],
    when: ended(0, 'cancelled'),
    to: 'failed',
    context: { cancelled: 1 },
  },
  { promise: 'what ended once does not end again', given: [create(), ended(0)], when: ended(0) },
  { promise: 'nobody else is a task of its', given: [create()], when: ended(7) },
  {
    promise: 'an open group stays when all of its tasks have ended',
    given: [create({ sealed: false }), ended(0)],
    when: ended(1),
    to: 'running',
    context: { living: 0 },
  },
  {
    promise: 'an open group takes more, in the next places, and in a sequence behind the last',
    given: [create({ sealed: false, mode: 'sequence', tasks: [child('a')] })],
    when: add('b', 'c'),
    to: 'running',
    context: { names: ['a', 'b', 'c'], living: 3 },
    commands: [born('b', 1, { after: ['task/a'] }), born('c', 2, { after: ['task/b'] })],
  },
  { promise: 'a sealed group takes no more', given: [create()], when: add('c') },
  { promise: 'a sealed group is sealed', given: [create()], when: seal },
  {
    promise: 'sealed, it ends with what has ended',
    given: [create({ sealed: false }), ended(0), ended(1, 'failed', oops)],
    when: seal,
    to: 'failed',
    context: { endedAt: 3000 },
  },
  {
    promise: 'sealed, it waits for what lives',
    given: [create({ sealed: false })],
    when: seal,
    to: 'running',
    context: { sealed: true },
  },
  {
    promise: 'a cancelled group cancels what lives of it, and waits for that',
    given: [create({ sealed: false, tasks: [child('a'), child('b'), child('c')] }), ended(1)],
    when: cancel,
    to: 'cancelling',
    context: { reason: 'enough', sealed: true },
    commands: [stop('a'), stop('c')],
  },
  {
    promise: 'a cancelled group of which nothing lives is over',
    given: [create({ sealed: false, tasks: [] })],
    when: cancel,
    to: 'cancelled',
    context: { endedAt: 4000 },
  },
  {
    promise: 'it waits for each of them',
    given: [create(), cancel],
    when: ended(0, 'cancelled'),
    to: 'cancelling',
    context: { living: 1, cancelled: 1 },
  },
  {
    promise: 'when all have stopped it is cancelled, also where one was done before it heard',
    given: [create(), cancel, ended(0, 'cancelled')],
    when: ended(1),
    to: 'cancelled',
    context: { completed: 1, cancelled: 1, endedAt: 2000 },
  },
  { promise: 'a group that is being cancelled takes no more', given: [create(), cancel], when: add('c') },
]

describe('group', () => {
  it.each(rows)('$promise', row => {
    expect(play(start(groupMachine), row)).toEqual(promised(row))
  })

  it('every transition is taken by a row', () => {
    expect(untaken(start(groupMachine), rows)).toEqual([])
  })

  it('knows of each task how it ended, and which record says so', () => {
    const { snapshot } = sendAll(start(groupMachine), [create(), ended(1, 'failed', oops), ended(0)])
    const { status, refs } = snapshot.context as GroupContext
    expect([0, 1].map(step => [STEP_STATES[status.get(step)], refs.get(step)])).toEqual([
      ['completed', 10],
      ['failed', 11],
    ])
  })
})
