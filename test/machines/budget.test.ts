/** The budget machine: every state, every transition, every branch of a guard. */
import { describe, expect, it } from 'vitest'
import { budgetKind } from '../../src/actors/kinds.ts'
import { budgetMachine, leftOf, type BudgetContext } from '../../src/machines/budget.ts'
import type { Amounts } from '../../src/messages/budget.ts'
import type { Command } from '../../src/messages/command.ts'
import type { Signal } from '../../src/messages/signal.ts'
import { play, promised, sendAll, signal, start, untaken, type Row } from './drive.ts'

const to = 'budget/b'
const say = (type: string, data: object, more: Partial<Signal> = {}): Signal =>
  signal(`budget.${type}`, data, { to, from: 'agent/a', at: 5000, ...more })
const below = { from: 'budget/child' } as const
const open = (more: object = {}): Signal =>
  say('open', { limits: { tokens: 100, cost: 0.3 }, ...more }, { at: 1000 })
const reserve = (amounts: Amounts, key = 'k', more: object = {}, how: Partial<Signal> = {}): Signal =>
  say('reserve', { key, amounts, ...more }, how)
const settle = (amounts: Amounts, key = 'k'): Signal => say('settle', { key, amounts })
const release = say('release', { key: 'k' })
const spend = (amounts: Amounts): Signal => say('spend', { amounts })
const charge = (amounts: Amounts, how: Partial<Signal> = {}): Signal => say('charge', { amounts }, how)
const raise = (limits: Amounts): Signal => say('raise', { limits, by: 'ann', reason: 'it is worth it' })
const close = say('close', {})
const up = (event: string, data: Amounts | object): Command => ({
  type: 'send',
  to: 'budget/parent',
  event: `budget.${event}`,
  data: data as never,
})
const inside = open({ parent: 'budget/parent' })
const mine = { task: 'task/t', turn: 1 }

