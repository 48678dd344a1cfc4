/**
 * A1, signals: every change in the life of a task, agent or workflow is a signal that can be subscribed to, by type,
 * task, workflow or agent, and unsubscribed from. What is emitted is checked by zod. A subscriber that throws harms nobody.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { filter } from 'rxjs'
import { agent, createRuntime, task, workflow, type Runtime, type Signal } from 'stator'
import { codeOf, untilAborted } from './support.ts'

const good = task('good')
const bad = task('bad')
const slow = task('slow')
const worker = agent('worker')
  .handle(good, () => 'done')
  .handle(bad, () => {
    throw new Error('no')
  })
  .handle(slow, (_, ctx) => untilAborted(ctx.signal))
const two = workflow('two').step('first', good).step('second', good)

let runtime: Runtime
const seen: Signal[] = []
const names = (signals: Signal[]): string[] => signals.map(signal => signal.name)

async function read(options: Parameters<Runtime['signals']>[0], count: number): Promise<string[]> {
  const found: string[] = []
  for await (const signal of runtime.signals({ from: 'start', ...options }))
    if (found.push(`${signal.name} ${signal.to}`) === count) break
  return found
}

beforeAll(async () => {
  runtime = await createRuntime({ agents: [worker], workflows: [two], logger: quiet })
  runtime.signals$.subscribe(() => {
    throw new Error('a subscriber that throws')
  })
  runtime.signals$.subscribe(signal => seen.push(signal))
  await (await runtime.submit(good, null, { id: 'good' })).outcome()
  await (await runtime.submit(bad, null, { id: 'bad' })).outcome()
  const cancelled = await runtime.submit(slow, null, { id: 'slow' })
  await cancelled.cancel('not needed')
  await cancelled.outcome()
  await (await runtime.start(two, null, { id: 'two' })).result()
})
afterAll(() => runtime.close())

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

test('tasks tell that they started, completed, failed and were cancelled', () => {
  expect(names(seen)).toEqual(
    expect.arrayContaining(['task.started', 'task.completed', 'task.failed', 'task.cancelled']),
  )
})

test('agents tell that they are ready and busy, workflows that they started and completed', () => {
  const all = names(runtime.history())
  expect(all).toEqual(expect.arrayContaining(['agent.ready', 'agent.busy']))
  expect(all).toEqual(expect.arrayContaining(['workflow.started', 'workflow.completed']))
})

test('every change of every state is a signal: each begins where the one before ended', () => {
  const states = new Map<string, string | null>()
  for (const { to, fromState, toState, refused } of runtime.history()) {
    if (refused !== null) continue
    expect(fromState).toBe(states.get(to) ?? fromState)
    states.set(to, toState)
  }
  expect(states.get('task/good')).toBe('completed')
})

test('a subscriber that throws harms neither the emitter nor its siblings', () => {
  expect(names(seen)).toContain('workflow.completed')
})

test('signals are filtered by type, task, workflow and agent', async () => {
  expect(await read({ types: ['task.failed', 'task.cancelled'] }, 2)).toEqual([
    'task.failed task/bad',
    'task.cancelled task/slow',
  ])
  expect(await read({ task: 'good' }, 2)).toEqual(['task.started task/good', 'task.completed task/good'])
  expect(await read({ workflow: 'two', types: ['task.completed'] }, 2)).toEqual([
    'task.completed task/two/first',
    'task.completed task/two/second',
  ])
  expect((await read({ agent: 'worker' }, 4)).every(line => line.endsWith('agent/worker'))).toBe(true)
})

test('a subscription ends when it is told to; operators of rxjs work as ever', async () => {
  const heard: string[] = []
  const subscription = runtime.signals$
    .pipe(filter(signal => signal.name === 'task.completed'))
    .subscribe(signal => heard.push(signal.to))
  await (await runtime.submit(good, null, { id: 'heard' })).result()
  subscription.unsubscribe()
  await (await runtime.submit(good, null, { id: 'unheard' })).result()
  expect(heard).toEqual(['task/heard'])
})

test('what a client emits is checked: the type is one that the recipient takes, the data fits its schema', async () => {
  const waiting = await runtime.submit(slow, null, { id: 'waiting' })
  const send = (type: string, data: object): Promise<Signal> =>
    runtime.send({ type, to: waiting.address, data: data as never })
  expect(await codeOf(send('task.cancel', { reason: 42 }))).toBe('INPUT_INVALID')
  expect(await codeOf(send('task.done', { output: 'forged' }))).toBe('MESSAGE_TYPE_UNKNOWN')
  expect((await send('task.cancel', { reason: 'by hand' })).name).toBe('task.cancelled')
})
