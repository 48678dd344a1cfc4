/** What the invariants say of groups and of who is told what complains of what it is there for. */
import { describe, expect, test } from 'vitest'
import type { Json, Signal } from 'stator'
import type { Command } from '../../src/messages/command.ts'
import { Awaited } from '../../src/testing/invariants/awaited.ts'
import { familyFaults } from '../../src/testing/invariants/families.ts'
import type { Move } from '../../src/testing/invariants/shade.ts'
import type { Shadow } from '../../src/testing/invariants/shadow.ts'

const signalOf = (to: string, type: string, data: Json, toState = 'running'): Signal =>
  ({ to, type, data, toState, refused: null, final: false, stamp: null }) as unknown as Signal

const created = signalOf('group/g', 'group.create', {
  mode: 'parallel',
  concurrency: 2,
  sealed: true,
  tasks: [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
})
const ended = signalOf('group/g', 'step.done', { step: 1, status: 'completed' })
const waits = signalOf('task/d', 'task.create', { after: ['task/a'] }, 'pending')

const known = (): Awaited => {
  const awaited = new Awaited()
  for (const signal of [created, ended, waits]) awaited.apply(signal)
  return awaited
}
const say = (to: string, event: string, data: Json = {}): Command =>
  ({ type: 'send', to, event, data }) as Command
const complaint = (signal: Signal, ...commands: Command[]): string | undefined =>
  familyFaults({ signal, commands } as unknown as Move, { books: { awaited: known() } } as unknown as Shadow)
const lane = (limit: number, name = 'group/g'): Json => ({ lane: { name, limit } })
const cancel = signalOf('group/g', 'group.cancel', {})

describe('of a group', () => {
  test('a cancel that reaches all that live, and a limit that is kept, are right', () => {
    const [a, c] = [say('task/a', 'task.cancel'), say('task/c', 'task.cancel')]
    expect(complaint(cancel, a, c)).toBeUndefined()
    expect(complaint(created, say('task/a', 'task.create', lane(2)))).toBeUndefined()
    expect(complaint(signalOf('task/d', 'dependency.done', { on: 'task/a' }))).toBeUndefined()
  })

  test.each([
    ['a cancel misses one', cancel, say('task/a', 'task.cancel'), /^cancels task\/a of/],
    ['one more may run', created, say('task/a', 'task.create', lane(3)), /one of 3 .* instead of 2/],
    ['it has no limit', created, say('task/a', 'task.create', {}), /one of undefined/],
    ['it has the limit of others', created, say('task/a', 'task.create', lane(2, 'group/h')), /one of 2/],
    [
      'who does not wait is told',
      signalOf('task/d', 'dependency.done', { on: 'task/b' }),
      say('task/d', 'nothing'),
      /does not wait/,
    ],
  ] as const)('%s', (_what, signal, command, words) => {
    expect(complaint(signal, command)).toMatch(words)
  })
})
