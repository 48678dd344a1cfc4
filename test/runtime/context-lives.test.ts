/** Shared values over time: attempts, crashes, restarts, the end of what they belong to, prunings, forks; and who watches them. */
import { describe, expect, test } from 'vitest'
import { agent, createRuntime, cursorOf, memory, sharedContext, workflow, type ContextVersion } from 'stator'
import { crashSweep, type Scenario } from 'stator/testing'
import { z } from 'zod'
import { emptyMemory } from '../../src/runtime/memory-journal.ts'
import { board, crew, files, shelfOf, shelfSetup, work } from './support/shelf.ts'
import { good } from './support/play.ts'
import { codeOf } from './support/world.ts'

const site = { project: 'site' } as const
const HOUR = 3_600_000

describe('another attempt', () => {
  test('that asks for the same has it already, and does not do it twice', async () => {
    const world = shelfOf(async (_, ctx) => {
      const values = ctx.context(board, site)
      const first = await values.update('count', (count = 0) => count + 1)
      const second = await values.update('count', (count = 0) => count + 10)
      await values.set('plan', { goal: 'ship' })
      await values.delete('plan')
      if (ctx.attempt === 1) throw new Error('once more')
      return [first.value, second.value]
    })
    const life = await world.boot()
    const task = await life.until(life.runtime.submit(work, { n: 1 }))
    expect(await life.until(task.result())).toEqual([1, 11])
    const values = life.runtime.context(board, site)
    expect([values.entry('count')?.version, values.history('plan').length]).toEqual([2, 2])
    await world.drain(life)
  })

  test('does not write again what somebody has changed since', async () => {
    const world = shelfOf(async (_, ctx, life) => {
      await ctx.context(board, site).set('count', 1)
      if (ctx.attempt === 2) return
      await life.runtime.context(board, site).set('count', 2)
      throw new Error('once more')
    })
    const life = await world.boot()
    const task = await life.until(life.runtime.submit(work, { n: 1 }))
    await life.until(task.result())
    expect(life.runtime.context(board, site).get('count')).toBe(2)
    await world.drain(life)
  })

  test('has taken its place: the one before it writes no more', async () => {
    const codes: string[] = []
    const world = shelfOf(async (_, ctx, life) => {
      const values = ctx.context(board, site)
      if (ctx.attempt === 2) return values.set('count', 2)
      await life.wait(2 * HOUR)
      await values.set('count', 1).catch((error: { code: string }) => codes.push(error.code))
      return null
    }, {})
    const life = await world.boot()
    const task = await life.until(life.runtime.submit(work, { n: 1 }))
    await life.until(task.outcome())
    await world.pass(life, 3 * HOUR)
    expect(codes).toContain('STALE_ATTEMPT')
    expect(
      life.runtime
        .context(board, site)
        .history('count')
        .map(({ value }) => value),
    ).toEqual([2])
    await world.drain(life)
  })
})

describe('a lock of a value', () => {
  test('is held by one after the other; who comes late with its token is refused', async () => {
    const codes: string[] = []
    const world = shelfOf(async ({ n }, ctx, life) => {
      const values = ctx.context(board, site)
      const lock = await values.lock('plan', { lease: '1s' })
      // The first says nothing for longer than its lease, and goes on as if nothing were.
      await life.wait(n === 1 ? 5_000 : 10)
      try {
        await values.set('plan', { goal: `by ${n}` }, { fence: lock.token })
      } catch (error) {
        codes.push((error as { code: string }).code)
      }
    })
    const life = await world.boot()
    const tasks = await life.until(Promise.all([1, 2].map(n => life.runtime.submit(work, { n }))))
    await life.until(Promise.all(tasks.map(task => task.outcome())))
    const values = life.runtime.context(board, site)
    expect([values.get('plan')?.goal, values.history('plan').length, codes]).toEqual([
      'by 2',
      1,
      ['STALE_TOKEN'],
    ])
    await world.drain(life)
  })
})

describe('the same key', () => {
  test('writes once, also after a restart; for something else it is refused', async () => {
    const world = shelfOf(() => null)
    const life = await world.boot()
    const once = { idempotencyKey: 'k' }
    const first = await life.until(life.runtime.context(board, site).set('count', 1, once))
    await life.until(life.runtime.context(board, site).set('count', 2))
    life.die()
    const again = await world.boot()
    const values = again.runtime.context(board, site)
    expect(await again.until(values.set('count', 1, once))).toEqual(first)
    expect(values.get('count')).toBe(2)
    expect(await codeOf(again, values.set('count', 3, once))).toBe('IDEMPOTENCY_CONFLICT')
    await world.drain(again)
  })
})

