/**
 * A5, dependencies: a task starts when all it depends on completed. Tasks are children of a parent. A cycle is refused
 * when it is created, and named. A failed dependency blocks its dependents at once, with the reason.
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, graph, StatorError, task, type GraphStep, type Runtime } from 'stator'
import { codeOf, latch, settled, untilAborted } from './support.ts'

const step = task('step')
const id = (name: string, ...after: string[]): GraphStep => ({ id: name, task: step, input: name, after })

test('a task starts when all it depends on completed, and not before', async () => {
  const order: string[] = []
  const worker = agent('worker', { capacity: 10 }).handle(step, async name => {
    order.push(`${String(name)} starts`)
    await settled()
    order.push(`${String(name)} ends`)
  })
  await using runtime = await createRuntime({ agents: [worker] })
  const run = await runtime.startGraph(
    graph([id('last', 'left', 'right'), id('left', 'first'), id('right', 'first'), id('first')]),
  )
  await run.result()
  expect(order).toEqual([
    'first starts',
    'first ends',
    'left starts',
    'right starts',
    'left ends',
    'right ends',
    'last starts',
    'last ends',
  ])
})

test('a task gets what those it depends on have made', async () => {
  const sum = task('sum')
  const worker = agent('worker')
    .handle(step, name => `${String(name)}!`)
    .handle(sum, input => input)
  await using runtime = await createRuntime({ agents: [worker] })
  const all: GraphStep = { id: 'all', task: sum, input: { n: 1 }, bind: { one: 'a', many: ['a', 'b'] } }
  const run = await runtime.startGraph(graph([id('a'), id('b'), all]))
  expect((await run.result())['all']).toEqual({ n: 1, one: 'a!', many: ['a!', 'b!'] })
})

test('tasks are children of a parent: found under it, counted in it, cancelled with it', async () => {
  const worker = agent('worker', { capacity: 2 }).handle(step, (_, ctx) => untilAborted(ctx.signal))
  await using runtime = await createRuntime({ agents: [worker] })
  const run = await runtime.startGraph(graph([id('a'), id('b'), id('c', 'a')]), { id: 'parent' })
  expect(run.task('a').address).toBe('task/parent/a')
  expect(run.current()).toMatchObject({ total: 3, running: 2 })
  await run.cancel()
  expect(await run.outcome()).toMatchObject({
    status: 'cancelled',
    steps: { a: { status: 'cancelled' }, b: { status: 'cancelled' } },
  })
})

test('a cycle is refused when it is created, and named', () => {
  const make = (): unknown => graph([id('a', 'c'), id('b', 'a'), id('c', 'b'), id('d')])
  expect(make).toThrow(StatorError)
  expect(make).toThrow(expect.objectContaining({ code: 'CYCLE', details: { cycle: 'a → b → c → a' } }))
})

test('a dependency that does not exist is refused', async () => {
  expect(await codeOf(() => graph([id('a', 'nobody')]))).toBe('DEPENDENCY_UNKNOWN')
})

test('a failed dependency blocks its dependents at once, with the reason', async () => {
  const { opened: held, open: release } = latch()
  const worker = agent('worker', { capacity: 2 }).handle(step, async name => {
    if (name === 'bad') throw new Error('no')
    await held
    return name
  })
  await using runtime = await createRuntime({ agents: [worker] })
  const run = await runtime.startGraph(graph([id('bad'), id('next', 'bad'), id('far', 'next'), id('other')]))
  // At once: the rest of the run still works.
  await run.task('far').outcome()
  expect(run.status()).toBe('running')
  release()
  const { outputs, steps } = await run.outcome()
  expect(outputs).toEqual({ other: 'other' })
  expect(steps).toMatchObject({
    bad: { status: 'failed', error: { message: 'no' } },
    next: { status: 'blocked', error: { message: 'blocked: bad ended with HANDLER_FAILED' } },
    far: { status: 'blocked', error: { message: 'blocked: next ended with DEPENDENCY_FAILED' } },
  })
})

// ---- in the queue: created one at a time, or in one call

/** A queue whose worker does nothing until it is let. */
async function queue(): Promise<{ runtime: Runtime; release: () => void; order: string[] }> {
  const { opened: held, open: release } = latch()
  const order: string[] = []
  const worker = agent('worker', { capacity: 10 }).handle(step, async name => {
    order.push(String(name))
    if (name === 'slow') await held
    if (name === 'bad') throw new Error('no')
    return name
  })
  return { runtime: await createRuntime({ agents: [worker] }), release, order }
}

