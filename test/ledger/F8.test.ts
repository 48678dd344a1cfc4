/**
 * F8, the effect ledger and budgets: the intent is recorded before every external effect, one idempotency key stands for all attempts; limits
 * on time, tokens, cost, messages and hops are enforced by the hub. And of A9, limits per task.
 */
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  agent,
  createRuntime,
  memory,
  task,
  workflow,
  type Amounts,
  type AttemptBudget,
  type BudgetInfo,
  type LedgerEntry,
  type Reservation,
} from 'stator'
import { z } from 'zod'

const pay = task('pay', {
  input: z.object({ euros: z.number() }),
  output: z.string(),
  uncertain: 'reconcile',
})
const think = task('think', { input: z.object({ n: z.int() }), output: z.int(), budget: { tokens: 40 } })
const thinking = workflow('thinking', { input: z.object({ n: z.int() }) })
  .step('one', think)
  .step('two', think, () => ({ n: 2 }))
  .step('three', think, () => ({ n: 3 }))

describe('the ledger of effects', () => {
  test('has the intent before the effect, its outcome after, and one key for all attempts', async () => {
    const seen: unknown[] = []
    const keys: string[] = []
    const twice = task('twice', { uncertain: 'retry', retry: { maxAttempts: 2, initialInterval: 0 } })
    const till = agent('till').handle(twice, (_, ctx) =>
      ctx.do('charge', key => {
        keys.push(key)
        // It stands in the journal while this runs.
        seen.push(runtime.history({ types: ['task.intended'] }).length, stateOf())
        if (keys.length === 1) throw new Error('connection reset')
        return 'paid'
      }),
    )
    await using runtime = await createRuntime({ agents: [till] })
    const stateOf = (): unknown => runtime.ledger.get('order').map(({ state }) => state)
    const handle = await runtime.submit(twice, null, { id: 'order' })
    expect(await handle.result()).toBe('paid')
    expect(seen).toEqual([1, ['intended', 'intended'], 2, ['intended', 'intended']])
    expect(new Set(keys).size).toBe(1)
    const [, charge] = runtime.ledger.get('order')
    expect(charge).toMatchObject({ effect: 'charge', state: 'done', attempts: 2, key: keys[0] })
    expectTypeOf(runtime.ledger.get('order')).toEqualTypeOf<LedgerEntry[]>()
  })

  test('asks what became of an effect that nobody heard of, and does not do it twice', async () => {
    const journal = memory()
    const paid: string[] = []
    const till = agent('till').handle(pay, ({ euros }, ctx) =>
      ctx.do(
        'transfer',
        async key => {
          paid.push(key)
          // The word of it is lost.
          await new Promise(() => {})
          return `${euros}`
        },
        { reconcile: key => (paid.includes(key) ? { done: 'found' } : 'not done') },
      ),
    )
    const first = await createRuntime({ journal, agents: [till] })
    await first.submit(pay, { euros: 7 }, { id: 'order' })
    while (paid.length === 0) await new Promise(resolve => void setImmediate(resolve))
    await first.close()
    await using second = await createRuntime({ journal, agents: [till] })
    expect(await second.tasks.result('order')).toBe('found')
    expect(paid).toHaveLength(1)
    expect(second.ledger.list({ task: 'pay', state: 'done' }).entries).toMatchObject([
      { effect: null },
      { effect: 'transfer', resolved: { how: 'reconciled', by: 'agent/till' } },
    ])
  })
})

describe('budgets', () => {
  const scholar = (begun: number[]): ReturnType<typeof agent> =>
    agent('scholar').handle(think, async ({ n }, ctx) => {
      begun.push(n)
      expectTypeOf<AttemptBudget['reserve']>().returns.resolves.toEqualTypeOf<Reservation>()
      await ctx.budget.declared?.settle({ tokens: 30, cost: 0.1 })
      return n
    })

  test('of a run refuse the step for which there is too little, before it begins', async () => {
    const begun: number[] = []
    await using runtime = await createRuntime({ agents: [scholar(begun)], workflows: [thinking] })
    const run = await runtime.start(
      thinking,
      { n: 1 },
      { id: 'r', budget: { tokens: 90, time: '1h', messages: 5 } },
    )
    expect(await run.outcome()).toMatchObject({
      status: 'failed',
      steps: { three: { status: 'failed', error: { code: 'BUDGET_EXHAUSTED', retryable: false } } },
    })
    expect(begun).toEqual([1, 2])
    const budget = runtime.budgets.get('r')
    expect(budget).toMatchObject({ of: 'workflow/r', spent: { tokens: 60, cost: 0.2 }, holds: [] })
    expectTypeOf(budget).toEqualTypeOf<BudgetInfo | undefined>()
    expectTypeOf<BudgetInfo['spent']>().toEqualTypeOf<Amounts>()
  })

  test('of one task are limits of that task', async () => {
    const begun: number[] = []
    await using runtime = await createRuntime({ agents: [scholar(begun)] })
    const enough = await runtime.submit(think, { n: 1 }, { budget: { tokens: 40 } })
    const tooFew = await runtime.submit(think, { n: 2 }, { budget: { tokens: 39 } })
    expect(await enough.result()).toBe(1)
    expect(await tooFew.outcome()).toMatchObject({ status: 'failed', error: { code: 'BUDGET_EXHAUSTED' } })
    expect(begun).toEqual([1])
  })

  test('are shared by many runs, which stop together and go on when somebody raises it', async () => {
    const begun: number[] = []
    await using runtime = await createRuntime({ agents: [scholar(begun)], workflows: [thinking] })
    await runtime.budgets.open('june', { tokens: 100 })
    const start = async (id: string): Promise<string> => {
      const run = await runtime.start(thinking, { n: 1 }, { id, budget: 'june' })
      return (await run.outcome()).status
    }
    expect([await start('a'), await start('b')]).toEqual(['completed', 'failed'])
    await runtime.budgets.raise('june', { tokens: 300 }, { by: 'ada', reason: 'it is worth it' })
    expect(await start('c')).toBe('completed')
    expect(runtime.budgets.get('june')?.spent['tokens']).toBe(180)
  })
})