describe('the end of a run', () => {
  test('ends what belongs to it: it can be read, and not be written', async () => {
    const world = shelfOf(({ n }, ctx) => ctx.context(board).set('count', n))
    const life = await world.boot()
    const scope = { run: 'r1' }
    expect(await codeOf(life, life.runtime.context(board, scope).set('count', 9))).toBe('CONTEXT_ENDED')
    const run = await life.until(life.runtime.start(crew, { n: 1 }, { id: 'r1' }))
    await life.until(run.outcome())
    const values = life.runtime.context(board, scope)
    expect(values.entry('count')).toMatchObject({ value: 2, version: 2 })
    expect(await codeOf(life, values.set('count', 9))).toBe('CONTEXT_ENDED')
    expect(life.runtime.history({ types: ['context.end'] })).toHaveLength(1)
    await world.drain(life)
  })

  test('takes along what runs below it have written: they share', async () => {
    const inner = workflow('inner', { input: z.object({ n: z.int() }) }).step(
      'deep',
      work,
      ({ input }) => input,
    )
    const outer = workflow('outer')
      .step('below', inner, () => ({ n: 5 }))
      .step('after', work, () => ({ n: 0 }))
    const journal = memory()
    const ann = agent('ann').handle(work, ({ n }, ctx) =>
      n === 5 ? ctx.context(board).set('count', 5) : (ctx.context(board).get('count') ?? null),
    )
    await using runtime = await createRuntime({
      journal,
      agents: [ann],
      workflows: [outer],
      contexts: [board],
    })
    const run = await runtime.start(outer, {}, { id: 'top' })
    expect(await run.outcome()).toMatchObject({ outputs: { after: 5 } })
    expect(runtime.context(board, { run: 'top' }).entry('count')).toMatchObject({
      task: 'task/top/below/deep',
    })
  })

  test('pruned, takes its values along; those of projects stay', async () => {
    const world = shelfOf(async ({ n }, ctx) => {
      await ctx.context(board).set('count', n)
      await ctx.context(board, site).set('count', n, { why: `n is ${n}` })
    })
    const life = await world.boot()
    const run = await life.until(life.runtime.start(crew, { n: 1 }, { id: 'r1' }))
    await life.until(run.outcome())
    await world.pass(life, HOUR)
    const late = await life.until(life.runtime.start(crew, { n: 7 }, { id: 'r2' }))
    await life.until(late.outcome())
    await world.pass(life, 1_000)
    life.runtime.prune({ olderThan: '30m' })
    const values = (id: string) => life.runtime.context(board, { run: id })
    expect([values('r1').get('count'), values('r1').history('count')]).toEqual([undefined, []])
    expect(values('r2').get('count')).toBe(8)
    const shared = life.runtime.context(board, site)
    expect(shared.entry('count')).toMatchObject({ value: 8, version: 4 })
    expect(
      shared
        .history('count')
        .slice(0, 2)
        .map(({ version, why }) => [version, why]),
    ).toEqual([
      [4, 'n is 8'],
      [3, 'n is 7'],
    ])
    // Also when nothing else is left of them.
    await world.pass(life, HOUR)
    life.runtime.prune({ olderThan: 0 })
    expect(shared.entry('count')).toMatchObject({ value: 8, version: 4, why: 'n is 8' })
    life.die()
    const again = await world.boot()
    const after = again.runtime.context(board, site)
    expect(await again.until(after.set('count', 9))).toMatchObject({ version: 5 })
    await world.drain(again)
  })
})

describe('the history', () => {
  test('has every version with who and why, newest first, in pages', async () => {
    const world = shelfOf(() => null)
    const life = await world.boot()
    const values = life.runtime.context(files, site)
    for (let n = 1; n <= 5; n++) await life.until(values.set('a', `v${n}`, { why: `because ${n}` }))
    await life.until(values.set('b', 'x'))
    await codeOf(life, values.compareAndSet('a', 'lost', { version: 1 }))
    const page = (before?: number) =>
      values.history('a', { limit: 2, ...(before !== undefined && { before }) }).map(each => each.version)
    expect([page(), page(4), page(2)]).toEqual([[5, 4], [3, 2], [1]])
    expect(values.history('a')[4]).toEqual({
      key: 'a',
      value: 'v1',
      version: 1,
      isDeleted: false,
      by: 'client/local',
      task: null,
      why: 'because 1',
      at: expect.any(Number) as number,
    })
    await world.drain(life)
  })
})