test('in the queue: tasks created one at a time wait for one another, also for what is created later', async () => {
  const { runtime, order } = await queue()
  const { tasks } = runtime
  const last = await tasks.enqueue(step, 'last', { id: 'last', after: ['left', 'right'] })
  await tasks.enqueue(step, 'left', { id: 'left', after: ['first'] })
  await tasks.enqueue(step, 'right', { id: 'right', after: ['first'] })
  expect(order).toEqual([])
  expect(tasks.criticalPath('first')).toBe(3)
  await tasks.enqueue(step, 'first', { id: 'first' })
  await last.result()
  expect(order).toEqual(['first', 'left', 'right', 'last'])
  await runtime.close()
})

test('in the queue: a dependency may be added later, until the task has started', async () => {
  const { runtime, release, order } = await queue()
  const { tasks } = runtime
  await tasks.enqueue(step, 'slow', { id: 'slow' })
  await tasks.enqueue(step, 'next', { id: 'next', after: ['slow'] })
  await tasks.depend('next', ['more'])
  expect(await codeOf(async () => tasks.depend('slow', ['more']))).toBe('EVENT_REFUSED')
  release()
  await tasks.result('slow')
  expect(tasks.get('next').status()).toBe('pending')
  await tasks.enqueue(step, 'more', { id: 'more' })
  await tasks.result('next')
  expect(order).toEqual(['slow', 'more', 'next'])
  await runtime.close()
})

test('in the queue: a cycle is refused with the cycle spelled out, whichever way it is closed', async () => {
  const { runtime } = await queue()
  const { tasks } = runtime
  const refused = { code: 'CYCLE', details: { cycle: 'a → b → a' } }
  await tasks.enqueue(step, 'b', { id: 'b', after: ['a'] })
  await expect(tasks.enqueue(step, 'a', { id: 'a', after: ['b'] })).rejects.toMatchObject(refused)
  await expect(tasks.enqueueAll([{ task: step, input: 'a', id: 'a', after: ['b'] }])).rejects.toMatchObject(
    refused,
  )
  await tasks.enqueue(step, 'a', { id: 'a', after: ['gate'] })
  await expect(tasks.depend('a', ['b'])).rejects.toMatchObject(refused)
  const both = [
    { task: step, input: 'c', id: 'c', after: ['d'] },
    { task: step, input: 'd', id: 'd', after: ['c'] },
  ]
  expect(await codeOf(async () => tasks.enqueueAll(both))).toBe('CYCLE')
  await tasks.enqueue(step, 'gate', { id: 'gate' })
  await tasks.result('b')
  await runtime.close()
})

test('in the queue: a failed dependency blocks its dependents at once, with the chain of reasons', async () => {
  const { runtime, release } = await queue()
  const { tasks } = runtime
  const all = [
    { task: step, input: 'slow', id: 'slow' },
    { task: step, input: 'next', id: 'next', after: ['bad', 'slow'] },
    { task: step, input: 'far', id: 'far', after: ['next'] },
    { task: step, input: 'bad', id: 'bad' },
  ]
  const group = await tasks.enqueueAll(all)
  const { status, error } = await group.task('far').outcome()
  expect(status).toBe('blocked')
  expect(error?.reasons?.map(reason => `${reason.task} ${reason.code}`)).toEqual([
    'next DEPENDENCY_FAILED',
    'bad HANDLER_FAILED',
  ])
  // At once: what it also waited for still works.
  expect(group.task('slow').status()).toBe('running')
  release()
  expect((await group.outcome()).counts).toEqual({
    total: 4,
    completed: 1,
    failed: 1,
    cancelled: 0,
    blocked: 2,
  })
  await runtime.close()
})
