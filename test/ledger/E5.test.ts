/**
 * E5, operation: automatic retry; timeouts that stop a task, after 30 minutes where nothing else is said; load balancing: work is spread over
 * equal agents. (The monitoring page comes with a later part.)
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, DEFAULT_LIMITS, task, type RetryOptions, type StatorError } from 'stator'
import { latch, newClock, pass, untilAborted } from './support.ts'

const MINUTE = 60_000

test('a failed task is tried again by itself, as often as its policy says', async () => {
  const clock = newClock()
  const retry: RetryOptions = { maxAttempts: 4, initialInterval: '1s', backoff: 2, jitter: 'none' }
  const flaky = task('flaky', { retry })
  const began: number[] = []
  const worker = agent('worker').handle(flaky, (_, ctx) => {
    began.push(clock.now())
    if (ctx.attempt < 4) throw new Error('try again')
    return 'done'
  })
  await using runtime = await createRuntime({ agents: [worker], host: { clock } })
  const handle = await runtime.tasks.enqueue(flaky, null)
  await pass(clock, 10_000)
  expect(await handle.result()).toBe('done')
  expect(began.map(at => at - (began[0] ?? 0))).toEqual([0, 1_000, 3_000, 7_000])
  expect(handle.attempts().map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed', 'completed'])
})

test('a timeout stops a task, after 30 minutes where nothing else is said; its agent takes the next', async () => {
  const clock = newClock()
  const usual = task('usual')
  const short = task('short', { timeout: '1m' })
  const stopped: unknown[] = []
  const worker = agent('worker')
    .handle(usual, (_, ctx) => {
      ctx.signal.addEventListener('abort', () =>
        stopped.push([clock.now(), (ctx.signal.reason as StatorError).code]),
      )
      return untilAborted(ctx.signal)
    })
    .handle(short, async () => new Promise<never>(() => {}))
  await using runtime = await createRuntime({ agents: [worker], host: { clock } })
  const began = clock.now()
  const long = await runtime.tasks.enqueue(usual, null)
  // One that does not even listen.
  const deaf = await runtime.tasks.enqueue(short, null)
  await pass(clock, 30 * MINUTE - 1)
  expect(long.status()).toBe('running')
  await pass(clock, 1)
  expect((await long.outcome()).error?.code).toBe('TASK_TIMEOUT')
  expect(stopped).toEqual([[began + 30 * MINUTE, 'TASK_TIMEOUT']])
  await pass(clock, MINUTE)
  expect((await deaf.outcome()).error?.code).toBe('TASK_TIMEOUT')
  expect(runtime.status()).toMatchObject({ runningTasks: 0, abandoned: 1 })
  expect(DEFAULT_LIMITS.taskTimeout).toBe(30 * MINUTE)
})

test('work is spread over equal agents', async () => {
  const job = task('job')
  const { opened, open } = latch()
  const agents = ['ann', 'bob', 'cid', 'dan'].map(id =>
    agent(id, { capacity: 10 }).handle(job, async () => opened),
  )
  await using runtime = await createRuntime({ agents })
  const group = await runtime.tasks.enqueueAll(Array.from({ length: 20 }, () => ({ task: job })))
  expect(runtime.agents.list().map(({ id, running }) => `${id} ${running}`)).toEqual([
    'ann 5',
    'bob 5',
    'cid 5',
    'dan 5',
  ])
  open()
  await group.result()
})

test('work goes to whoever has room', async () => {
  const job = task('job')
  const { opened, open } = latch()
  const by: string[] = []
  const slow = agent('slow').handle(job, async () => opened)
  const quick = agent('quick').handle(job, () => void by.push('quick'))
  await using runtime = await createRuntime({ agents: [slow, quick] })
  const first = await runtime.tasks.enqueue(job, null)
  const group = await runtime.tasks.enqueueAll(Array.from({ length: 10 }, () => ({ task: job })))
  await group.result()
  expect(by).toHaveLength(10)
  open()
  await first.result()
})
