/** Budgets: what a run, a task, and all below it may use up, in virtual time. */
import { describe, expect, test } from 'vitest'
import { agent, createRuntime, task, workflow, type StatorError, type TaskContext } from 'stator'
import { crashSweep, type Life, type Scenario, type Setup, type Simulation } from 'stator/testing'
import { z } from 'zod'
import { good } from './support/play.ts'
import { codeOf, worldOf } from './support/world.ts'

const HOUR = 60 * 60_000
const ask = task('ask', { input: z.object({ n: z.number() }) })
const dear = task('dear', { budget: { tokens: 40 }, retry: { maxAttempts: 3, initialInterval: 0 } })
const slow = task('slow', {
  input: z.object({ ms: z.number() }),
  retry: { maxAttempts: 2, initialInterval: 0 },
})

/** The clock of a simulation moves by itself a little. */
const about = (ms: number): unknown => expect.closeTo(ms, -2)

type Code = (ctx: TaskContext, life: Life) => unknown

/** Three agents, each doing all of it; what `ask` and `dear` do is given. */
const setupOf =
  (code: Code) =>
  (life: Life): Setup => ({
    agents: ['ann', 'bob', 'cy'].map(id =>
      agent(id)
        .handle(
          ask,
          life.handler(async (_, ctx) => (await code(ctx, life)) ?? null),
        )
        .handle(
          dear,
          life.handler(async (_, ctx) => (await code(ctx, life)) ?? null),
        )
        .handle(
          slow,
          life.handler(async ({ ms }) => life.wait(ms)),
        ),
    ),
    workflows: [twice, inner, outer, both],
  })

const twice = workflow('twice', { input: z.object({ n: z.number() }) })
  .step('one', ask)
  .step('two', ask)
const inner = workflow('inner', { input: z.object({ n: z.number() }) }).step('ask', ask)
const outer = workflow('outer', { input: z.object({ n: z.number() }) })
  .step('inner', inner)
  .step('after', ask)
const both = workflow('both', { input: z.object({ ms: z.number() }) }).parallel('p', steps =>
  steps.step('a', slow).step('b', slow),
)

async function worldWith(code: Code): Promise<[Simulation, Life]> {
  const world = worldOf(setupOf(code))
  return [world, await world.boot()]
}

const failureOf = async (life: Life, outcome: Promise<{ error?: unknown }>): Promise<unknown> =>
  ((await life.until(outcome)).error as { code: string } | undefined)?.code

