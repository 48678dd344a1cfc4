/** Shared values: who writes which version over which, what conflicts say, how much there may be, and where it ends. In virtual time. */
import { describe, expect, test } from 'vitest'
import { createRuntime, memory, sharedContext, type StatorError } from 'stator'
import type { Life } from 'stator/testing'
import { z } from 'zod'
import { board, crew, files, shelfOf, work } from './support/shelf.ts'
import { codeOf } from './support/world.ts'

const site = { project: 'site' } as const

async function errorOf(life: Life, promise: Promise<unknown>): Promise<StatorError> {
  return life.until(promise).then(
    () => expect.fail('nothing was refused'),
    (error: unknown) => error as StatorError,
  )
}

describe('a shared value', () => {
  test('is there for who comes later, with its version, its writer and his reason', async () => {
    const world = shelfOf(async ({ n }, ctx) => {
      const values = ctx.context(board)
      if (n === 1) return values.set('plan', { goal: 'ship' }, { why: 'as agreed' })
      return values.entry('plan')
    })
    const life = await world.boot()
    const run = await life.until(life.runtime.start(crew, { n: 1 }, { id: 'r1' }))
    const { outputs } = (await life.until(run.outcome())) as { outputs: Record<string, unknown> }
    expect(outputs['first']).toEqual({
      key: 'plan',
      value: { goal: 'ship', steps: [] },
      version: 1,
      by: expect.stringMatching(/^agent\/(ann|bob)$/) as string,
      task: 'task/r1/first',
      why: 'as agreed',
      at: expect.any(Number) as number,
    })
    expect(outputs['second']).toEqual(outputs['first'])
    await world.drain(life)
  })

  test('of one run is not that of another, nor that of a project', async () => {
    const world = shelfOf(({ n }, ctx) => {
      const before = ctx.context(board).get('count')
      return ctx
        .context(board)
        .set('count', n)
        .then(() => before ?? null)
    })
    const life = await world.boot()
    const { runtime } = life
    await life.until(runtime.context(board, site).set('count', 100))
    for (const id of ['a', 'b']) {
      const run = await life.until(runtime.start(crew, { n: 1 }, { id }))
      expect(await life.until(run.outcome())).toMatchObject({ outputs: { first: null, second: 1 } })
    }
    expect(runtime.context(board, site).entry('count')).toMatchObject({ value: 100, version: 1 })
    await world.drain(life)
  })

  test('is one value for all tasks of a project, whichever run they are in', async () => {
    const world = shelfOf(({ n }, ctx) => ctx.context(board, site).set('count', n))
    const life = await world.boot()
    for (const n of [10, 20]) {
      const run = await life.until(life.runtime.start(crew, { n }))
      await life.until(run.outcome())
    }
    expect(life.runtime.context(board, site).entry('count')).toMatchObject({ value: 21, version: 4 })
    await world.drain(life)
  })

  test('of a task that is in no run is there for its next attempt', async () => {
    const world = shelfOf(async (_, ctx) => {
      if (ctx.attempt === 1) {
        await ctx.context(board).set('count', 7)
        throw new Error('once more')
      }
      return ctx.context(board).get('count')
    })
    const life = await world.boot()
    const task = await life.until(life.runtime.submit(work, { n: 1 }, { id: 't' }))
    expect(await life.until(task.result())).toBe(7)
    expect(life.runtime.context(board, { task: 't' }).get('count')).toBe(7)
    await world.drain(life)
  })

  test('deleted, is not there; its versions go on', async () => {
    const world = shelfOf(() => null)
    const life = await world.boot()
    const values = life.runtime.context(board, site)
    expect(await life.until(values.delete('count'))).toBe(false)
    await life.until(values.set('count', 1))
    expect(await codeOf(life, values.delete('count', { version: 2 }))).toBe('CONTEXT_CONFLICT')
    expect(await life.until(values.delete('count', { version: 1, why: 'no use' }))).toBe(true)
    expect(await life.until(values.delete('count'))).toBe(false)
    expect(values.get('count')).toBeUndefined()
    expect(await life.until(values.compareAndSet('count', 5, { version: 0 }))).toMatchObject({ version: 3 })
    expect(
      values.history('count').map(({ version, value, isDeleted }) => [version, value, isDeleted]),
    ).toEqual([
      [3, 5, false],
      [2, undefined, true],
      [1, 1, false],
    ])
    await world.drain(life)
  })
})

