/**
 * A4, priorities: low, normal, high and critical; first in, first out inside one.
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, PRIORITIES, task, type Priority, type Runtime } from 'stator'
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

test('a priority that does not exist is refused', async () => {
  const { runtime, release } = await busy(() => {})
  expect(await codeOf(runtime.submit(job, null, { priority: 'urgent' as Priority }))).toBe('INPUT_INVALID')
  release()
  await runtime.close()
})
