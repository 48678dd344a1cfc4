/**
 * Groups of tasks in the queue: created in one call, all or none; in parallel with a limit or in sequence; added to, sealed,
 * cancelled; results by the id of the task.
 */
import { expect, test } from 'vitest'
import { agent, task, type GroupItem } from 'stator'
import { z } from 'zod'
import type { Life, Setup, Simulation } from 'stator/testing'
import { codeOf, worldOf } from './support/world.ts'

const job = task('job', { input: z.number() })
const unhandled = task('unhandled')

/** As many milliseconds as the input says; negative ones fail after as many. Counts who runs at once. */
function crew(limits: Parameters<typeof worldOf>[1] = {}): { world: Simulation; most: () => number } {
  let now = 0
  let most = 0
  const setup = (life: Life): Setup => ({
    agents: [
      agent('ann', { capacity: 10 }).handle(
        job,
        life.handler(async ms => {
          most = Math.max(most, ++now)
          await life.wait(Math.abs(ms))
          now--
          if (ms < 0) throw new Error('no')
          return ms
        }),
      ),
    ],
  })
  return { world: worldOf(setup, limits), most: () => most }
}

const items = (inputs: Readonly<Record<string, number>>): GroupItem[] =>
  Object.entries(inputs).map(([id, input]) => ({ task: job, id, input }))

const begun = (world: Simulation): string[] =>
  world.ledger.of('start').map(({ task: id }) => id.replace('task/', ''))

async function during(world: Simulation, play: (life: Life) => Promise<void>): Promise<void> {
  const life = await world.boot()
  await play(life)
  await world.drain(life)
}

test('many in parallel: a failure stops no other, and results come by id in the order given', async () => {
  const { world } = crew()
  await during(world, async life => {
    const group = await life.until(life.runtime.tasks.enqueueAll(items({ b: 9, a: -3, c: 1 }), { id: 'g' }))
    expect([group.id, group.address, group.tasks().map(({ id }) => id)]).toEqual([
      'g',
      'group/g',
      ['b', 'a', 'c'],
    ])
    expect(group.progress()).toMatchObject({
      percent: 0,
      total: 3,
      living: 3,
      open: false,
      status: 'running',
    })
    const outcome = await life.until(group.outcome())
    expect(outcome).toEqual({
      status: 'failed',
      results: {
        b: { status: 'completed', output: 9 },
        a: { status: 'failed', error: { name: 'Error', message: 'no', code: 'HANDLER_FAILED' } },
        c: { status: 'completed', output: 1 },
      },
      counts: { total: 3, completed: 2, failed: 1, cancelled: 0, blocked: 0 },
      error: { name: 'Error', message: 'no', code: 'HANDLER_FAILED' },
    })
    expect(Object.keys(outcome.results)).toEqual(['b', 'a', 'c'])
    expect(await codeOf(life, group.result())).toBe('GROUP_FAILED')
    expect(group.progress()).toMatchObject({ percent: 100, living: 0, status: 'failed' })
  })
})

test('a group that completes gives its outputs by id, in any process life', async () => {
  const { world } = crew()
  await during(world, async life => {
    const group = await life.until(life.runtime.tasks.enqueueAll(items({ a: 3, b: 1 }), { id: 'g' }))
    expect(await life.until(group.result())).toEqual({ a: 3, b: 1 })
    await life.until(life.runtime.close())
  })
  await during(world, async life => {
    expect(await life.until(life.runtime.tasks.group('g').result())).toEqual({ a: 3, b: 1 })
    expect(await codeOf(life, life.runtime.tasks.group('other').outcome())).toBe('NOT_FOUND')
  })
})

test('at most as many at once as the limit of the group says', async () => {
  const { world, most } = crew()
  await during(world, async life => {
    const all = items({ a: 5, b: 5, c: 5, d: 5, e: 5 })
    const group = await life.until(life.runtime.tasks.enqueueAll(all, { concurrency: 2 }))
    expect((await life.until(group.outcome())).status).toBe('completed')
    expect(most()).toBe(2)
  })
})

test('a sequence runs one after the other and stops at the first failure, with the chain of reasons', async () => {
  const { world, most } = crew()
  await during(world, async life => {
    const all = items({ a: 5, b: -5, c: 5, d: 5 })
    const group = await life.until(life.runtime.tasks.enqueueAll(all, { mode: 'sequence' }))
    const { status, results } = await life.until(group.outcome())
    expect([status, most(), begun(world)]).toEqual(['failed', 1, ['a', 'b']])
    expect(Object.values(results).map(each => each.status)).toEqual([
      'completed',
      'failed',
      'blocked',
      'blocked',
    ])
    expect(results['d']?.error?.reasons).toEqual([
      { task: 'c', code: 'DEPENDENCY_FAILED', message: 'blocked: b ended with HANDLER_FAILED' },
      { task: 'b', code: 'HANDLER_FAILED', message: 'no' },
    ])
  })
})

