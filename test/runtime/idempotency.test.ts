/** The same key with the same input gives the first address, at once, later, after the end and after a crash. */
import { describe, expect, test } from 'vitest'
import { agent, graph, task, workflow } from 'stator'
import type { Life, Setup } from 'stator/testing'
import { codeOf, single, worldOf } from './support/world.ts'

const make = (): ReturnType<typeof single> => single(({ text }) => text.toUpperCase())
const ONE = { text: 'one' }
const OTHER = { text: 'other' }

describe('an idempotency key', () => {
  test('gives the first address, however often and at the same time', async () => {
    const { world, job } = make()
    const life = await world.boot()
    const options = { idempotencyKey: 'k' }
    const all = Promise.all([1, 2, 3].map(async () => life.runtime.submit(job, ONE, options)))
    const first = await life.until(all)
    await world.drain(life)
    const later = await life.until(life.runtime.submit(job, ONE, options))
    expect(new Set([...first, later].map(({ address }) => address)).size).toBe(1)
    expect(await life.until(later.result())).toBe('ONE')
    expect(world.ledger.of('start')).toHaveLength(1)
  })

  test('is refused with another input: at the same time, later, and after a crash', async () => {
    const { world, job } = make()
    const first = await world.boot()
    const options = { idempotencyKey: 'k' }
    const handle = first.runtime.submit(job, ONE, options)
    expect(await codeOf(first, first.runtime.submit(job, OTHER, options))).toBe('IDEMPOTENCY_CONFLICT')
    const { address } = await first.until(handle)
    expect(await codeOf(first, first.runtime.submit(job, OTHER, options))).toBe('IDEMPOTENCY_CONFLICT')
    first.die()
    const second = await world.boot()
    expect(await codeOf(second, second.runtime.submit(job, OTHER, options))).toBe('IDEMPOTENCY_CONFLICT')
    const again = await second.until(second.runtime.submit(job, ONE, options))
    expect(again.address).toBe(address)
    expect(await second.until(again.result())).toBe('ONE')
  })

  test('is its own for every name, and says nothing about another', async () => {
    const { world, job } = make()
    const life = await world.boot()
    const one = await life.until(life.runtime.submit(job, ONE, { idempotencyKey: 'a' }))
    const two = await life.until(life.runtime.submit(job, ONE, { idempotencyKey: 'b' }))
    expect(one.address).not.toBe(two.address)
  })

  test('may be given beside an id; the first id stays', async () => {
    const { world, job } = make()
    const life = await world.boot()
    const one = await life.until(life.runtime.submit(job, ONE, { id: 'a', idempotencyKey: 'k' }))
    const two = await life.until(life.runtime.submit(job, ONE, { id: 'b', idempotencyKey: 'k' }))
    expect([one.address, two.address]).toEqual(['task/a', 'task/a'])
  })

  test('does not depend on the order of properties that was not the sender’s to choose', async () => {
    const { world, job } = make()
    const life = await world.boot()
    const plan = (): ReturnType<typeof graph> => graph([{ id: 'a', task: job, input: ONE }])
    const one = await life.until(life.runtime.startGraph(plan(), { id: 'g' }))
    const two = await life.until(life.runtime.startGraph(plan(), { id: 'g' }))
    expect(one.address).toBe(two.address)
    const other = graph([{ id: 'a', task: job, input: OTHER }])
    expect(await codeOf(life, life.runtime.startGraph(other, { id: 'g' }))).toBe('IDEMPOTENCY_CONFLICT')
  })
})

