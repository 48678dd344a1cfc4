/** The ledger of effects: what was announced, what came of it, and what is done where nobody knows. */
import { describe, expect, test } from 'vitest'
import { agent, task, type DoOptions, type LedgerEntry, type TaskOptions } from 'stator'
import { crashSweep, type Life, type Scenario, type Simulation } from 'stator/testing'
import type { z } from 'zod'
import { good } from './support/play.ts'
import { codeOf, worldOf } from './support/world.ts'

const HOUR = 60 * 60_000

interface Outside {
  /** Keys that were given to the outside service. */
  readonly charged: string[]
  /** What is found out there. */
  known: 'nothing' | 'yes' | 'no'
}

type Policies = TaskOptions<z.ZodUnknown, z.ZodUnknown>

/** A task that charges somebody once; in its first life, and where it is told so, it never hears what came of it. */
function paying(
  policies: Policies,
  options: DoOptions<string> = {},
  hangs = 1,
): { world: Simulation; outside: Outside; pay: ReturnType<typeof task> } {
  const outside: Outside = { charged: [], known: 'nothing' }
  const pay = task('pay', policies)
  const world = worldOf(life => ({
    agents: [
      agent('ann').handle(
        pay,
        life.handler(async (_, ctx) =>
          ctx.do(
            'charge',
            async key => {
              outside.charged.push(key)
              if (life.number <= hangs) await life.wait(10 * HOUR)
              return `paid ${outside.charged.length}`
            },
            options,
          ),
        ),
      ),
    ],
  }))
  return { world, outside, pay }
}

/** Dead in the middle of it, and up again. */
async function interrupted(world: Simulation, pay: ReturnType<typeof task>): Promise<Life> {
  const first = await world.boot()
  await first.until(first.runtime.submit(pay, null, { id: 't' }))
  await world.pass(first, 1_000)
  first.die()
  return world.boot()
}

const brief = ({ effect, state, attempts, resolved }: LedgerEntry): unknown[] => [
  effect,
  state,
  attempts,
  resolved === null ? null : `${resolved.how} by ${resolved.by}`,
]
const ledgerOf = (life: Life): unknown[][] => life.runtime.ledger.get('t').map(entry => brief(entry))

describe('without a policy', () => {
  test('the attempt is the intent of all that it does, and a sub-step that has its result is done', async () => {
    const { world, pay, outside } = paying({})
    const life = await interrupted(world, pay)
    await life.until(life.runtime.task('t').outcome())
    expect(outside.charged).toHaveLength(2)
    expect(new Set(outside.charged).size).toBe(1)
    expect(ledgerOf(life)).toEqual([
      [null, 'done', 2, null],
      ['charge', 'done', 1, null],
    ])
    expect(life.runtime.history({ types: ['task.intended'] })).toEqual([])
    const [whole, charge] = life.runtime.ledger.get('t')
    expect(outside.charged[0]).toBe(`${whole?.key}/charge`)
    expect(charge).toMatchObject({ key: outside.charged[0], task: 'task/t', run: null, agent: 'agent/ann' })
    await world.drain(life)
  })
})

