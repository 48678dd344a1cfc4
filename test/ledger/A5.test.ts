/**
 * A5, dependencies: a task starts when all it depends on completed. Tasks are children of a parent. A cycle is refused
 * when it is created, and named. A failed dependency blocks its dependents at once, with the reason.
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, graph, StatorError, task, type GraphStep } from 'stator'
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