describe('the same input', () => {
  const nested = (turned: boolean): unknown =>
    turned
      ? { b: [{ y: 2, x: 1 }], a: { d: null, 10: 't', c: 'é' } }
      : { a: { 10: 't', c: 'é', d: null }, b: [{ x: 1, y: 2 }] }
  const any = task('any')
  const setup = (life: Life): Setup => ({
    agents: [
      agent('ann').handle(
        any,
        life.handler(() => 1),
      ),
    ],
  })

  test('may name its properties in any order, at the same time, later, and after a crash', async () => {
    const world = worldOf(setup)
    const first = await world.boot()
    const options = { idempotencyKey: 'k' }
    const both = [false, true].map(async turned => first.runtime.submit(any, nested(turned), options))
    const [one, two] = await first.until(Promise.all(both))
    expect(two?.address).toBe(one?.address)
    first.die()
    const second = await world.boot()
    const three = await second.until(second.runtime.submit(any, nested(true), options))
    expect(three.address).toBe(one?.address)
  })

  test('has its lists in one order, and its names where they are', async () => {
    const life = await worldOf(setup).boot()
    const options = { idempotencyKey: 'k' }
    await life.until(life.runtime.submit(any, { a: [1, 2], b: { c: 1 } }, options))
    for (const other of [
      { a: [2, 1], b: { c: 1 } },
      { a: [1, 2], c: { b: 1 } },
      { a: [1, 2], 'b.c': 1 },
    ])
      expect(await codeOf(life, life.runtime.submit(any, other, options))).toBe('IDEMPOTENCY_CONFLICT')
  })

  test('is another one for a workflow, a graph and a task, though they have one name', async () => {
    const name = task('graph')
    const flow = workflow('graph').step('one', name)
    const world = worldOf(life => ({
      agents: [
        agent('ann').handle(
          name,
          life.handler(() => 1),
        ),
      ],
      workflows: [flow],
    }))
    const life = await world.boot()
    const options = { idempotencyKey: 'k' }
    const { address } = await life.until(life.runtime.submit(name, null, options))
    expect(await codeOf(life, life.runtime.start(flow, null, options))).toBe('IDEMPOTENCY_CONFLICT')
    expect(await codeOf(life, life.runtime.startGraph(graph([]), options))).toBe('IDEMPOTENCY_CONFLICT')
    expect((await life.until(life.runtime.submit(name, null, options))).address).toBe(address)
  })

  test('starts a workflow and never the graph of that hash', async () => {
    const flow = workflow('graph')
    const held = task('held')
    const never = new Promise<never>(() => {})
    const life = await worldOf(() => ({
      workflows: [flow],
      agents: [agent('ann').handle(held, async () => never)],
    })).boot()
    const options = { idempotencyKey: 'k' }
    const run = await life.until(life.runtime.startGraph(graph([{ id: 'a', task: held }]), options))
    const hash = life.runtime.actors.get(run.address)?.definition?.hash
    expect(hash).toMatch(/^[\w-]{22}$/)
    expect(await codeOf(life, life.runtime.start(flow, hash, options))).toBe('IDEMPOTENCY_CONFLICT')
  })
})

describe('an id', () => {
  test('is taken for ever: with another input, or by another key', async () => {
    const { world, job } = make()
    const life = await world.boot()
    await life.until(life.runtime.submit(job, ONE, { id: 'a' }))
    await world.drain(life)
    expect(await codeOf(life, life.runtime.submit(job, ONE, { id: 'a' }))).toBe('none')
    expect(await codeOf(life, life.runtime.submit(job, OTHER, { id: 'a' }))).toBe('IDEMPOTENCY_CONFLICT')
    expect(await codeOf(life, life.runtime.submit(job, ONE, { id: 'a', idempotencyKey: 'k' }))).toBe(
      'IDEMPOTENCY_CONFLICT',
    )
  })

  test('is given to one of two who want it at the same time under different keys', async () => {
    const { world, job } = make()
    const life = await world.boot()
    const first = life.runtime.submit(job, ONE, { id: 'a', idempotencyKey: 'k1' })
    const second = codeOf(life, life.runtime.submit(job, OTHER, { id: 'a', idempotencyKey: 'k2' }))
    expect(await second).toBe('IDEMPOTENCY_CONFLICT')
    const handle = await life.until(first)
    expect(await life.until(handle.result())).toBe('ONE')
    // The loser's key is still free.
    expect(await codeOf(life, life.runtime.submit(job, OTHER, { id: 'b', idempotencyKey: 'k2' }))).toBe(
      'none',
    )
  })
})
