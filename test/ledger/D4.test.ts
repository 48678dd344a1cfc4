/**
 * D4, queue: enqueue, dequeue (which is the order in which tasks are given to agents), peek, count; by priority, then first in, first out;
 * numbers as priorities; a task for a named agent; an unknown agent is refused.
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, queue, task, type Priority, type Runtime } from 'stator'
import { codeOf } from './support.ts'

const job = task('job')

/** Two agents, and a queue that gives out nothing until it is resumed. */
async function desk(): Promise<{ runtime: Runtime; given: string[] }> {
  const given: string[] = []
  const make = (id: string) =>
    agent(id).handle(job, (_, ctx) => {
      given.push(`${ctx.task.slice('task/'.length)} to ${id}`)
    })
  const runtime = await createRuntime({ agents: [make('ann'), make('bob')], queues: [queue('other')] })
  await runtime.tasks.queue().pause()
  return { runtime, given }
}

test('enqueue, count, peek, and out again by priority, then in the order of coming', async () => {
  const { runtime, given } = await desk()
  const { tasks } = runtime
  const coming: [string, Priority | number][] = [
    ['a', 'low'],
    ['b', 'normal'],
    ['c', 90],
    ['d', 'critical'],
    ['e', 30],
    ['f', 10],
    ['g', 60],
  ]
  // One agent alone, so that there is one order.
  await runtime.agents.pause('bob')
  for (const [id, priority] of coming) await tasks.enqueue(job, null, { id, priority })
  expect(tasks.count()).toEqual({ pending: 0, scheduled: 0, queued: 7, running: 0, retrying: 0, held: 0 })
  expect(tasks.count({ queue: 'other' })).toMatchObject({ queued: 0 })
  expect(tasks.queue().peek()).toEqual(['c'])
  const order = ['c', 'd', 'g', 'b', 'e', 'a', 'f']
  expect(tasks.queue().peek(10)).toEqual(order)
  // To look changes nothing.
  expect(tasks.queue().peek(10)).toEqual(order)
  await tasks.queue().resume()
  for (const id of order) await tasks.result(id)
  expect(given).toEqual(order.map(id => `${id} to ann`))
  expect(tasks.count()).toMatchObject({ queued: 0, running: 0 })
  expect(tasks.queue().peek()).toEqual([])
  await runtime.close()
})

test('a task for a named agent is done by that one, and waits for it', async () => {
  const { runtime, given } = await desk()
  const { tasks } = runtime
  await tasks.queue().resume()
  for (const id of ['x', 'y', 'z']) await tasks.enqueue(job, null, { id, agent: 'bob' })
  for (const id of ['x', 'y', 'z']) await tasks.result(id)
  expect(given).toEqual(['x to bob', 'y to bob', 'z to bob'])
  await runtime.agents.pause('bob')
  await tasks.enqueue(job, null, { id: 'waits', agent: 'bob' })
  expect(tasks.mayStart('waits', 'ann')).toEqual({
    ok: false,
    reasons: [{ reason: 'assigned', message: 'only agent/bob may do it' }],
  })
  expect(tasks.get('waits').status()).toBe('queued')
  await runtime.agents.resume('bob')
  await tasks.result('waits')
  expect(given.at(-1)).toBe('waits to bob')
  await runtime.close()
})

test('an unknown agent is refused, and leaves nothing behind', async () => {
  const { runtime } = await desk()
  const { tasks } = runtime
  expect(await codeOf(tasks.enqueue(job, null, { id: 'x', agent: 'nobody' }))).toBe('AGENT_UNKNOWN')
  expect(await codeOf(tasks.enqueueAll([{ task: job, id: 'x', agent: 'nobody' }]))).toBe('AGENT_UNKNOWN')
  expect(await codeOf(runtime.submit(job, null, { id: 'x', agent: 'nobody' }))).toBe('AGENT_UNKNOWN')
  expect(tasks.list().tasks).toEqual([])
  await runtime.close()
})

test('an unknown queue is refused too', async () => {
  const { runtime } = await desk()
  expect(await codeOf(runtime.tasks.enqueue(job, null, { queue: 'nowhere' }))).toBe('QUEUE_UNKNOWN')
  expect(await codeOf(() => runtime.tasks.queue('nowhere'))).toBe('QUEUE_UNKNOWN')
  await runtime.close()
})