describe('the budget of a run', () => {
  test('is what all of its steps may use up, and ends with it', async () => {
    const [world, life] = await worldWith(async ctx => {
      const held = await ctx.budget.reserve({ tokens: 30 })
      await held.settle({ tokens: 20, cost: 0.1 })
    })
    const run = await life.until(
      life.runtime.start(twice, { n: 1 }, { id: 'r', budget: { tokens: 50, cost: 5, time: '1h' } }),
    )
    expect(await life.until(run.outcome())).toMatchObject({ status: 'completed' })
    expect(life.runtime.budgets.get('r')).toMatchObject({
      state: 'closed',
      of: 'workflow/r',
      limits: { tokens: 50, cost: 5, time: HOUR },
      spent: { tokens: 40, cost: 0.2, time: about(0) },
      reserved: { tokens: 0 },
      left: { tokens: 10, cost: 4.8, time: about(HOUR) },
      holds: [],
    })
    expect(life.runtime.budgets.list()).toEqual([])
    await world.drain(life)
  })

  test('refuses what is more than is left, says how much there is, and no attempt follows', async () => {
    const seen: unknown[] = []
    const [world, life] = await worldWith(async ctx => {
      await ctx.budget.spend({ tokens: 30 })
      seen.push(ctx.budget.left())
      await ctx.budget.reserve({ tokens: 21 }).catch((error: StatorError) => {
        seen.push(error.code, error.details)
        throw error
      })
    })
    const run = await life.until(life.runtime.start(twice, { n: 1 }, { id: 'r', budget: { tokens: 50 } }))
    expect(await life.until(run.outcome())).toMatchObject({ status: 'failed' })
    expect(seen).toEqual([
      { tokens: 20 },
      'BUDGET_EXHAUSTED',
      expect.objectContaining({
        budget: 'budget/r',
        unit: 'tokens',
        limit: 50,
        spent: 30,
        reserved: 0,
        asked: 21,
      }),
    ])
    await world.drain(life)
  })

  test('exhausted, nothing of it begins any more; raised, the next does', async () => {
    let begun = 0
    const [world, life] = await worldWith(async ctx => {
      begun++
      await ctx.budget.spend({ tokens: 60 })
    })
    const { budgets } = life.runtime
    await life.until(budgets.open('month', { tokens: 100 }))
    const submit = async (): Promise<unknown> => {
      const handle = await life.until(life.runtime.submit(ask, { n: 1 }, { budget: 'month' }))
      return failureOf(life, handle.outcome())
    }
    expect([await submit(), await submit(), await submit()]).toEqual([
      undefined,
      undefined,
      'BUDGET_EXHAUSTED',
    ])
    expect(begun).toBe(2)
    expect(budgets.get('month')).toMatchObject({
      state: 'exhausted',
      spent: { tokens: 120 },
      left: { tokens: -20 },
    })
    expect(life.runtime.history({ types: ['budget.exhausted'] })).toHaveLength(1)
    await life.until(budgets.raise('month', { tokens: 200 }, { by: 'ann', reason: 'a good month' }))
    expect(await submit()).toBeUndefined()
    expect(budgets.get('month')).toMatchObject({
      state: 'open',
      raised: { by: 'ann', reason: 'a good month' },
    })
    await life.until(budgets.close('month', { by: 'ann' }))
    await world.drain(life)
  })

  test('covers runs below it, and they may have less of their own: both are charged', async () => {
    const left: unknown[] = []
    const [world, life] = await worldWith(async ctx => {
      left.push([ctx.budget.id, ctx.budget.left()])
      await ctx.budget.use({ tokens: 10 }, meter => meter.add({ tokens: 7 }))
    })
    await life.until(life.runtime.budgets.open('top', { tokens: 1000 }))
    await life.until(
      life.runtime.budgets.open('part', { tokens: 10 }, { of: 'workflow/r/inner', within: 'top' }),
    )
    const run = await life.until(life.runtime.start(outer, { n: 1 }, { id: 'r', budget: 'top' }))
    await life.until(run.outcome())
    expect(left).toEqual([
      ['part', { tokens: 10 }],
      ['r', { tokens: 993 }],
    ])
    const spent = ['top', 'r', 'part'].map(id => life.runtime.budgets.get(id)?.spent['tokens'])
    expect(spent).toEqual([14, 7, 7])
    await life.until(life.runtime.budgets.close('top'))
    await world.drain(life)
  })

  test('a budget above with too little refuses, and nobody below has taken it', async () => {
    const [world, life] = await worldWith(ctx => ctx.budget.reserve({ tokens: 11 }))
    await life.until(life.runtime.budgets.open('top', { tokens: 10 }))
    const run = await life.until(life.runtime.start(twice, { n: 1 }, { id: 'r', budget: 'top' }))
    await life.until(run.outcome())
    expect(
      life.runtime.history({ types: ['budget.reserve'] }).filter(({ refused }) => refused !== null),
    ).toMatchObject([
      { to: 'budget/r', refused: { code: 'BUDGET_EXHAUSTED', details: { budget: 'budget/top', asked: 11 } } },
    ])
    expect(life.runtime.budgets.get('r')?.spent).toEqual({ time: about(0) })
    await life.until(life.runtime.budgets.close('top'))
    await world.drain(life)
  })

  test('of time is what its attempts run, all together, and ends one that runs over', async () => {
    const [world, life] = await worldWith(() => null)
    const run = await life.until(
      life.runtime.start(both, { ms: 1_000 }, { id: 'r', budget: { time: '10s' } }),
    )
    await life.until(run.outcome())
    expect(life.runtime.budgets.get('r')?.spent).toEqual({ time: about(2_000) })
    const long = await life.until(
      life.runtime.start(both, { ms: HOUR }, { id: 's', budget: { time: '10s' } }),
    )
    expect(await life.until(long.outcome())).toMatchObject({ status: 'failed' })
    expect(life.runtime.budgets.get('s')?.spent).toEqual({ time: about(10_000) })
    const failed = life.runtime.tasks
      .list({ state: 'failed' })
      .tasks.map(({ id }) => life.runtime.tasks.get(id))
    expect(failed.map(handle => handle.attempts().map(({ error }) => error?.code))).toEqual([
      ['BUDGET_TIME_UP'],
      ['BUDGET_TIME_UP'],
    ])
    await world.drain(life)
  })
})