test('tasks of one call may name one another, in any order', async () => {
  const { world } = crew()
  await during(world, async life => {
    const all: GroupItem[] = [
      { task: job, id: 'last', input: 1, after: ['left', 'task/right'] },
      { task: job, id: 'left', input: 7, after: ['first'] },
      { task: job, id: 'right', input: 3, after: ['first'] },
      { task: job, id: 'first', input: 2 },
    ]
    const group = await life.until(life.runtime.tasks.enqueueAll(all))
    expect(['first', 'left', 'last'].map(id => life.runtime.tasks.criticalPath(id))).toEqual([3, 2, 1])
    await life.until(group.result())
    expect(begun(world)).toEqual(['first', 'left', 'right', 'last'])
  })
})

test('all or none: a circle, a taken id, a wrong input or a task that nobody handles leave nothing behind', async () => {
  const { world } = crew()
  await during(world, async life => {
    const { tasks } = life.runtime
    await life.until(tasks.enqueue(job, 1, { id: 'taken' }))
    const one = { task: job, id: 'one', input: 1 }
    const refused = async (...all: GroupItem[]): Promise<string> =>
      codeOf(life, tasks.enqueueAll([one, ...all]))
    expect(await refused({ task: job, id: 'taken', input: 1 })).toBe('IDEMPOTENCY_CONFLICT')
    expect(await refused(one)).toBe('IDEMPOTENCY_CONFLICT')
    expect(await refused({ task: job, id: 'two', input: 'x' })).toBe('INPUT_INVALID')
    expect(await refused({ task: unhandled, id: 'two' })).toBe('TASK_UNHANDLED')
    expect(await refused({ task: job, id: 'no good', input: 1 })).toBe('ADDRESS_INVALID')
    const circle = [
      { task: job, id: 'a', input: 1, after: ['b'] },
      { task: job, id: 'b', input: 1, after: ['a'] },
    ]
    await expect(life.until(tasks.enqueueAll([one, ...circle]))).rejects.toMatchObject({
      code: 'CYCLE',
      details: { cycle: 'a → b → a' },
    })
    expect(await codeOf(life, tasks.enqueueAll([one], { mode: 'other' as 'sequence' }))).toBe('INPUT_INVALID')
    expect(await codeOf(life, tasks.enqueueAll([one], { concurrency: 0 }))).toBe('INPUT_INVALID')
    await life.until((await life.until(tasks.enqueueAll([one]))).result())
    expect(begun(world)).toEqual(['taken', 'one'])
  })
})

test('a circle through what is there already is refused, also one through the group itself', async () => {
  const { world } = crew()
  await during(world, async life => {
    const { tasks } = life.runtime
    await life.until(tasks.enqueue(job, 1, { id: 'outside', after: ['inside'] }))
    const inside = { task: job, id: 'inside', input: 1, after: ['outside'] }
    await expect(life.until(tasks.enqueueAll([inside]))).rejects.toMatchObject({
      code: 'CYCLE',
      details: { cycle: 'inside → outside → inside' },
    })
    await life.until(tasks.enqueue(job, 1, { id: 'after', after: ['group/g'] }))
    const own = { task: job, id: 'own', input: 1, after: ['after'] }
    await expect(life.until(tasks.enqueueAll([own], { id: 'g' }))).rejects.toMatchObject({
      code: 'CYCLE',
      details: { cycle: 'own → group/g → after → own' },
    })
    const self = { task: job, id: 'self', input: 1, after: ['group/g'] }
    expect(await codeOf(life, tasks.enqueueAll([self], { id: 'g' }))).toBe('CYCLE')
    const group = await life.until(tasks.enqueueAll(items({ inside: 1 }), { id: 'g', open: true }))
    expect(await codeOf(life, group.add(own))).toBe('CYCLE')
    expect(await codeOf(life, tasks.enqueue(job, 1, { group: 'g', after: ['after'] }))).toBe('CYCLE')
    await life.until(group.seal())
    await life.until(tasks.result('after'))
    await life.until(tasks.result('outside'))
  })
})

