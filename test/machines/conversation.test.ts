/** The conversation machine: every state, every transition, every branch of a guard. */
import { describe, expect, it } from 'vitest'
import { conversationMachine } from '../../src/machines/conversation.ts'
import type { Signal } from '../../src/messages/signal.ts'
import { play, promised, start, signal, untaken, type Row } from './drive.ts'

const rate = { interval: 60, burst: 1_000 }
const said = (type: string, data: object, at: number): Signal =>
  signal(type, data, { to: 'conversation/task/a', at })
const load = (messages: number, refused = 0, at = 1000): Signal =>
  said('conversation.load', { at, messages, refused, rate }, at)
const stop = said(
  'conversation.stop',
  { by: 'system/postmaster', reason: 'a → b → a', code: 'CONVERSATION_CYCLE', loop: ['a', 'b', 'a'] },
  2000,
)
const byHand = said('conversation.stop', { by: 'ann', reason: 'enough' }, 2000)
const resume = said('conversation.resume', { by: 'ann' }, 3000)
const end = (messages: number): Signal => said('conversation.end', { messages }, 4000)

const rows: Row[] = [
  {
    promise: 'a conversation begins with the first message of an agent',
    given: [],
    when: load(1),
    to: 'running',
    context: { messages: 1, refused: 0, full: 1060, startedAt: 1000, resumed: 0 },
  },
  {
    promise: 'what is said in it is counted, and uses up its rate',
    given: [load(3)],
    when: load(2, 4, 1100),
    to: 'running',
    context: { messages: 5, refused: 4, full: 1300, startedAt: 1000 },
  },
  {
    promise: 'what is refused uses up nothing of its rate',
    given: [load(1)],
    when: load(0, 4, 9000),
    to: 'running',
    context: { messages: 1, refused: 4, full: 1060 },
  },
  {
    promise: 'a guard that trips stops it, and shows who answered whom',
    given: [load(1)],
    when: stop,
    to: 'stopped',
    context: {
      by: 'system/postmaster',
      reason: 'a → b → a',
      code: 'CONVERSATION_CYCLE',
      loop: ['a', 'b', 'a'],
      stoppedAt: 2000,
    },
  },
  {
    promise: 'an operator stops it for a reason, and without a code',
    given: [load(1)],
    when: byHand,
    to: 'stopped',
    context: { by: 'ann', reason: 'enough', code: null, loop: [] },
  },
  {
    promise: 'what comes to it by others while it is stopped is counted',
    given: [load(1), stop],
    when: load(1, 2, 2500),
    to: 'stopped',
    context: { messages: 2, refused: 2 },
  },
  {
    promise: 'resumed, it begins anew but for its rate, and knows how often it was',
    given: [load(3), stop],
    when: resume,
    to: 'running',
    context: {
      messages: 0,
      refused: 0,
      full: 1180,
      resumed: 1,
      startedAt: 1000,
      code: null,
      loop: [],
      by: null,
    },
  },
  {
    promise: 'it ends when nobody has anything to say',
    given: [load(3)],
    when: end(3),
    to: 'ended',
  },
  {
    promise: 'it does not end where somebody has said something since that was decided',
    given: [load(3)],
    when: end(2),
  },
  { promise: 'what is stopped does not end', given: [load(3), stop], when: end(3) },
  { promise: 'what was not begun cannot be stopped', given: [], when: stop },
  { promise: 'what runs cannot be resumed', given: [load(1)], when: resume },
]

describe('conversation', () => {
  const first = start(conversationMachine)

  it.each(rows)('$promise', row => {
    expect(play(first, row)).toEqual(promised(row))
  })

  it('every transition is taken by a row', () => {
    expect(untaken(first, rows)).toEqual([])
  })
})