describe('what a task asks for itself', () => {
  test('is set aside before it begins: with less, it does not begin, and is not retried', async () => {
    let begun = 0
    const [world, life] = await worldWith(async ctx => {
      begun++
      await ctx.budget.declared?.settle({ tokens: 15 })
    })
    await life.until(life.runtime.budgets.open('b', { tokens: 50 }))
    const submit = async (): Promise<unknown> => {
      const handle = await life.until(life.runtime.submit(dear, null, { budget: 'b' }))
      return failureOf(life, handle.outcome())
    }
    expect([await submit(), await submit()]).toEqual([undefined, 'BUDGET_EXHAUSTED'])
    expect(begun).toBe(1)
    expect(life.runtime.budgets.get('b')).toMatchObject({ spent: { tokens: 15 }, reserved: { tokens: 0 } })
    await life.until(life.runtime.budgets.close('b'))
    await world.drain(life)
  })

  test('and of which it says nothing, is spent', async () => {
    const [world, life] = await worldWith(() => null)
    const handle = await life.until(life.runtime.submit(dear, null, { id: 't', budget: { tokens: 50 } }))
    await life.until(handle.outcome())
    expect(life.runtime.budgets.get('task:t')).toMatchObject({ state: 'closed', spent: { tokens: 40 } })
    await world.drain(life)
  })

  test('without a budget nothing is refused, and nothing recorded', async () => {
    const [world, life] = await worldWith(async ctx => {
      await (await ctx.budget.reserve({ tokens: 1e6 })).settle({ tokens: 1 })
      await ctx.budget.spend({ tokens: 5 })
      return [ctx.budget.id, ctx.budget.left(), await ctx.budget.use({ tokens: 3 }, () => 7)]
    })
    const handle = await life.until(life.runtime.submit(dear, null))
    expect(await life.until(handle.result())).toEqual([null, {}, 7])
    expect(life.runtime.history({ limit: 1000 }).filter(({ to }) => to.startsWith('budget/'))).toEqual([])
    await world.drain(life)
  })
})

test('messages are counted before they are sent, one for each recipient, once over all attempts', async () => {
  const codes: unknown[] = []
  const [world, life] = await worldWith(async ctx => {
    if (ctx.metadata['writes'] !== true) return
    await ctx.tell('bob', ask, { n: 1 })
    if (ctx.attempt === 1) throw new Error('once more')
    const { budget } = ctx
    codes.push(budget.left())
    for (const call of [
      () => ctx.broadcast('all', ask, { n: 2 }),
      () => ctx.tell('cy', ask, { n: 3 }),
      () => ctx.tell('cy', ask, { n: 4 }),
    ])
      codes.push(
        await call().then(
          () => 'sent',
          (error: StatorError) => error.code,
        ),
      )
  })
  const handle = await life.until(
    life.runtime.submit(dear, null, {
      id: 't',
      agent: 'ann',
      metadata: { writes: true },
      budget: { messages: 2 },
    }),
  )
  await life.until(handle.outcome())
  expect(codes).toEqual([{ messages: 1 }, 'BUDGET_EXHAUSTED', 'sent', 'BUDGET_EXHAUSTED'])
  expect(life.runtime.budgets.get('task:t')?.spent['messages']).toBe(2)
  await world.drain(life)
})