test('an open group takes more until it is sealed, also one at a time', async () => {
  const { world } = crew()
  await during(world, async life => {
    const { tasks } = life.runtime
    const group = await life.until(tasks.enqueueAll([], { id: 'g', open: true, mode: 'sequence' }))
    const [a] = await life.until(group.add(...items({ a: 1 })))
    await life.until(a?.outcome() ?? Promise.reject(new Error('none')))
    expect(group.status()).toBe('running')
    const b = await life.until(tasks.enqueue(job, 2, { id: 'b', group: 'g', idempotencyKey: 'k' }))
    const again = await life.until(tasks.enqueue(job, 2, { id: 'b', group: 'g', idempotencyKey: 'k' }))
    expect([b.address, again.address]).toEqual(['task/b', 'task/b'])
    await life.until(group.add(...items({ c: 1, d: 1 })))
    await life.until(group.seal())
    await life.until(group.seal())
    expect(await codeOf(life, group.add(...items({ e: 1 })))).toBe('EVENT_REFUSED')
    expect(await life.until(group.result())).toEqual({ a: 1, b: 2, c: 1, d: 1 })
    expect(begun(world)).toEqual(['a', 'b', 'c', 'd'])
    expect(await codeOf(life, group.add(...items({ e: 1 })))).toBe('RECIPIENT_UNKNOWN')
    expect(await codeOf(life, tasks.enqueue(job, 1, { group: 'none' }))).toBe('RECIPIENT_UNKNOWN')
    const empty = await life.until(tasks.enqueueAll([]))
    expect(await life.until(empty.outcome())).toMatchObject({ status: 'completed', results: {} })
  })
})

test('a cancelled group cancels all that lives of it, and keeps what completed', async () => {
  const { world } = crew()
  await during(world, async life => {
    const { tasks } = life.runtime
    const all = items({ a: 1, b: 500, c: 1, d: 1 })
    const group = await life.until(tasks.enqueueAll(all, { mode: 'sequence', id: 'g' }))
    await life.until(tasks.result('a'))
    await life.until(group.cancel('enough'))
    await life.until(group.cancel('again'))
    const { status, results, counts } = await life.until(group.outcome())
    expect(status).toBe('cancelled')
    expect(results['a']).toEqual({ status: 'completed', output: 1 })
    expect(results['d']).toMatchObject({ status: 'cancelled', error: { message: 'enough' } })
    expect(counts).toMatchObject({ completed: 1, cancelled: 3 })
    expect(await codeOf(life, group.result())).toBe('CANCELLED')
  })
})

test('the same group under the same id or key is the same; another one is refused', async () => {
  const { world } = crew()
  await during(world, async life => {
    const { tasks } = life.runtime
    const two = (): GroupItem[] => [
      { task: job, input: 1 },
      { task: job, input: 2 },
    ]
    const [first, second] = [
      await life.until(tasks.enqueueAll(two(), { id: 'g' })),
      await life.until(tasks.enqueueAll(two(), { id: 'g' })),
    ]
    expect([second.address, second.tasks()]).toEqual([first.address, first.tasks()])
    expect(await codeOf(life, tasks.enqueueAll(two().slice(1), { id: 'g' }))).toBe('IDEMPOTENCY_CONFLICT')
    const keyed = await life.until(tasks.enqueueAll(two(), { idempotencyKey: 'k' }))
    await life.until(keyed.outcome())
    expect((await life.until(tasks.enqueueAll(two(), { idempotencyKey: 'k' }))).id).toBe(keyed.id)
    expect(await codeOf(life, tasks.enqueueAll(two(), { id: keyed.id }))).toBe('IDEMPOTENCY_CONFLICT')
  })
})

test('the priority of a task goes before that of its group', async () => {
  const { world } = crew()
  await during(world, async life => {
    const { tasks } = life.runtime
    await life.until(life.runtime.agents.pause('ann'))
    const all: GroupItem[] = [
      ...items({ a: 1, b: 1 }),
      { task: job, id: 'c', input: 1, priority: 'critical' },
    ]
    const group = await life.until(tasks.enqueueAll(all, { priority: 'low' }))
    await life.until(tasks.enqueue(job, 1, { id: 'other' }))
    await life.until(life.runtime.agents.resume('ann'))
    await life.until(group.outcome())
    expect(begun(world)).toEqual(['c', 'other', 'a', 'b'])
  })
})

test('a group and all of its tasks are one history', async () => {
  const { world } = crew()
  await during(world, async life => {
    const group = await life.until(life.runtime.tasks.enqueueAll(items({ a: 1 }), { id: 'g' }))
    await life.until(group.outcome())
    const names = life.runtime.history({ correlationId: 'group/g' }).map(({ to, name }) => `${to} ${name}`)
    expect(names).toEqual([
      'group/g group.started',
      'task/a task.started',
      'task/a task.completed',
      'group/g group.completed',
    ])
  })
})
