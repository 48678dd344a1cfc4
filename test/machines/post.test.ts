/** The post machine: every state, every transition. */
import { describe, expect, it } from 'vitest'
import { postMachine } from '../../src/machines/post.ts'
import type { Signal } from '../../src/messages/signal.ts'
import { play, promised, signal, start, untaken, type Row } from './drive.ts'

const create = {
  task: 'note',
  input: 'hello',
  mail: { type: 'broadcast', from: 'agent/a', path: ['agent/a'] },
}
const post = (...agents: string[]): Signal =>
  signal(
    'post.send',
    { create, recipients: agents.map(id => ({ agent: `agent/${id}`, queue: `mailbox:${id}` })) },
    { to: 'post/p' },
  )
const copy = (index: number, id: string): object => ({
  type: 'send',
  to: `task/p:${index}`,
  event: 'task.create',
  data: { ...create, agent: `agent/${id}`, queue: `mailbox:${id}` },
})

const rows: Row[] = [
  {
    promise: 'each recipient has a task of its own from one message, in their order',
    given: [],
    when: post('bob', 'cid'),
    to: 'sent',
    context: { recipients: 2 },
    commands: [copy(0, 'bob'), copy(1, 'cid')] as unknown as NonNullable<Row['commands']>,
  },
  { promise: 'nobody there is no error', given: [], when: post(), to: 'sent', context: { recipients: 0 } },
  { promise: 'it is sent once', given: [post('bob')], when: post('bob') },
]

describe('post', () => {
  it.each(rows)('$promise', row => {
    expect(play(start(postMachine), row)).toEqual(promised(row))
  })

  it('every transition is taken by a row', () => {
    expect(untaken(start(postMachine), rows)).toEqual([])
  })
})