describe('an attempt that is over', () => {
  test('leaves nothing set aside: what it said nothing of is spent, and a retry sets aside anew', async () => {
    const [world, life] = await worldWith(async ctx => {
      await ctx.budget.reserve({ tokens: 10 })
      const other = await ctx.budget.reserve({ tokens: 10 })
      await other.release()
      await ctx.budget.spend({ searches: 1 }, { key: 'first' })
      await ctx.budget.spend({ calls: 1 })
      if (ctx.attempt < 3) throw new Error('once more')
    })
    const handle = await life.until(life.runtime.submit(dear, null, { id: 't', budget: { tokens: 200 } }))
    await life.until(handle.outcome())
    expect(life.runtime.budgets.get('task:t')).toMatchObject({
      spent: { tokens: 150, searches: 1, calls: 3 },
      reserved: { tokens: 0 },
      holds: [],
    })
    await world.drain(life)
  })

  test('because its process died, has used what it had set aside, and its time up to what was last seen', async () => {
    const world = worldOf(
      setupOf(async (ctx, life) => {
        await ctx.budget.reserve({ tokens: 10 })
        if (life.number > 1) return
        await life.wait(5_000)
        ctx.progress(50)
        await life.wait(HOUR)
      }),
    )
    const first = await world.boot()
    await first.until(first.runtime.submit(ask, { n: 1 }, { id: 't', budget: { tokens: 100, time: '1h' } }))
    await world.pass(first, 10_000)
    expect(first.runtime.budgets.get('task:t')).toMatchObject({ reserved: { tokens: 10 }, spent: {} })
    first.die()
    world.clock.set(world.clock.now() + 12 * HOUR)
    const second = await world.boot()
    await second.until(second.runtime.task(ask, 't').outcome())
    expect(second.runtime.budgets.get('task:t')).toMatchObject({
      state: 'closed',
      spent: { tokens: 20, time: about(5_000) },
      holds: [],
    })
    await world.drain(second)
  })

  test('because its process died, has no time of what was due before the next one began', async () => {
    const world = worldOf(
      setupOf(async (_, life) => {
        if (life.number === 1) await life.wait(HOUR)
      }),
      // What is due has a turn of its own.
      { limits: { batchDeliveries: 1 } },
    )
    const first = await world.boot()
    await first.until(
      first.runtime.submit(ask, { n: 1 }, { id: 'later', startAt: world.clock.now() + 5 * HOUR }),
    )
    await first.until(first.runtime.submit(ask, { n: 1 }, { id: 't', budget: { time: '1h' } }))
    await world.pass(first, 10_000)
    first.die()
    world.clock.set(world.clock.now() + 12 * HOUR)
    const second = await world.boot()
    await second.until(second.runtime.task(ask, 't').outcome())
    await world.drain(second)
    expect(second.runtime.budgets.get('task:t')).toMatchObject({ state: 'closed', spent: { time: about(0) } })
  })

  test('cannot set aside anything any more', async () => {
    const late: unknown[] = []
    const [world, life] = await worldWith(async ctx => {
      const held = await ctx.budget.reserve({ tokens: 1 })
      await life.wait(HOUR)
      late.push(await held.settle({ tokens: 1 }).catch((error: StatorError) => error.code))
      late.push(await ctx.budget.reserve({ tokens: 1 }).catch((error: StatorError) => error.code))
    })
    const handle = await life.until(life.runtime.submit(ask, { n: 1 }, { id: 't', budget: { tokens: 9 } }))
    await world.pass(life, 1_000)
    await life.until(handle.cancel())
    expect(life.runtime.budgets.get('task:t')).toMatchObject({
      state: 'closed',
      spent: { tokens: 1, time: about(1_000) },
    })
    await world.drain(life)
    expect(late).toEqual(['STALE_ATTEMPT', 'STALE_ATTEMPT'])
  })
})

