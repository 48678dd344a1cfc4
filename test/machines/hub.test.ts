/** The hub machine: every state, every transition. */
import { describe, expect, it } from 'vitest'
import { hubMachine } from '../../src/machines/hub.ts'
import { play, promised, start, untaken, type Event, type Row } from './drive.ts'

const started: Event = { type: 'hub.start' }
const drain: Event = { type: 'hub.drain' }
const close: Event = { type: 'hub.close' }
const fail: Event = { type: 'hub.fail' }

const rows: Row[] = [
  { promise: 'it runs once its journal is read', given: [], when: started, to: 'running' },
  { promise: 'a journal that cannot be read stops it', given: [], when: fail, to: 'failed' },
  { promise: 'it can be closed while it recovers', given: [], when: close, to: 'closed' },
  { promise: 'it does not drain before it runs', given: [], when: drain },
  { promise: 'it drains before it closes', given: [started], when: drain, to: 'draining' },
  { promise: 'it can be closed at once', given: [started], when: close, to: 'closed' },
  { promise: 'a failing journal stops it', given: [started], when: fail, to: 'failed' },
  { promise: 'it starts only once', given: [started], when: started },
  { promise: 'it closes when it is drained', given: [started, drain], when: close, to: 'closed' },
  {
    promise: 'a failing journal stops it while it drains',
    given: [started, drain],
    when: fail,
    to: 'failed',
  },
  { promise: 'draining cannot be taken back', given: [started, drain], when: started },
  { promise: 'closed is the end', given: [started, close], when: started },
  { promise: 'failed is the end: only a new start goes on', given: [started, fail], when: started },
]

describe('hub', () => {
  it.each(rows)('$promise', row => {
    expect(play(start(hubMachine), row)).toEqual(promised(row))
  })

  it('every transition is taken by a row', () => {
    expect(untaken(start(hubMachine), rows)).toEqual([])
  })
})
