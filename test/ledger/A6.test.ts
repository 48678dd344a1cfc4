/**
 * A6, run modes: one task; many in parallel with a limit; a sequence that stops at the first failure; a group, which is the
 * children of one parent, in either mode. Results come by the id of the task.
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, graph, parallel, sequence, task, workflow, type Runtime } from 'stator'
import { codeOf, settled } from './support.ts'

const step = task('step')
const pages = ['a', 'b', 'c', 'd', 'e', 'f'].map(id => ({ id, task: step, input: id }))

/** With agents for ten tasks, and a count of how many ran at once. */
async function crew(): Promise<{ runtime: Runtime; most: () => number; ran: string[] }> {
  const ran: string[] = []
  let now = 0
  let most = 0
  const worker = agent('worker', { capacity: 10 }).handle(step, async input => {
    ran.push(String(input))
    most = Math.max(most, ++now)
    await settled()
    now--
    if (input === 'c') throw new Error('c fails')
    return `${String(input)} done`
  })
  const runtime = await createRuntime({ agents: [worker], workflows: [both] })
  return { runtime, most: () => most, ran }
}

const both = workflow('both')
  .parallel('beside', group => group.step('a', step, () => 'a').step('b', step, () => 'b'))
  .sequence('after', group => group.step('d', step, () => 'd').step('e', step, () => 'e'))

test('one task', async () => {
  const { runtime } = await crew()
  const handle = await runtime.submit(step, 'a', { id: 'single' })
  expect([handle.id, await handle.result()]).toEqual(['single', 'a done'])
  await runtime.close()
})

test('many in parallel, with a limit of workers; a failure stops no other', async () => {
  const { runtime, most, ran } = await crew()
  const run = await runtime.startGraph(parallel(pages, { limit: 2 }))
  const { status, outputs, steps } = await run.outcome()
  expect(most()).toBe(2)
  expect(ran.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  expect(status).toBe('failed')
  expect(outputs).toEqual({ a: 'a done', b: 'b done', d: 'd done', e: 'e done', f: 'f done' })
  expect(steps['c']).toMatchObject({ status: 'failed', error: { message: 'c fails' } })
  await runtime.close()
})

test('a sequence stops at the first failure', async () => {
  const { runtime, most, ran } = await crew()
  const run = await runtime.startGraph(sequence(pages))
  const { outputs, steps } = await run.outcome()
  expect([most(), ran]).toEqual([1, ['a', 'b', 'c']])
  expect(outputs).toEqual({ a: 'a done', b: 'b done' })
  expect(Object.entries(steps).map(([id, { status }]) => `${id} ${status}`)).toEqual([
    'c failed',
    'd blocked',
    'e blocked',
    'f blocked',
  ])
  await runtime.close()
})

test('a group in parallel, and one in sequence', async () => {
  const { runtime, ran } = await crew()
  const run = await runtime.start(both, null)
  expect(await run.result()).toEqual({ a: 'a done', b: 'b done', d: 'd done', e: 'e done' })
  expect(ran).toEqual(['a', 'b', 'd', 'e'])
  await runtime.close()
})

test('a group given as data has a limit of its own', async () => {
  const { runtime, most } = await crew()
  const grouped = ['a', 'b', 'd', 'e'].map(id => ({ id, task: step, input: id, group: 'single' }))
  const run = await runtime.startGraph(graph(grouped, { groups: { single: { limit: 1 } } }))
  await run.result()
  expect(most()).toBe(1)
  await runtime.close()
})

test('a run that is being cancelled can be asked again', async () => {
  const { runtime } = await crew()
  const run = await runtime.startGraph(parallel(pages, { limit: 2 }))
  await Promise.all([run.cancel('no more'), run.cancel('really')])
  await run.cancel('still')
  expect((await run.outcome()).status).toBe('cancelled')
  await run.cancel('and after its end')
  await runtime.close()
})

// ---- on the queue

test('on the queue: many in parallel with a worker limit; a failure stops no other; results by the id of the task', async () => {
  const { runtime, most, ran } = await crew()
  const group = await runtime.tasks.enqueueAll(pages, { concurrency: 2 })
  const { status, results } = await group.outcome()
  expect(most()).toBe(2)
  expect(ran.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  expect(status).toBe('failed')
  expect(results['a']).toEqual({ status: 'completed', output: 'a done' })
  expect(results['c']).toMatchObject({ status: 'failed', error: { message: 'c fails' } })
  await runtime.close()
})

test('on the queue: a sequence stops at the first failure', async () => {
  const { runtime, most, ran } = await crew()
  const group = await runtime.tasks.enqueueAll(pages, { mode: 'sequence' })
  const { results } = await group.outcome()
  expect([most(), ran]).toEqual([1, ['a', 'b', 'c']])
  expect(Object.entries(results).map(([id, { status }]) => `${id} ${status}`)).toEqual([
    'a completed',
    'b completed',
    'c failed',
    'd blocked',
    'e blocked',
    'f blocked',
  ])
  await runtime.close()
})

test('on the queue: a group is the children of one parent: found under it, added to it, cancelled with it', async () => {
  const { runtime } = await crew()
  const good = pages.filter(({ id }) => id !== 'c')
  const group = await runtime.tasks.enqueueAll(good.slice(0, 2), { id: 'good', open: true })
  await group.add(...good.slice(2))
  await runtime.tasks.enqueue(step, 'x', { id: 'x', group: 'good' })
  expect(group.tasks().map(({ id }) => id)).toEqual(['a', 'b', 'd', 'e', 'f', 'x'])
  await group.seal()
  expect(await runtime.tasks.group('good').result()).toMatchObject({ a: 'a done', x: 'x done' })
  const late = [{ task: step, input: 'late', id: 'late', after: ['never'] }]
  const other = await runtime.tasks.enqueueAll(late, { id: 'other' })
  await other.cancel()
  expect((await other.outcome()).status).toBe('cancelled')
  await runtime.close()
})

test('on the queue: a result is had by the id of its task, in time or not at all', async () => {
  const { runtime } = await crew()
  await runtime.tasks.enqueue(step, 'a', { id: 'mine' })
  expect(await runtime.tasks.result('mine', { timeout: '1m' })).toBe('a done')
  await runtime.tasks.enqueue(step, 'b', { id: 'waits', after: ['never'] })
  expect(await codeOf(runtime.tasks.result('waits', { timeout: 1 }))).toBe('TIMED_OUT')
  expect(await codeOf(runtime.tasks.result('nobody'))).toBe('NOT_FOUND')
  await runtime.close()
})
