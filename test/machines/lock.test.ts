/** The lock machine: every state, every transition, every branch of a guard. */
import { describe, expect, it } from 'vitest'
import { lockKind } from '../../src/actors/lock.ts'
import { lockMachine, type LockContext } from '../../src/machines/lock.ts'
import type { Command } from '../../src/messages/command.ts'
import type { Signal } from '../../src/messages/signal.ts'
import { play, promised, sendAll, signal, start, untaken, type Row } from './drive.ts'

const to = 'lock/report'
const a = { owner: 'task/a', turn: 1 }
const b = { owner: 'task/b', turn: 2 }
const c = { owner: 'ci', turn: 0 }
const said = (type: string, data: object, at: number): Signal => signal(type, data, { to, at })
const ask = (who: object, at: number, more: object = {}): Signal =>
  said('lock.acquire', { ...who, ask: '1', wait: true, lease: 100, room: 2, ...more }, at)
const release = (who: object, at: number, more: object = {}): Signal =>
  said('lock.release', { ...who, ask: '1', ...more }, at)
const lease = (delay: number): Command => ({ type: 'timer.set', id: 'lease', delay, event: 'lock.expired' })
const late = (who: { owner: string; turn: number }, delay: number): Command => ({
  type: 'timer.set',
  id: `wait ${who.owner} ${who.turn} 1`,
  delay,
  event: 'lock.late',
})
const off = (id: string): Command => ({ type: 'timer.cancel', id })
const waited = `wait ${b.owner} ${b.turn} 1`