describe('what was begun and has no outcome', () => {
  test('is uncertain; `retry`: it is run once more, under the same key', async () => {
    const { world, pay, outside } = paying({ uncertain: 'retry', onInterrupted: 'hold' })
    const life = await interrupted(world, pay)
    await world.pass(life, 1_000)
    expect(ledgerOf(life)).toEqual([
      [null, 'uncertain', 1, null],
      ['charge', 'uncertain', 1, null],
    ])
    await life.until(life.runtime.send({ type: 'task.retry', to: 'task/t' }))
    expect(await life.until(life.runtime.tasks.result('t'))).toBe('paid 2')
    expect(outside.charged[1]).toBe(outside.charged[0])
    expect(ledgerOf(life)[1]).toEqual(['charge', 'done', 2, null])
    await world.drain(life)
  })

  test.each<[Outside['known'], string, number, unknown[]]>([
    ['yes', 'found', 1, ['charge', 'done', 1, 'reconciled by agent/ann']],
    ['no', 'paid 2', 2, ['charge', 'done', 2, null]],
  ])('`reconcile`: its code is asked by the key (%s)', async (known, result, charged, entry) => {
    const asked: string[] = []
    const { world, pay, outside } = paying(
      { uncertain: 'reconcile' },
      {
        reconcile: key => {
          asked.push(key)
          return known === 'yes' ? { done: 'found' } : 'not done'
        },
      },
    )
    const life = await interrupted(world, pay)
    expect(await life.until(life.runtime.tasks.result('t'))).toBe(result)
    expect(outside.charged).toHaveLength(charged)
    expect(asked).toEqual([outside.charged[0]])
    expect(ledgerOf(life)[1]).toEqual(entry)
    await world.drain(life)
  })

  test('`reconcile` that does not know, like `gate`, asks people; the value that they give is its result', async () => {
    const { world, pay, outside } = paying({ uncertain: 'reconcile' }, { reconcile: () => 'unknown' })
    const life = await interrupted(world, pay)
    await world.pass(life, 1_000)
    const [gate] = life.runtime.gates.list({ open: true }).gates
    expect(gate).toMatchObject({
      title: 'Did "charge" of task/t happen?',
      details: { task: 'task/t', effect: 'charge', key: outside.charged[0] },
    })
    await life.until(
      life.runtime.gates.approve(gate?.id ?? '', { by: 'eve', reason: 'seen it', data: { value: 'paid 1' } }),
    )
    expect(await life.until(life.runtime.tasks.result('t'))).toBe('paid 1')
    expect(outside.charged).toHaveLength(1)
    expect(ledgerOf(life)[1]).toEqual(['charge', 'done', 1, 'gate by eve'])
    await world.drain(life)
  })

  test('approved without a value it did not happen, and is run; the gate is the same in every process life', async () => {
    const { world, pay, outside } = paying({ uncertain: 'gate', timeout: '1m' })
    const second = await interrupted(world, pay)
    // Its time stands still as long as it waits.
    await world.pass(second, HOUR)
    second.die()
    const third = await world.boot()
    await world.pass(third, 1_000)
    const { gates } = third.runtime.gates.list()
    expect(gates).toHaveLength(1)
    await third.until(third.runtime.gates.approve(gates[0]?.id ?? '', { by: 'eve' }))
    expect(await third.until(third.runtime.tasks.result('t'))).toBe('paid 2')
    expect(outside.charged).toHaveLength(2)
    await world.drain(third)
  })

  test('rejected, its task fails for good, and it stays uncertain', async () => {
    const { world, pay, outside } = paying({
      uncertain: 'gate',
      retry: { maxAttempts: 5, initialInterval: 0 },
    })
    const life = await interrupted(world, pay)
    await world.pass(life, 1_000)
    const [gate] = life.runtime.gates.list().gates
    await life.until(life.runtime.gates.reject(gate?.id ?? '', { by: 'eve', reason: 'nobody knows' }))
    const outcome = await life.until(life.runtime.task('t').outcome())
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'EFFECT_UNCERTAIN' } })
    expect(outside.charged).toHaveLength(1)
    expect(ledgerOf(life)).toEqual([
      [null, 'uncertain', 2, null],
      ['charge', 'uncertain', 1, null],
    ])
    expect(await codeOf(life, life.runtime.ledger.resolve('t', 'charge', { by: 'eve', notDone: true }))).toBe(
      'RECIPIENT_UNKNOWN',
    )
    await world.drain(life)
  })

  test('an operator resolves, once, while its task waits', async () => {
    const { world, pay, outside } = paying({ uncertain: 'gate', onInterrupted: 'hold' })
    const life = await interrupted(world, pay)
    await world.pass(life, 1_000)
    const { ledger } = life.runtime
    const word = { by: 'eve', reason: 'on the statement', value: 'paid 1' }
    await life.until(ledger.resolve('t', 'charge', word))
    const refused = [
      ledger.resolve('t', 'charge', word),
      ledger.resolve('t', 'other', word),
      ledger.resolve('t', 'charge', { by: 'eve' } as never),
      ledger.resolve('a b', 'charge', word),
    ]
    const codes: string[] = []
    for (const call of refused) codes.push(await codeOf(life, call))
    expect(codes).toEqual(['EFFECT_SETTLED', 'EFFECT_SETTLED', 'INPUT_INVALID', 'ADDRESS_INVALID'])
    await life.until(life.runtime.send({ type: 'task.retry', to: 'task/t' }))
    expect(await life.until(life.runtime.tasks.result('t'))).toBe('paid 1')
    expect(outside.charged).toHaveLength(1)
    expect(ledgerOf(life)[1]).toEqual(['charge', 'done', 1, 'operator by eve'])
    await world.drain(life)
  })

  test('because its time was over, or somebody called it off, stays uncertain with its task', async () => {
    const { world, pay } = paying({ uncertain: 'retry', timeout: '1m' })
    const life = await world.boot()
    const late = await life.until(life.runtime.submit(pay, null, { id: 't' }))
    await life.until(late.outcome())
    expect(ledgerOf(life)[1]).toEqual(['charge', 'uncertain', 1, null])
    const off = await life.until(life.runtime.submit(pay, null, { id: 'u' }))
    await world.pass(life, 1_000)
    await life.until(off.cancel())
    const { entries } = life.runtime.ledger.list({ state: 'uncertain' })
    expect(entries.map(({ task: of, effect }) => [of, effect])).toEqual([
      ['task/t', null],
      ['task/t', 'charge'],
      ['task/u', null],
      ['task/u', 'charge'],
    ])
    await world.drain(life)
  })
})

