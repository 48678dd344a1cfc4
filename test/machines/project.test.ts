/** The project machine: every state and every transition. */
import { describe, expect, it } from 'vitest'
import { MAX_PHASES, projectMachine } from '../../src/machines/project.ts'
import type { Signal } from '../../src/messages/signal.ts'
import { play, promised, sendAll, signal, start, untaken, type Row } from './drive.ts'

const open = signal('project.open', {}, { at: 5 })
const join = (member: string): Signal => signal('project.join', { member })
const phase = (name: string): Signal =>
  signal('project.phase', { phase: name, by: 'sue', why: 'it is time' }, { at: 7 })
const note = (set: object): Signal => signal('project.metadata', { set, by: 'sue' })
const count = (more: object): Signal => signal('project.count', { tasks: {}, runs: {}, over: [], ...more })
const close = signal('project.close', { by: 'sue' }, { at: 9 })
const reopen = signal('project.reopen', { by: 'sue' })

const rows: Row[] = [
  { promise: 'is opened', given: [], when: open, to: 'open', context: { openedAt: 5, members: [] } },
  {
    promise: 'takes up what is begun for it',
    given: [open, join('task/a')],
    when: join('workflow/b'),
    to: 'open',
    context: { members: ['task/a', 'workflow/b'] },
  },
  { promise: 'takes nothing up twice', given: [open, join('task/a')], when: join('task/a') },
  {
    promise: 'keeps its phases, with who, why and when',
    given: [open, phase('plan')],
    when: phase('build'),
    to: 'open',
    context: {
      phases: [
        { phase: 'plan', by: 'sue', why: 'it is time', at: 7 },
        { phase: 'build', by: 'sue', why: 'it is time', at: 7 },
      ],
    },
  },
  {
    promise: 'adds to what is known of it, and null takes a name away',
    given: [open, note({ client: 'acme', year: 2026 })],
    when: note({ year: null, city: 'Oslo' }),
    to: 'open',
    context: { metadata: { client: 'acme', city: 'Oslo' } },
  },
  {
    promise: 'adds up what ended, and forgets what is over',
    given: [open, join('task/a'), join('task/b'), count({ tasks: { completed: 2, failed: 1 } })],
    when: count({ tasks: { completed: 1 }, runs: { cancelled: 1 }, over: ['task/a'] }),
    to: 'open',
    context: { tasks: { completed: 3, failed: 1 }, runs: { cancelled: 1 }, members: ['task/b'] },
  },
  { promise: 'is closed', given: [open], when: close, to: 'closed', context: { closedAt: 9 } },
  { promise: 'takes nothing up that is closed', given: [open, close], when: join('task/a') },
  { promise: 'changes no phase that is closed', given: [open, close], when: phase('build') },
  {
    promise: 'counts what ends after it was closed',
    given: [open, close],
    when: count({ tasks: { completed: 1 } }),
    to: 'closed',
    context: { tasks: { completed: 1 } },
  },
  { promise: 'is opened again', given: [open, close], when: reopen, to: 'open', context: { closedAt: 0 } },
]

describe('project', () => {
  it.each(rows)('$promise', row => {
    expect(play(start(projectMachine), row)).toEqual(promised(row))
  })

  it('every transition is taken by a row', () => {
    expect(untaken(start(projectMachine), rows)).toEqual([])
  })

  it('keeps the latest phases only', () => {
    const many = Array.from({ length: MAX_PHASES + 5 }, (_, n) => phase(`p${n}`))
    const { phases } = sendAll(start(projectMachine), [open, ...many]).snapshot.context as {
      phases: { phase: string }[]
    }
    expect(phases).toHaveLength(MAX_PHASES)
    expect(phases[0]?.phase).toBe('p5')
  })
})