const rows: Row[] = [
  {
    promise: 'the first who asks has it, with the first token, for as long as its lease',
    given: [],
    when: ask(a, 1000, { agent: 'agent/ann', note: 'to write' }),
    to: 'held',
    context: {
      token: 1,
      grants: 1,
      waits: 0,
      line: [],
      holder: { ...a, agent: 'agent/ann', note: 'to write', since: 1000, until: 1100, asks: ['1'] },
    },
    commands: [lease(100)],
  },
  {
    promise: 'who has it may ask again, and keeps token and time',
    given: [ask(a, 1000)],
    when: ask(a, 1000, { ask: '2', lease: 50 }),
    to: 'held',
    context: { token: 1, grants: 1, holder: { until: 1100, asks: ['1', '2'] } },
  },
  {
    promise: 'asked for again for longer, each renewal counts for the longer of both',
    given: [ask(a, 1000), ask(a, 1000, { ask: '2', lease: 500 })],
    when: said('lock.renew', { ...a, ask: '1' }, 1040),
    to: 'held',
    context: { token: 1, holder: { lease: 500, until: 1540 } },
    commands: [lease(500)],
  },
  {
    promise: 'asked for again later, it is held that much longer',
    given: [ask(a, 1000)],
    when: ask(a, 1030, { ask: '2' }),
    to: 'held',
    context: { token: 1, holder: { since: 1000, until: 1130 } },
    commands: [lease(100)],
  },
  {
    promise: 'who comes later stands in line',
    given: [ask(a, 1000)],
    when: ask(b, 1010),
    to: 'held',
    context: { waits: 1, holder: a, line: [{ ...b, since: 1010, timeout: null }] },
  },
  {
    promise: 'not longer than it wants to',
    given: [ask(a, 1000)],
    when: ask(b, 1010, { timeout: 30 }),
    to: 'held',
    context: { line: [{ timeout: 30 }] },
    commands: [late(b, 30)],
  },
  { promise: 'who would not wait is refused', given: [ask(a, 1000)], when: ask(b, 1010, { wait: false }) },
  {
    promise: 'a line that is full takes nobody',
    given: [ask(a, 1000), ask(b, 1010)],
    when: ask(c, 1020, { room: 1 }),
  },
  {
    promise: 'another attempt of the same task is somebody else',
    given: [ask(a, 1000)],
    when: ask({ ...a, turn: 2 }, 1010),
    to: 'held',
    context: { line: [{ owner: 'task/a', turn: 2 }] },
  },
  {
    promise: 'given back, it is free, and the token is kept',
    given: [ask(a, 1000)],
    when: release(a, 1040),
    to: 'free',
    context: { token: 1, holder: null, last: { ...a, token: 1, how: 'released', at: 1040 } },
    commands: [off('lease')],
  },
  {
    promise: 'the next grant has a higher token',
    given: [ask(a, 1000), release(a, 1040)],
    when: ask(b, 1050),
    to: 'held',
    context: { token: 2, grants: 2, holder: b },
    commands: [lease(100)],
  },
  {
    promise: 'asked for twice, it is given back twice',
    given: [ask(a, 1000), ask(a, 1000, { ask: '2' })],
    when: release(a, 1040),
    to: 'held',
    context: { holder: { ...a, asks: ['2'] } },
  },
  {
    promise: 'or all at once',
    given: [ask(a, 1000), ask(a, 1000, { ask: '2' })],
    when: said('lock.release', a, 1040),
    to: 'free',
    commands: [off('lease')],
  },
  {
    promise: 'the first in line has it next; how long it waited is counted',
    given: [ask(a, 1000), ask(b, 1010, { timeout: 60 }), ask(c, 1020)],
    when: release(a, 1040),
    to: 'held',
    context: { token: 2, holder: { ...b, since: 1040, until: 1140 }, line: [c], waited: 30, longest: 30 },
    commands: [off(waited), lease(100)],
  },
  {
    promise: 'with all that it asked for meanwhile',
    given: [ask(a, 1000), ask(b, 1010), ask(b, 1020, { ask: '2' })],
    when: release(a, 1040),
    to: 'held',
    context: { token: 2, holder: { ...b, asks: ['1', '2'] }, line: [], waited: 50, longest: 30 },
    commands: [lease(100)],
  },
  {
    promise: 'what somebody else has is not theirs to give back',
    given: [ask(a, 1000)],
    when: release(b, 1040),
  },
  {
    promise: 'nor what they had under an older token',
    given: [ask(a, 1000), release(a, 1010), ask(a, 1020)],
    when: said('lock.release', { ...a, token: 1 }, 1040),
  },
  {
    promise: 'who waits may leave the line',
    given: [ask(a, 1000), ask(b, 1010, { timeout: 60 })],
    when: release(b, 1040),
    to: 'held',
    context: { line: [], timeouts: 0, holder: a },
    commands: [off(waited)],
  },
  {
    promise: 'renewed, its time begins anew',
    given: [ask(a, 1000)],
    when: said('lock.renew', { ...a, ask: '1' }, 1060),
    to: 'held',
    context: { holder: { since: 1000, until: 1160 } },
    commands: [lease(100)],
  },
  { promise: 'only by who has it', given: [ask(a, 1000)], when: said('lock.renew', b, 1060) },
  {
    promise: 'its time over, it is free',
    given: [ask(a, 1000)],
    when: said('lock.expired', {}, 1100),
    to: 'free',
    context: { expiries: 1, last: { token: 1, how: 'expired' } },
    commands: [off('lease')],
  },
  {
    promise: 'or has the next in line',
    given: [ask(a, 1000), ask(b, 1010)],
    when: said('lock.expired', {}, 1100),
    to: 'held',
    context: { token: 2, holder: b, expiries: 1 },
    commands: [lease(100)],
  },
  {
    promise: 'broken by an operator, it is free',
    given: [ask(a, 1000)],
    when: said('lock.break', { by: 'ops', reason: 'it hangs' }, 1050),
    to: 'free',
    context: { breaks: 1, last: { token: 1, how: 'broken', by: 'ops', reason: 'it hangs' } },
    commands: [off('lease')],
  },
  {
    promise: 'or goes to the next in line',
    given: [ask(a, 1000), ask(b, 1010)],
    when: said('lock.break', { by: 'ops', reason: 'it hangs' }, 1050),
    to: 'held',
    context: { token: 2, holder: b },
    commands: [lease(100)],
  },
  {
    promise: 'taken from an attempt that has ended, it is free',
    given: [ask(a, 1000)],
    when: said('lock.revoke', { ...a, reason: 'over' }, 1050),
    to: 'free',
    context: { revokes: 1, last: { how: 'revoked', reason: 'over' } },
    commands: [off('lease')],
  },
  {
    promise: 'or goes to the next in line',
    given: [ask(a, 1000), ask(b, 1010)],
    when: said('lock.revoke', { ...a, reason: 'over' }, 1050),
    to: 'held',
    context: { token: 2, holder: b },
    commands: [lease(100)],
  },
  {
    promise: 'one that waits leaves the line when it has ended',
    given: [ask(a, 1000), ask(b, 1010, { timeout: 60 })],
    when: said('lock.revoke', { ...b, reason: 'over' }, 1050),
    to: 'held',
    context: { holder: a, line: [], revokes: 0 },
    commands: [off(waited)],
  },
  {
    promise: 'who neither has it nor waits has nothing to lose',
    given: [ask(a, 1000)],
    when: said('lock.revoke', { ...b, reason: 'over' }, 1050),
  },
  {
    promise: 'who has waited long enough leaves the line',
    given: [ask(a, 1000), ask(b, 1010, { timeout: 30 })],
    when: said('lock.late', { id: waited }, 1040),
    to: 'held',
    context: { timeouts: 1, line: [] },
    commands: [off(waited)],
  },
  { promise: 'what nobody has is not given back', given: [], when: release(a, 1000) },
  { promise: 'nor renewed', given: [], when: said('lock.renew', a, 1000) },
  { promise: 'nor broken', given: [], when: said('lock.break', { by: 'ops', reason: 'x' }, 1000) },
]

describe('the lock machine', () => {
  it.each(rows)('$promise', row => {
    expect(play(start(lockMachine), row)).toEqual(promised(row))
  })

  it('has no transition that no row takes', () => {
    expect(untaken(start(lockMachine), rows)).toEqual([])
  })

  it('says why it does not take something: who has it, how many wait, that it is not theirs', () => {
    const { snapshot } = sendAll(start(lockMachine), [ask(a, 1000), ask(b, 1010)])
    const why = (event: Signal): unknown => lockKind.why?.(snapshot.context as LockContext, event)
    expect(why(ask(c, 1020, { wait: false }))).toMatchObject({
      code: 'LOCK_HELD',
      details: { name: 'report', holder: 'task/a', since: 1000, until: 1100 },
    })
    expect(why(ask(c, 1020, { room: 1 }))).toMatchObject({ code: 'LOCK_LINE_FULL', details: { waiting: 1 } })
    expect(why(release(c, 1020))).toMatchObject({ code: 'LOCK_LOST', details: { holder: 'task/a' } })
    expect(why(said('lock.break', {}, 1020))).toBeUndefined()
  })
})