test('an error that says that nothing happened leaves it failed; any other leaves it uncertain', async () => {
  const states: unknown[] = []
  const odd = task('odd', { uncertain: 'gate', retry: { maxAttempts: 2, initialInterval: 0 } })
  const world = worldOf(life => ({
    agents: [
      agent('ann').handle(
        odd,
        life.handler(async (_, ctx) =>
          ctx.do(
            'charge',
            () => {
              if (ctx.attempt === 1) throw new Error('card declined')
              states.push(life.runtime.ledger.get('t').map(({ state }) => state))
              throw new Error('connection reset')
            },
            { notDone: error => (error as Error).message === 'card declined' },
          ),
        ),
      ),
    ],
  }))
  const life = await world.boot()
  const handle = await life.until(life.runtime.submit(odd, null, { id: 't' }))
  await life.until(handle.outcome())
  expect(states).toEqual([['intended', 'intended']])
  expect(ledgerOf(life)).toEqual([
    [null, 'failed', 2, null],
    ['charge', 'uncertain', 2, null],
  ])
  await world.drain(life)
})

test('a list goes by state, task, run and agent, a page at a time', async () => {
  const { world, pay } = paying({ uncertain: 'retry' }, {}, 0)
  const life = await world.boot()
  for (const id of ['a', 'b', 'c']) {
    const handle = await life.until(life.runtime.submit(pay, null, { id }))
    await life.until(handle.outcome())
  }
  const { ledger } = life.runtime
  const first = ledger.list({ state: 'done', task: 'pay', agent: 'ann', limit: 3 })
  expect(first.entries.map(({ task: of }) => of)).toEqual(['task/a', 'task/a', 'task/b', 'task/b'])
  const rest = ledger.list({ limit: 3, cursor: first.next ?? '' })
  expect(rest.entries.map(({ task: of }) => of)).toEqual(['task/c', 'task/c'])
  expect(rest.next).toBeNull()
  expect(ledger.list({ agent: 'bob' }).entries).toEqual([])
  expect(ledger.list({ run: 'nobody' }).entries).toEqual([])
  expect(() => ledger.list({ state: 'lost' as never })).toThrow('INPUT_INVALID')
  await world.drain(life)
})

test('an effect is announced before it begins, and known or uncertain after, wherever the process dies', async () => {
  const pay = task('pay', { uncertain: 'reconcile' })
  const scenario: Scenario = {
    name: 'ledger',
    setup: life => ({
      agents: [
        agent('ann').handle(
          pay,
          life.handler(async (_, ctx) =>
            ctx.do('charge', () => 'paid', {
              // Announced before, so whoever looks finds it.
              reconcile: key =>
                life.simulation.ledger.entries.some(({ what, key: done }) => what === 'sub' && done === key)
                  ? { done: 'paid' }
                  : 'not done',
            }),
          ),
        ),
      ],
    }),
    play: async life => {
      const handle = await life.until(life.runtime.submit(pay, null, { id: 't' }))
      const outcome = await life.until(handle.outcome())
      const key = life.runtime.ledger.get('t')[1]?.key
      const charged = life.simulation.ledger.entries.filter(
        ({ what, key: done }) => what === 'sub' && done === key,
      )
      return [outcome, charged.length, life.runtime.ledger.get('t').map(({ state }) => state)]
    },
  }
  const { writes, once, twice } = await crashSweep(scenario, { seed: 7, watchers: () => [good] })
  expect(once).toBe(writes * 7)
  expect(twice).toBeGreaterThan(once)
}, 120_000)
