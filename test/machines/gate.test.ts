/** The gate machine: every state, every transition, every branch of a guard. */
import { describe, expect, it } from 'vitest'
import { gateMachine } from '../../src/machines/gate.ts'
import type { Command } from '../../src/messages/command.ts'
import { GATE_ENDINGS } from '../../src/messages/gate.ts'
import type { Json } from '../../src/messages/json.ts'
import type { Signal } from '../../src/messages/signal.ts'
import { play, promised, sendAll, signal, start, untaken, type Row } from './drive.ts'

const to = 'gate/run/ship'
const run = { parent: 'workflow/run', step: 3 } as const
const open = (more: object = run): Signal => signal('gate.open', more, { to, from: 'workflow/run', at: 1000 })
const said = (type: string, data: object, more: Partial<Signal> = {}): Signal =>
  signal(type, data, { to, at: 5000, ...more })
const approve = said('gate.approve', { by: 'ann', reason: 'well done', data: { budget: 7 } })
const reject = said('gate.reject', { by: 'bob', reason: 'too dear' })
const expired = said('gate.expired', {})
const cancel = (from: Signal['from'], data: object = { reason: 'over' }): Signal =>
  said('gate.cancel', data, { from })
const done = (data: { readonly [key: string]: Json }): Command => ({
  type: 'send',
  to: 'workflow/run',
  event: 'step.done',
  data: { step: 3, ...data },
})
const rejection = {
  name: 'GateRejected',
  message: 'rejected by bob: too dear',
  code: 'GATE_REJECTED',
  retryable: false,
}
const lateness = {
  name: 'GateExpired',
  message: 'not answered within 60000 ms',
  code: 'GATE_EXPIRED',
  retryable: false,
}
const stopped = { name: 'Cancelled', message: 'over', code: 'CANCELLED', retryable: false }
const yes = { approved: true, by: 'ann', reason: 'well done', data: { budget: 7 } }

const rows: Row[] = [
  {
    promise: 'an open gate waits, for as long as it takes',
    given: [],
    when: open({ ...run, title: 'Ship it?', details: { version: 2 } }),
    to: 'open',
    context: { openedAt: 1000, endedAt: 0, spec: { title: 'Ship it?', details: { version: 2 } } },
  },
  {
    promise: 'where it has a time, a timer is set for it',
    given: [],
    when: open({ ...run, expires: 60_000 }),
    to: 'open',
    commands: [{ type: 'timer.set', id: 'expiry', delay: 60_000, event: 'gate.expired' }],
  },
  { promise: 'what is not open is not answered', given: [], when: approve },
  { promise: 'a gate is opened once', given: [open()], when: open() },
  {
    promise: 'approved, it keeps who, why and with what, and its run goes on with that',
    given: [open()],
    when: approve,
    to: 'approved',
    context: { by: 'ann', reason: 'well done', data: { budget: 7 }, error: null, endedAt: 5000 },
    commands: [done({ status: 'completed', output: yes })],
  },
  {
    promise: 'an approval may say nothing else',
    given: [open()],
    when: said('gate.approve', { by: 'ann' }),
    to: 'approved',
    context: { by: 'ann', reason: null, data: null },
    commands: [done({ status: 'completed', output: { approved: true, by: 'ann' } })],
  },
  {
    promise: 'rejected, it says to its run who would not, and why; no second try helps',
    given: [open()],
    when: reject,
    to: 'rejected',
    context: { by: 'bob', reason: 'too dear', error: rejection, endedAt: 5000 },
    commands: [done({ status: 'failed', error: rejection })],
  },
  {
    promise: 'not answered in time it is rejected, by nobody',
    given: [open({ ...run, expires: 60_000 })],
    when: expired,
    to: 'expired',
    context: { by: null, error: lateness, endedAt: 5000 },
    commands: [done({ status: 'failed', error: lateness })],
  },
  {
    promise: 'cancelled by its run, it says that it has ended',
    given: [open()],
    when: cancel('workflow/run'),
    to: 'cancelled',
    context: { by: null, reason: 'over', error: stopped },
    commands: [done({ status: 'cancelled', error: stopped })],
  },
  {
    promise: 'a cancel needs no reason, and may come from the hub',
    given: [open()],
    when: cancel('system/hub', {}),
    to: 'cancelled',
    context: { reason: 'cancelled' },
    commands: [done({ status: 'cancelled', error: { ...stopped, message: 'cancelled' } })],
  },
  {
    promise: 'nobody else cancels what a run waits for',
    given: [open()],
    when: cancel('client/local'),
  },
  {
    promise: 'a gate that no run waits for may be cancelled by any client, and tells nobody',
    given: [open({})],
    when: cancel('client/other'),
    to: 'cancelled',
  },
  {
    promise: 'a gate that no run waits for keeps its answer for who asks',
    given: [open({})],
    when: reject,
    to: 'rejected',
    context: { error: rejection },
  },
  {
    promise: 'its run hears which time, and which item, the answer is for',
    given: [open({ ...run, visit: 2, item: 0 })],
    when: approve,
    to: 'approved',
    commands: [done({ visit: 2, item: 0, status: 'completed', output: yes })],
  },
]

describe('The gate machine', () => {
  const first = start(gateMachine)

  it.each(rows)('$promise', row => {
    expect(play(first, row)).toEqual(promised(row))
  })

  it('is taken through all of its transitions by these', () => {
    expect(untaken(first, rows)).toEqual([])
  })

  it('takes no second answer, however it ended', () => {
    const ways = [approve, reject, expired, cancel('workflow/run')]
    const ended = ways.map(way => String(sendAll(first, [open(), way]).snapshot.value))
    expect(ended).toEqual([...GATE_ENDINGS])
    for (const way of ways)
      for (const again of ways)
        expect(play(first, { promise: '', given: [open(), way], when: again }).outcome).toBe('refused')
  })
})