describe('a conflict', () => {
  test('names both writers, and leaves what is there', async () => {
    const world = shelfOf(() => null)
    const life = await world.boot()
    const ann = life.runtime.context(board, site, { as: life.runtime.client('ann') })
    const bob = life.runtime.context(board, site, { as: life.runtime.client('bob') })
    await life.until(ann.set('count', 1, { why: 'a start' }))
    const error = await errorOf(life, bob.compareAndSet('count', 9, { version: 0, why: 'a better start' }))
    expect(error.code).toBe('CONTEXT_CONFLICT')
    expect(error.details).toMatchObject({
      current: { version: 1, by: 'client/ann', task: null, why: 'a start' },
      tried: { by: 'client/bob', expected: 0, why: 'a better start' },
    })
    expect(error.message).toContain('client/ann made version 1')
    expect(ann.entry('count')).toMatchObject({ value: 1, version: 1, by: 'client/ann' })
    await world.drain(life)
  })

  test('of two that saw the same version, one is taken and the other told', async () => {
    const world = shelfOf(() => null)
    const life = await world.boot()
    const values = life.runtime.context(board, site)
    await life.until(values.set('count', 1))
    const settled = await life.until(
      Promise.allSettled([2, 3].map(n => values.compareAndSet('count', n, { version: 1 }))),
    )
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(values.entry('count')).toMatchObject({ value: 2, version: 2 })
    await world.drain(life)
  })

  test('updates that race lose nothing: each is made of the one before', async () => {
    const world = shelfOf(async (_, ctx) => {
      await ctx.context(board, site).update('count', count => (count ?? 0) + 1, { why: ctx.task })
      await ctx.context(board, site).update('notes', async (notes = []) => [...notes, ctx.task])
    })
    const life = await world.boot()
    const tasks = await life.until(
      Promise.all(Array.from({ length: 12 }, (_, n) => life.runtime.submit(work, { n }))),
    )
    await life.until(Promise.all(tasks.map(task => task.result())))
    const values = life.runtime.context(board, site)
    expect(values.entry('count')).toMatchObject({ value: 12, version: 12 })
    expect(values.get('notes')?.toSorted()).toEqual(tasks.map(({ address }) => address).toSorted())
    expect(new Set(values.history('count').map(({ why }) => why)).size).toBe(12)
    await world.drain(life)
  })

  test('an update gives up after so many tries, with the last conflict', async () => {
    const world = shelfOf(() => null)
    const life = await world.boot()
    const values = life.runtime.context(board, site)
    let tries = 0
    const change = async (count = 0): Promise<number> => {
      tries++
      await values.set('count', count + 100)
      return count + 1
    }
    expect(await codeOf(life, values.update('count', change, { attempts: 3 }))).toBe('CONTEXT_CONFLICT')
    expect([tries, values.get('count')]).toEqual([3, 300])
    await world.drain(life)
  })
})

