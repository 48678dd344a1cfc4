/** The task machine, attempt after attempt: turns, retries and interruptions. */
import { describe, expect, it } from 'vitest'
import { taskMachine } from '../../src/machines/task.ts'
import { play, promised, send, sendAll, start, type Row } from './drive.ts'
import {
  create,
  begin,
  done,
  failed,
  interrupted,
  cancel,
  progress,
  recorded,
  due,
  effect,
  running,
  retrying,
  held,
  secondTurn,
  fragile,
  oops,
} from './task-events.ts'

const rows: Row[] = [
  { promise: 'the result of an earlier attempt', given: secondTurn, when: done(1) },
  { promise: 'the failure of an earlier attempt', given: secondTurn, when: failed(1) },
  { promise: 'the progress of an earlier attempt', given: secondTurn, when: progress(1) },
  { promise: 'a sub-step of an earlier attempt', given: secondTurn, when: recorded(1) },
  { promise: 'the result of an attempt to come', given: running, when: done(2) },
  { promise: 'a late result while it waits for its retry', given: retrying, when: done(1) },
  { promise: 'a late result while it is held', given: held, when: done(1) },
  { promise: 'a second agent for a running task', given: running, when: begin },
  { promise: 'a second creation', given: running, when: create() },
  { promise: 'a finished task takes no result', given: [...running, done(1)], when: done(1) },
  { promise: 'a finished task cannot be cancelled', given: [...running, done(1)], when: cancel() },
  { promise: 'a timer of another state', given: retrying, when: due('scheduled') },
]

describe('a task refuses', () => {
  it.each(rows)('$promise', row => {
    expect(play(start(taskMachine), row)).toEqual(promised(row))
  })
})

describe('over several attempts', () => {
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
