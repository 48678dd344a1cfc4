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
    promise: 'called off by one who does not wait to hear of it, it says nothing',
    given: [open()],
    when: cancel('workflow/run', { reason: 'over', unheard: true }),
    to: 'cancelled',
    context: { by: null, reason: 'over', error: stopped },
    commands: [],
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

const asker = { task: 'task/t', agent: 'agent/eve' }
const asking = { approvers: ['ann', 'bob'], escalateAfter: 500 }
const overdue = said('gate.overdue', {})
const assigned = (...history: object[]): object => ({ assignment: { to: 'bob', level: 2, history } })
const first = { to: 'ann', how: 'opened', by: null, reason: null, at: 1000 }
const set = (id: string, delay: number, event: string): Command => ({ type: 'timer.set', id, delay, event })
const word = (event: string, data: { readonly [key: string]: Json }): Command => ({
  type: 'send',
  to: 'agent/eve',
  event,
  data,
  correlationId: 'agent/eve',
})
const escalate = said('gate.escalate', { by: 'cid', reason: 'ann is away' })

const rowsOfAsking: Row[] = [
  {
    promise: 'with approvers, it asks the first of them, who has a time of their own',
    given: [],
    when: open({ ...asking, expires: 60_000 }),
    to: 'open',
    context: { assignment: { to: 'ann', level: 1, history: [first] } },
    commands: [set('expiry', 60_000, 'gate.expired'), set('escalation', 500, 'gate.overdue')],
  },
  {
    promise: 'that time over, the next one is asked, and the last has the time of the whole gate',
    given: [open({ ...asking, expires: 60_000 })],
    when: overdue,
    to: 'open',
    context: assigned(first, { to: 'bob', how: 'escalated', by: null, reason: null, at: 5000 }),
    commands: [{ type: 'timer.cancel', id: 'escalation' }],
  },
  {
    promise: 'where the whole gate has no time, the last one has as much as the others',
    given: [open(asking)],
    when: escalate,
    to: 'open',
    context: assigned(first, { to: 'bob', how: 'escalated', by: 'cid', reason: 'ann is away', at: 5000 }),
    commands: [{ type: 'timer.cancel', id: 'escalation' }, set('escalation', 500, 'gate.overdue')],
  },
  {
    promise: 'and when that is over, too, it is rejected',
    given: [open(asking), overdue],
    when: overdue,
    to: 'expired',
    context: { error: { ...lateness, message: 'none of 2 answered within 500 ms' } },
  },
  {
    promise: 'or approved, by time itself, where that is said',
    given: [open({ ...asking, onExpire: 'approve' }), overdue],
    when: overdue,
    to: 'approved',
    context: { by: 'system/clock', reason: 'none of 2 answered within 500 ms', error: null },
  },
  {
    promise: 'the whole time over, it may be approved as well',
    given: [open({ ...run, expires: 60_000, onExpire: 'approve' })],
    when: expired,
    to: 'approved',
    context: { by: 'system/clock' },
    commands: [
      done({
        status: 'completed',
        output: { approved: true, by: 'system/clock', reason: 'not answered within 60000 ms' },
      }),
    ],
  },
  { promise: 'nobody comes after the last one', given: [open(asking), escalate], when: escalate },
  { promise: 'nor where nobody in particular is asked', given: [open({})], when: escalate },
  {
    promise: 'it may be given to anybody, and those after the last of the list who was asked come next',
    given: [open(asking), said('gate.reassign', { to: 'cid', by: 'ann' })],
    when: escalate,
    to: 'open',
    context: assigned(
      first,
      { to: 'cid', how: 'reassigned', by: 'ann', reason: null, at: 5000 },
      { to: 'bob', how: 'escalated', by: 'cid', reason: 'ann is away', at: 5000 },
    ),
    commands: [{ type: 'timer.cancel', id: 'escalation' }, set('escalation', 500, 'gate.overdue')],
  },
  {
    promise: 'also where nobody in particular was asked',
    given: [open({})],
    when: said('gate.reassign', { to: 'cid', by: 'ann', reason: 'you know it' }),
    to: 'open',
    context: {
      assignment: {
        to: 'cid',
        level: 0,
        history: [{ to: 'cid', how: 'reassigned', by: 'ann', reason: 'you know it', at: 5000 }],
      },
    },
  },
  {
    promise: 'strict, it takes no answer of anybody else',
    given: [open({ ...asking, strict: true })],
    when: said('gate.approve', { by: 'bob' }),
  },
  {
    promise: 'nor a rejection',
    given: [open({ ...asking, strict: true })],
    when: said('gate.reject', { by: 'bob', reason: 'no' }),
  },
  {
    promise: 'it takes that of whoever is asked',
    given: [open({ ...asking, strict: true }), escalate],
    when: said('gate.approve', { by: 'bob' }),
    to: 'approved',
  },
  {
    promise: 'and, where nobody in particular is asked, that of anybody',
    given: [open({ strict: true })],
    when: said('gate.approve', { by: 'bob' }),
    to: 'approved',
  },
  {
    promise: 'the agent whose handler asks is paused by it',
    given: [],
    when: open({ asker, pauses: true, title: 'May I?' }),
    to: 'open',
    commands: [word('agent.pause', { by: to, reason: 'May I?' })],
  },
  {
    promise: 'and goes on when it is answered',
    given: [open({ asker, pauses: true })],
    when: reject,
    to: 'rejected',
    commands: [word('agent.resume', { by: to })],
  },
  {
    promise: 'or is stopped, where it is not approved',
    given: [open({ asker, pauses: true, onReject: 'stop' })],
    when: reject,
    to: 'rejected',
    commands: [word('agent.stop', { reason: 'rejected by bob: too dear' })],
  },
  {
    promise: 'not where it is',
    given: [open({ asker, pauses: true, onReject: 'stop' })],
    when: approve,
    to: 'approved',
    commands: [word('agent.resume', { by: to })],
  },
  {
    promise: 'nor where it is called off by the hub',
    given: [open({ asker, pauses: true, onReject: 'stop' })],
    when: cancel('system/hub'),
    to: 'cancelled',
    commands: [word('agent.resume', { by: to })],
  },
  {
    promise: 'an agent that works on hears nothing',
    given: [open({ asker })],
    when: approve,
    to: 'approved',
    commands: [],
  },
  {
    promise: 'what a handler waits for no client calls off',
    given: [open({ asker })],
    when: cancel('client/local'),
  },
]

describe('The gate machine', () => {
  const born = start(gateMachine)
  const all = [...rows, ...rowsOfAsking]

  it.each(all)('$promise', row => {
    expect(play(born, row)).toEqual(promised(row))
  })

  it('is taken through all of its transitions by these', () => {
    expect(untaken(born, all)).toEqual([])
  })

  it('takes no second answer, however it ended', () => {
    const ways = [approve, reject, expired, cancel('workflow/run')]
    const ended = ways.map(way => String(sendAll(born, [open(), way]).snapshot.value))
    expect(ended).toEqual([...GATE_ENDINGS])
    for (const way of ways)
      for (const again of ways)
        expect(play(born, { promise: '', given: [open(), way], when: again }).outcome).toBe('refused')
  })
})