describe('what may be written', () => {
  test('is what its schema says, and no other key', async () => {
    const world = shelfOf(() => null)
    const life = await world.boot()
    const values = life.runtime.context(board, site)
    const error = await errorOf(life, values.set('plan', { goal: 7 } as never))
    expect(error).toMatchObject({ code: 'CONTEXT_INVALID', details: { issues: [{ path: 'goal' }] } })
    expect(await codeOf(life, values.set('colour' as never, 1 as never))).toBe('CONTEXT_INVALID')
    expect(
      await codeOf(
        life,
        values.update('count', () => 'x' as never),
      ),
    ).toBe('CONTEXT_INVALID')
    expect(() => values.get('colour' as never)).toThrow(expect.objectContaining({ code: 'CONTEXT_INVALID' }))
    expect(await codeOf(life, values.set('count', 1, { reason: 'x' } as never))).toBe('INPUT_INVALID')
    expect(life.runtime.history({ types: ['context.set'] })).toEqual([])
    await world.drain(life)
  })

  test('has a size; and so has a scope', async () => {
    const world = shelfOf(() => null, { limits: { contextBytes: 12, contextKeys: 2 } })
    const life = await world.boot()
    const values = life.runtime.context(files, site)
    await life.until(values.set('a', '0123456789'))
    const large = await errorOf(life, values.set('a', '01234567890'))
    expect(large).toMatchObject({
      code: 'CONTEXT_FULL',
      details: { limit: 'contextBytes', bytes: 13, most: 12 },
    })
    await life.until(values.set('b', 'x'))
    const many = await errorOf(life, values.set('c', 'x'))
    expect(many).toMatchObject({ code: 'CONTEXT_FULL', details: { limit: 'contextKeys', keys: 2 } })
    // What is there may be written, and another scope has room of its own.
    await life.until(values.set('a', 'y'))
    await life.until(life.runtime.context(files, { project: 'other' }).set('c', 'x'))
    expect(values.get('c')).toBeUndefined()
    await world.drain(life)
  })

  test('under a lock is refused once somebody has written under a later one', async () => {
    const world = shelfOf(() => null)
    const life = await world.boot()
    const values = life.runtime.context(board, site)
    await life.until(values.set('count', 1, { fence: 7 }))
    await life.until(values.set('count', 2, { fence: 9 }))
    const error = await errorOf(life, values.set('count', 3, { fence: 7 }))
    expect(error).toMatchObject({ code: 'STALE_TOKEN', details: { token: 7, newest: 9 } })
    expect(await codeOf(life, values.delete('count', { fence: 8 }))).toBe('STALE_TOKEN')
    expect(values.get('count')).toBe(2)
    await world.drain(life)
  })

  test('is said through the context, by whoever is known, and not to the hub', async () => {
    const world = shelfOf(() => null)
    const life = await world.boot()
    const { runtime } = life
    await life.until(runtime.context(board, site).set('count', 1))
    const to = 'context/project/site/board/count'
    expect(await codeOf(life, runtime.send({ type: 'context.set', to, data: { value: 2 } }))).toBe(
      'MESSAGE_TYPE_UNKNOWN',
    )
    expect(() => runtime.context(board, site, { as: 'client/eve' })).toThrow(
      expect.objectContaining({ code: 'SENDER_UNKNOWN' }),
    )
    expect(() => runtime.context(board, {} as never)).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    )
    expect(() => runtime.context(board, { run: 'a/b' })).toThrow(
      expect.objectContaining({ code: 'ADDRESS_INVALID' }),
    )
    const stranger = sharedContext('board', { count: z.int() })
    expect(() => runtime.context(stranger, site)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
    await world.drain(life)
  })
})

describe('a definition', () => {
  test('is made of schemas of JSON, and has a name of its own', async () => {
    expect(() => sharedContext('a b', {})).toThrow(expect.objectContaining({ code: 'ADDRESS_INVALID' }))
    expect(() => sharedContext('a', {})).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID' }))
    expect(() => sharedContext('a', { when: z.date() })).toThrow(
      expect.objectContaining({ code: 'DEFINITION_INVALID' }),
    )
    expect(() => sharedContext('a', { 'not a key': z.int() })).toThrow(
      expect.objectContaining({ code: 'ADDRESS_INVALID' }),
    )
    const other = sharedContext('board', { count: z.int() })
    await expect(createRuntime({ journal: memory(), contexts: [board, other] })).rejects.toMatchObject({
      code: 'ALREADY_REGISTERED',
    })
    await expect(createRuntime({ journal: memory(), contexts: [work as never] })).rejects.toMatchObject({
      code: 'DEFINITION_INVALID',
    })
  })
})