describe('whoever watches', () => {
  test('gets the value that is there, and every version after it, once', async () => {
    const world = shelfOf(() => null)
    const life = await world.boot()
    const values = life.runtime.context(board, site)
    await life.until(values.set('count', 1))
    const early: ContextVersion<number>[] = []
    const none: unknown[] = []
    values.watch('count').subscribe(version => early.push(version))
    values.watch('notes').subscribe(version => none.push(version))
    await life.until(Promise.all([2, 3, 4].map(n => values.set('count', n))))
    await life.until(values.delete('count'))
    const late: ContextVersion<number>[] = []
    values.watch('count').subscribe(version => late.push(version))
    await life.until(values.set('count', 6))
    await world.pass(life, 10)
    expect(early.map(({ version, value }) => [version, value])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
      [5, undefined],
      [6, 6],
    ])
    expect([late.map(({ version }) => version), none]).toEqual([[6], []])
    await world.drain(life)
  })

  test('from within the very turn that writes misses nothing, and sees nothing twice', async () => {
    const seen: number[] = []
    const world = shelfOf(({ n }, ctx) => {
      if (n === 2)
        ctx
          .context(board)
          .watch('count')
          .subscribe(({ version }) => seen.push(version))
      return ctx.context(board).set('count', n)
    })
    const life = await world.boot()
    const run = await life.until(life.runtime.start(crew, { n: 1 }))
    await life.until(run.outcome())
    await world.pass(life, 10)
    expect(seen).toEqual([1, 2])
    await world.drain(life)
  })

  test('is told when it is over; and harms nobody by throwing', async () => {
    const world = shelfOf(async ({ n }, ctx) => {
      await ctx.context(board).set('count', n)
    })
    const life = await world.boot()
    const run = await life.until(life.runtime.start(crew, { n: 1 }, { id: 'r1' }))
    const values = life.runtime.context(board, { run: 'r1' })
    const told: string[] = []
    for (const key of ['count', 'notes'] as const)
      values.watch(key).subscribe({
        next: () => {
          throw new Error('mine')
        },
        complete: () => told.push(key),
      })
    await life.until(run.outcome())
    await world.pass(life, 10)
    values.watch('count').subscribe({ complete: () => told.push('late') })
    values.watch('plan').subscribe({ complete: () => told.push('never') })
    expect(told.toSorted()).toEqual(['count', 'late', 'never', 'notes'])
    await world.drain(life)
  })
})

describe('a fork', () => {
  test('has the values as they stood, and goes its own way', async () => {
    const state = emptyMemory()
    const contexts = [board]
    const runtime = await createRuntime({ journal: memory(state), contexts })
    const values = runtime.context(board, site)
    for (const n of [1, 2, 3]) await values.set('count', n)
    const second = runtime.history({ types: ['context.set'] })[1]
    const copy = runtime.fork(second === undefined ? {} : { at: cursorOf(second) })
    await runtime.close()
    await using other = await createRuntime({ journal: copy, contexts })
    const forked = other.context(board, site)
    expect(forked.entry('count')).toMatchObject({ value: 2, version: 2 })
    expect(await forked.set('count', 30)).toMatchObject({ version: 3 })
  })
})

/** Racing updates within one run and one project, and a watcher who counts. */
const race = (): Scenario => ({
  name: 'race',
  limits: { idle: 20 },
  setup: shelfSetup(async ({ n }, ctx) => {
    await ctx.context(board, site).update('count', (count = 0) => count + n)
    if (!ctx.task.startsWith('task/r1/')) return
    await ctx.context(board).update('notes', (notes = []) => [...notes, ctx.task])
  }),
  play: async life => {
    const run = await life.until(life.runtime.start(crew, { n: 1 }, { id: 'r1' }))
    const tasks = await life.until(
      Promise.all([1, 2].map(n => life.runtime.submit(work, { n }, { id: `t${n}` }))),
    )
    await life.until(run.outcome())
    await life.until(Promise.all(tasks.map(task => task.outcome())))
    const shared = life.runtime.context(board, site)
    const own = life.runtime.context(board, { run: 'r1' })
    return [
      shared.get('count'),
      shared.entry('count')?.version,
      own.get('notes'),
      own.history('notes').length,
    ]
  },
})
describe('a crash', () => {
  test('at any write, and another in the start after it, loses no update and does none twice', async () => {
    const { writes, once } = await crashSweep(race, { seed: 3, watchers: () => [good] })
    expect(once).toBe(writes * 7)
  }, 300_000)
})

test('a context of any key is one schema for all', () => {
  expect(sharedContext('any', z.string()).keys).toBeNull()
})