describe('a budget by name', () => {
  test('is opened once; is raised, never lowered; and is closed when nothing is set aside', async () => {
    const [world, life] = await worldWith(() => null)
    const { budgets } = life.runtime
    const opened = await life.until(budgets.open('b', { tokens: 5, time: '1m' }))
    expect(opened).toMatchObject({
      id: 'b',
      state: 'open',
      of: null,
      within: null,
      limits: { tokens: 5, time: 60_000 },
    })
    expect(await life.until(budgets.open('b', { tokens: 5, time: '1m' }))).toEqual(opened)
    const word = { by: 'ann', reason: 'why not' }
    const codes = [
      budgets.open('b', { tokens: 6 }),
      budgets.open('c', { tokens: -1 }),
      budgets.open('c', { time: 'soon' as never }),
      budgets.open('c', { tokens: 1 }, { within: 'nobody' }),
      budgets.raise('b', { tokens: 4 }, word),
      budgets.raise('b', { cost: 4 }, word),
      budgets.raise('nobody', { tokens: 4 }, word),
      budgets.raise('b', { tokens: 9 }, { by: '', reason: '' }),
      life.runtime.submit(ask, { n: 1 }, { budget: 'nobody' }),
      life.runtime.submit(ask, { n: 1 }, { budget: 7 as never }),
    ]
    const refused: string[] = []
    for (const call of codes) refused.push(await codeOf(life, call))
    expect(refused).toEqual([
      'IDEMPOTENCY_CONFLICT',
      'INPUT_INVALID',
      'DEFINITION_INVALID',
      'NOT_FOUND',
      'EVENT_REFUSED',
      'EVENT_REFUSED',
      'RECIPIENT_UNKNOWN',
      'INPUT_INVALID',
      'NOT_FOUND',
      'INPUT_INVALID',
    ])
    expect((await life.until(budgets.close('b', { by: 'ann', reason: 'over' }))).state).toBe('closed')
    expect(budgets.get('b')?.endedAt).toBeGreaterThan(0)
    expect(budgets.get('nobody')).toBeUndefined()
    await world.drain(life)
  })

  test.each(['constructor', 'toString', 'valueOf'])('%s is no unit: every object has one', async unit => {
    const [world, life] = await worldWith(ctx => ctx.budget.spend({ [unit]: 1 }))
    expect(await codeOf(life, life.runtime.budgets.open('b', { [unit]: 1 }))).toBe('INPUT_INVALID')
    const handle = await life.until(life.runtime.submit(ask, { n: 1 }, { budget: { tokens: 1 } }))
    expect(await failureOf(life, handle.outcome())).toBe('INPUT_INVALID')
    await world.drain(life)
  })

  test('is started under once, however often it is asked for under one key', async () => {
    const [world, life] = await worldWith(() => null)
    const how = { idempotencyKey: 'k', budget: { tokens: 9 } }
    const one = await life.until(life.runtime.submit(ask, { n: 1 }, how))
    const two = await life.until(life.runtime.submit(ask, { n: 1 }, how))
    expect(two.address).toBe(one.address)
    expect(await codeOf(life, life.runtime.submit(ask, { n: 1 }, { ...how, budget: { tokens: 8 } }))).toBe(
      'IDEMPOTENCY_CONFLICT',
    )
    await life.until(one.outcome())
    expect(life.runtime.history({ types: ['budget.open'] })).toHaveLength(1)
    await world.drain(life)
  })
})

test('of an attempt that goes on in a fork by a mock, what it has set aside is its own still', async () => {
  const [world, life] = await worldWith(async (ctx, its) => {
    await ctx.budget.reserve({ tokens: 3 })
    await its.wait(HOUR)
  })
  await life.until(life.runtime.submit(ask, { n: 1 }, { id: 't', budget: { tokens: 9 } }))
  await world.pass(life, 1_000)
  const mock = async (_: unknown, ctx: TaskContext): Promise<null> => {
    await (await ctx.budget.reserve({ tokens: 3 })).settle({ tokens: 2 })
    return null
  }
  await using fork = await createRuntime({
    journal: life.runtime.fork(),
    tasks: [ask],
    effects: { ask: mock },
  })
  expect(await fork.task('t').outcome()).toMatchObject({ status: 'completed' })
  expect(fork.budgets.get('task:t')).toMatchObject({ state: 'closed', spent: { tokens: 2 }, holds: [] })
  life.die()
})

test('sums hold, nothing is charged twice and nothing is left behind, wherever the process dies', async () => {
  const scenario: Scenario = {
    name: 'budgets',
    limits: { batchDeliveries: 3 },
    setup: setupOf(async ctx => {
      const done = await ctx.do('model', async () =>
        ctx.budget.use({ tokens: 10 }, meter => meter.add({ tokens: 4 })),
      )
      await ctx.budget.spend({ searches: 1 }, { key: 'search' })
      return done ?? null
    }),
    play: async life => {
      const { runtime } = life
      await life.until(runtime.budgets.open('top', { searches: 50 }))
      const run = await life.until(runtime.start(inner, { n: 1 }, { id: 'r', budget: 'top' }))
      const ends = [await life.until(run.outcome())]
      // What is left of a turn that was too long comes in the next.
      await life.until(life.wait(100))
      const top = runtime.budgets.get('top')
      const { tokens = 0, searches } = top?.spent ?? {}
      return [
        ends.map(({ status }) => status),
        searches,
        tokens >= 4,
        top?.holds,
        runtime.budgets.get('r')?.state,
      ]
    },
  }
  const { writes, once, twice: again } = await crashSweep(scenario, { seed: 7, watchers: () => [good] })
  expect(once).toBe(writes * 7)
  expect(again).toBeGreaterThan(once)
}, 300_000)
