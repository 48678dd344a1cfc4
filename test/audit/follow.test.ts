// How signals become counts: every task by the last state it was told to be in.
// Never in here: drawing.
import { expect, test } from 'vitest'
import { Board } from '../../examples/audit/follow.ts'

const signal = (id: string, toState: string | null) => ({ to: `task/audit/${id}` as const, toState })

test('a task is counted once, whatever it went through', () => {
  const board = new Board([
    { id: 'qa.tests-1', role: 'qa' },
    { id: 'qa.tests-2', role: 'qa' },
    { id: 'docs.links-1', role: 'docs' },
  ])
  for (const state of [
    'running',
    'held',
    'queued',
    'running',
    'retrying',
    'running',
    'completed',
    'completed',
  ])
    board.see(signal('qa.tests-1', state))
  for (const state of ['running', 'failed']) board.see(signal('docs.links-1', state))
  for (const state of ['queued', 'running']) board.see(signal('qa.tests-2', state))
  expect(board.progress).toEqual({
    done: 1,
    running: 1,
    failed: 1,
    current: ['qa.tests-2'],
    perRole: { qa: { total: 2, done: 1, failed: 0 }, docs: { total: 1, done: 0, failed: 1 } },
  })
})

test('signals of others, and those that changed nothing, are not counted', () => {
  const board = new Board([{ id: 'report', role: 'docs' }])
  board.see({ to: 'workflow/audit', toState: 'running' })
  board.see({ to: 'agent/report', toState: 'running' })
  board.see(signal('absent', 'completed'))
  board.see(signal('report', null))
  expect(board.progress).toMatchObject({ done: 0, running: 0, failed: 0, current: [] })
})