const rows: Row[] = [
  {
    promise: 'it is opened with its limits, and nothing is spent',
    given: [],
    when: open({ of: 'workflow/run' }),
    to: 'open',
    context: { limits: { tokens: 100, cost: 0.3 }, spent: {}, reserved: {}, openedAt: 1000 },
  },
  {
    promise: 'with nothing to give it is exhausted from the start',
    given: [],
    when: open({ limits: { tokens: 0 } }),
    to: 'exhausted',
  },
  { promise: 'it is opened once', given: [open()], when: open() },
  {
    promise: 'what is set aside is held under its key, for its attempt',
    given: [open()],
    when: reserve({ tokens: 100 }, 'k', { ...mine, attempt: true }),
    to: 'open',
    context: {
      reserved: { tokens: 100 },
      spent: {},
      holds: { k: { amounts: { tokens: 100 }, ...mine, attempt: true, since: 5000 } },
    },
  },
  {
    promise: 'more than there is, is not set aside',
    given: [open(), reserve({ tokens: 60 }, 'other')],
    when: reserve({ tokens: 41 }),
  },
  { promise: 'a key holds once', given: [open(), reserve({ tokens: 1 })], when: reserve({ tokens: 1 }) },
  {
    promise: 'what has no limit is counted nonetheless',
    given: [open(), reserve({ searches: 3 })],
    when: settle({ searches: 2 }),
    to: 'open',
    context: { spent: { searches: 2 }, reserved: { searches: 0 }, holds: {} },
  },
  {
    promise: 'settled, what was used is spent, and the rest is there again',
    given: [open(), reserve({ tokens: 60 })],
    when: settle({ tokens: 50 }),
    to: 'open',
    context: { spent: { tokens: 50 }, reserved: { tokens: 0 }, holds: {} },
  },
  {
    promise: 'sums of decimals are exact',
    given: [open(), spend({ cost: 0.1 }), reserve({ cost: 0.2 })],
    when: settle({ cost: 0.1 }),
    to: 'open',
    context: { spent: { cost: 0.2 }, reserved: { cost: 0 } },
  },
  {
    promise: 'the last of something exhausts it',
    given: [open(), reserve({ tokens: 100 })],
    when: settle({ tokens: 100 }),
    to: 'exhausted',
  },
  {
    promise: 'more than was set aside is recorded, and shown as more than was allowed',
    given: [open(), reserve({ tokens: 60 })],
    when: settle({ tokens: 130 }),
    to: 'exhausted',
    context: { spent: { tokens: 130 }, reserved: { tokens: 0 } },
  },
  { promise: 'what nobody holds is not settled', given: [open()], when: settle({ tokens: 1 }) },
  {
    promise: 'nor settled twice',
    given: [open(), reserve({ tokens: 5 }), settle({ tokens: 1 })],
    when: settle({ tokens: 1 }),
  },
  {
    promise: 'released, all of it is there again',
    given: [open(), reserve({ tokens: 60 })],
    when: release,
    to: 'open',
    context: { spent: {}, reserved: { tokens: 0 }, holds: {} },
  },
  { promise: 'what nobody holds is not released', given: [open()], when: release },
  {
    promise: 'what was used already is recorded, whatever there is',
    given: [open()],
    when: spend({ tokens: 500 }),
    to: 'exhausted',
    context: { spent: { tokens: 500 } },
  },
  { promise: 'little of it exhausts nothing', given: [open()], when: spend({ tokens: 5 }), to: 'open' },
  {
    promise: 'what is about to be used is charged where there is as much',
    given: [open({ limits: { messages: 2 } }), charge({ messages: 1 })],
    when: charge({ messages: 1 }),
    to: 'open',
    context: { spent: { messages: 2 } },
  },
  {
    promise: 'and refused where there is not; who has sent the last message goes on without',
    given: [open({ limits: { messages: 1 } }), charge({ messages: 1 })],
    when: charge({ messages: 1 }),
  },
  { promise: 'a charge may exhaust it', given: [open()], when: charge({ tokens: 100 }), to: 'exhausted' },
  {
    promise: 'exhausted, it gives nothing of anything',
    given: [open(), spend({ tokens: 100 })],
    when: reserve({ cost: 0.1 }),
  },
  {
    promise: 'exhausted, it takes what a budget below it has taken',
    given: [open(), spend({ tokens: 100 })],
    when: reserve({ cost: 0.1 }, 'k', {}, below),
    to: 'exhausted',
    context: { reserved: { cost: 0.1 } },
  },
  {
    promise: 'exhausted, what is under way is settled, released, spent and charged',
    given: [open(), reserve({ cost: 0.1 }), reserve({ cost: 0.1 }, 'l'), spend({ tokens: 100 }), release],
    when: settle({ cost: 0.1 }, 'l'),
    to: 'exhausted',
    context: { reserved: { cost: 0 }, spent: { tokens: 100, cost: 0.1 } },
  },
  {
    promise: 'exhausted, what was not used is released',
    given: [open(), reserve({ cost: 0.1 }), spend({ tokens: 100 })],
    when: release,
    to: 'exhausted',
    context: { reserved: { cost: 0 } },
  },
  {
    promise: 'exhausted, more may be spent',
    given: [open(), spend({ tokens: 100 })],
    when: spend({ tokens: 1 }),
    to: 'exhausted',
  },
  {
    promise: 'exhausted, what does not lack is charged',
    given: [open(), spend({ tokens: 100 })],
    when: charge({ messages: 1 }),
    to: 'exhausted',
  },
  {
    promise: 'raised, it gives again, and knows who raised it and why',
    given: [open(), spend({ tokens: 100 })],
    when: raise({ tokens: 101 }),
    to: 'open',
    context: { limits: { tokens: 101, cost: 0.3 }, raised: { by: 'ann', reason: 'it is worth it' } },
  },
  {
    promise: 'raised by too little it stays exhausted',
    given: [open(), spend({ tokens: 200 })],
    when: raise({ tokens: 150 }),
    to: 'exhausted',
  },
  {
    promise: 'one that is not exhausted may be raised',
    given: [open()],
    when: raise({ cost: 1 }),
    to: 'open',
  },
  {
    promise: 'one may be raised while all of it is used up',
    given: [open(), raise({ tokens: 100 })],
    when: spend({ tokens: 100 }),
    to: 'exhausted',
  },
  { promise: 'it is never lowered', given: [open()], when: raise({ tokens: 99 }) },
  { promise: 'what had no limit gets none', given: [open()], when: raise({ searches: 5 }) },
  {
    promise: 'closed, it keeps what was spent',
    given: [open(), spend({ tokens: 5 })],
    when: close,
    to: 'closed',
    context: { spent: { tokens: 5 }, endedAt: 5000 },
  },
  {
    promise: 'an exhausted one is closed',
    given: [open(), spend({ tokens: 100 })],
    when: close,
    to: 'closed',
  },
  { promise: 'as long as something is held it is not closed', given: [open(), reserve({})], when: close },
  {
    promise: 'what is set aside is told to the budget above, but not for whom',
    given: [inside],
    when: reserve({ tokens: 9 }, 'k', mine),
    to: 'open',
    commands: [up('reserve', { key: 'k', amounts: { tokens: 9 } })],
  },
  {
    promise: 'and so is what became of it',
    given: [inside, reserve({ tokens: 9 })],
    when: settle({ tokens: 4 }),
    to: 'open',
    commands: [up('settle', { key: 'k', amounts: { tokens: 4 } })],
  },
  {
    promise: 'limits and ends are its own',
    given: [inside],
    when: close,
    to: 'closed',
    commands: [],
  },
]

describe('The budget machine', () => {
  const first = start(budgetMachine)

  it.each(rows)('$promise', row => {
    expect(play(first, row)).toEqual(promised(row))
  })

  it('is taken through all of its transitions by these', () => {
    expect(untaken(first, rows)).toEqual([])
  })

  it('says what is lacking', () => {
    const { snapshot } = sendAll(first, [open(), reserve({ tokens: 60 }, 'other'), spend({ tokens: 10 })])
    const context = snapshot.context as BudgetContext
    expect(leftOf(context)).toEqual({ tokens: 30, cost: 0.3 })
    expect(budgetKind.why?.(context, reserve({ tokens: 31 }))).toEqual({
      code: 'BUDGET_EXHAUSTED',
      message: 'budget/b: tokens: 10 of 100 spent, 60 set aside, 31 asked for',
      details: { budget: to, unit: 'tokens', limit: 100, spent: 10, reserved: 60, asked: 31 },
    })
    expect(budgetKind.why?.(context, release)).toBeUndefined()
  })
})
