/**
 * A4, priorities: low, normal, high and critical, or a number of 0 to 100; first in, first out inside one; nobody starves.
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, PRIORITIES, sequence, task, type Priority, type Runtime } from 'stator'
import { codeOf, latch } from './support.ts'

const job = task('job')

/** Starts with one agent kept busy, so that what is submitted meanwhile has to wait for its turn. */
async function busy(work: (id: string) => void): Promise<{ runtime: Runtime; release: () => void }> {
  const { opened: free, open: release } = latch()
  const worker = agent('worker').handle(job, async (_, ctx) => {
    const id = ctx.task.slice('task/'.length)
    if (id === 'first') await free
    else work(id)
  })
  const runtime = await createRuntime({ agents: [worker] })
  await runtime.submit(job, null, { id: 'first' })
  return { runtime, release }
}

test('there are four', () => {
  expect(PRIORITIES).toEqual(['critical', 'high', 'normal', 'low'])
})

test('what waits runs by priority, then in the order in which it came', async () => {
  const order: string[] = []
  const { runtime, release } = await busy(id => order.push(id))
  const submitted: Priority[] = ['low', 'high', 'normal', 'critical', 'low', 'critical', 'high', 'normal']
  const handles = await Promise.all(
    submitted.map((priority, n) => runtime.submit(job, null, { id: `${priority}-${n}`, priority })),
  )
  release()
  await Promise.all(handles.map(handle => handle.result()))
  expect(order).toEqual([
    'critical-3',
    'critical-5',
    'high-1',
    'high-6',
    'normal-2',
    'normal-7',
    'low-0',
    'low-4',
  ])
  await runtime.close()
})

test('nobody starves: while urgent work never ends, work of low priority gets done', async () => {
  let urgent = 0
  const { runtime, release } = await busy(id => {
    // Each urgent task brings the next two, so that one always waits.
    if (!id.startsWith('urgent') || urgent > 2_000) return
    for (let n = 0; n < 2; n++)
      void runtime.submit(job, null, { id: `urgent-${urgent++}`, priority: 'critical' })
  })
  await runtime.submit(job, null, { id: 'urgent', priority: 'critical' })
  const low = await runtime.submit(job, null, { id: 'low', priority: 'low' })
  release()
  await low.result()
  expect(urgent).toBeLessThan(500)
  await runtime.close()
})

test.each([
  [0, 'low'],
  [24.9, 'low'],
  [25, 'normal'],
  [49, 'normal'],
  [50, 'high'],
  [74, 'high'],
  [75, 'critical'],
  [100, 'critical'],
] as const)('the number %d is %s', async (priority, expected) => {
  const { runtime, release } = await busy(() => {})
  const { address } = await runtime.tasks.enqueue(job, null, { priority })
  expect(runtime.tasks.list().tasks.find(each => each.address === address)?.priority).toBe(expected)
  release()
  await runtime.close()
})

test('nobody starves: of each 16 tasks of an agent the 4th and 12th are of high priority, the 8th normal, the 16th low', async () => {
  const order: string[] = []
  const worker = agent('worker').handle(job, (_, ctx) => void order.push(ctx.task.slice('task/'.length)))
  await using runtime = await createRuntime({ agents: [worker] })
  const { tasks } = runtime
  await tasks.queue().pause()
  const all = PRIORITIES.toReversed().flatMap(priority =>
    Array.from({ length: 40 }, (_, n) => ({ task: job, id: `${priority}-${n}`, priority })),
  )
  const group = await tasks.enqueueAll(all)
  await tasks.queue().resume()
  await group.result()
  // While all four wait; the places are those of the agent.
  for (const round of [0, 1])
    expect(order.slice(16 * round, 16 * (round + 1)).map(id => id.split('-')[0])).toEqual(
      Array.from(
        { length: 16 },
        (_, n) => ({ 3: 'high', 7: 'normal', 11: 'high', 15: 'low' })[n] ?? 'critical',
      ),
    )
  // And inside each, first in, first out.
  for (const priority of PRIORITIES)
    expect(order.filter(id => id.startsWith(priority))).toEqual(
      Array.from({ length: 40 }, (_, n) => `${priority}-${n}`),
    )
})

test('who waits is not passed by the next step of a run: work of another sort gets its turn between', async () => {
  const other = task('other')
  const { opened, open } = latch()
  const order: string[] = []
  const worker = agent('worker')
    .handle(job, async (_, ctx) => {
      await opened
      order.push(ctx.task)
    })
    .handle(other, () => void order.push('other'))
  await using runtime = await createRuntime({ agents: [worker] })
  const steps = Array.from({ length: 10 }, (_, n) => ({ id: `s${n}`, task: job }))
  const run = await runtime.startGraph(sequence(steps), { id: 'chain' })
  const waiting = await runtime.submit(other, null, { priority: 'critical' })
  open()
  await Promise.all([run.result(), waiting.result()])
  expect(order.indexOf('other')).toBe(1)
})

test('a priority that does not exist is refused', async () => {
  const { runtime, release } = await busy(() => {})
  expect(await codeOf(runtime.submit(job, null, { priority: 'urgent' as Priority }))).toBe('INPUT_INVALID')
  expect(await codeOf(runtime.submit(job, null, { priority: 101 }))).toBe('INPUT_INVALID')
  expect(await codeOf(runtime.submit(job, null, { priority: -1 }))).toBe('INPUT_INVALID')
  release()
  await runtime.close()
})
