/** The context machine: every state, every transition, every branch of its guard; and what is said of a write that was not taken. */
import { describe, expect, it } from 'vitest'
import { whyNotWritten } from '../../src/actors/context-why.ts'
import { contextMachine, type ContextState } from '../../src/machines/context.ts'
import type { Signal } from '../../src/messages/signal.ts'
import { play, promised, sendAll, signal, start, untaken, type Row } from './drive.ts'

const to = 'context/run/r/release/plan'
const set = (value: number, more: object = {}, from: Signal['from'] = 'agent/ann', at = 1000): Signal =>
  signal('context.set', { value, ...more }, { to, from, at })
const remove = (more: object = {}, from: Signal['from'] = 'agent/bob'): Signal =>
  signal('context.delete', more, { to, from, at: 2000 })
const end = signal('context.end', {}, { to, from: 'system/hub' })

const rows: Row[] = [
  {
    promise: 'the first version is number 1, and keeps who, for what, when and why',
    given: [],
    when: set(7, { why: 'a start', task: 'task/r/a', turn: 3 }),
    to: 'present',
    context: {
      version: 1,
      value: 7,
      isThere: true,
      by: 'agent/ann',
      task: 'task/r/a',
      why: 'a start',
      at: 1000,
    },
  },
  {
    promise: 'what must not be there may be written where nothing is',
    given: [],
    when: set(7, { expect: 0 }),
    to: 'present',
    context: { version: 1 },
  },
  { promise: 'no version is written over where there is none', given: [], when: set(7, { expect: 1 }) },
  { promise: 'nothing is taken away where there is nothing', given: [], when: remove() },
  {
    promise: 'whoever does not ask writes over whatever is there; of the one before nothing is left',
    given: [set(7, { why: 'a start', task: 'task/r/a' })],
    when: set(8, {}, 'client/local', 1500),
    to: 'present',
    context: { version: 2, value: 8, by: 'client/local', task: null, why: null, at: 1500 },
  },
  {
    promise: 'the version that was seen may be written over',
    given: [set(7), set(8)],
    when: set(9, { expect: 2 }),
    to: 'present',
    context: { version: 3, value: 9 },
  },
  { promise: 'an older one may not', given: [set(7), set(8)], when: set(9, { expect: 1 }) },
  { promise: 'a later one may not', given: [set(7)], when: set(9, { expect: 2 }) },
  {
    promise: 'what is there may not be written as if it were not',
    given: [set(7)],
    when: set(9, { expect: 0 }),
  },
  {
    promise: 'a deletion is a version without a value',
    given: [set(7)],
    when: remove({ expect: 1, why: 'done' }),
    to: 'deleted',
    context: { version: 2, value: null, isThere: false, by: 'agent/bob', why: 'done', at: 2000 },
  },
  {
    promise: 'only the version that was seen is deleted',
    given: [set(7), set(8)],
    when: remove({ expect: 1 }),
  },
  { promise: 'nothing is deleted twice', given: [set(7), remove()], when: remove() },
  {
    promise: 'after a deletion its versions go on',
    given: [set(7), remove()],
    when: set(8, { expect: 0 }),
    to: 'present',
    context: { version: 3, value: 8, isThere: true },
  },
  {
    promise: 'a deletion is no version to write over',
    given: [set(7), remove()],
    when: set(8, { expect: 2 }),
  },
  {
    promise: 'the highest token stays, also where nobody gives one',
    given: [set(7, { fence: 5 })],
    when: set(8),
    to: 'present',
    context: { fence: 5, version: 2 },
  },
  {
    promise: 'the same token may write again, and a later one',
    given: [set(7, { fence: 5 }), set(8, { fence: 5 })],
    when: set(9, { fence: 6 }),
    to: 'present',
    context: { fence: 6, version: 3 },
  },
  { promise: 'an earlier token may not write', given: [set(7, { fence: 5 })], when: set(8, { fence: 4 }) },
  { promise: 'nor delete', given: [set(7, { fence: 5 })], when: remove({ fence: 4 }) },
  {
    promise: 'nor write after a deletion',
    given: [set(7), remove({ fence: 5 })],
    when: set(8, { fence: 4 }),
  },
  {
    promise: 'a value ends with what it belongs to',
    given: [set(7)],
    when: end,
    to: 'ended',
    context: { value: 7 },
  },
  { promise: 'and so does one that was deleted', given: [set(7), remove()], when: end, to: 'ended' },
]

describe('the context machine', () => {
  const first = start(contextMachine)

  it.each(rows)('$promise', row => {
    expect(play(first, row)).toEqual(promised(row))
  })

  it('has no transition that no row takes', () => {
    expect(untaken(first, rows)).toEqual([])
  })
})

describe('a write that was not taken', () => {
  const state = (...events: Signal[]): ContextState =>
    sendAll(start(contextMachine), events).snapshot.context as ContextState

  it('names who wrote before, and who wanted to write what over which version', () => {
    const why = whyNotWritten(
      state(set(7, { why: 'a start', task: 'task/r/a' })),
      set(8, { expect: 3, why: 'better', task: 'task/r/b', turn: 1 }, 'agent/bob'),
    )
    expect(why).toEqual({
      code: 'CONTEXT_CONFLICT',
      message: 'agent/bob expected version 3, and agent/ann made version 1 of it',
      details: {
        current: { version: 1, by: 'agent/ann', task: 'task/r/a', why: 'a start', at: 1000, isThere: true },
        tried: { by: 'agent/bob', task: 'task/r/b', why: 'better', expected: 3 },
      },
    })
  })

  it('says where nobody has written, and where none was expected', () => {
    expect(whyNotWritten(state(), set(8, { expect: 3 }))?.message).toBe(
      'agent/ann expected version 3, and nobody has written it',
    )
    expect(whyNotWritten(state(set(7)), set(8, { expect: 0 }))?.message).toBe(
      'agent/ann expected no value, and agent/ann made version 1 of it',
    )
  })

  it('says that its lock is over', () => {
    expect(whyNotWritten(state(set(7, { fence: 5 })), set(8, { fence: 4, expect: 9 }))).toMatchObject({
      code: 'STALE_TOKEN',
      details: { token: 4, newest: 5 },
    })
  })

  it('has no more to say of what its state does not take', () => {
    expect(whyNotWritten(state(set(7), remove()), remove())).toBeUndefined()
  })
})
