/**
 * A3, task lifecycle: a statechart with pending, scheduled, queued, running, retrying, completed, failed, cancelled, and
 * blocked by a failed dependency. Duration, attempts, metadata and result are kept.
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, sequence, task, taskMachine } from 'stator'
import { newClock, pass, settled, startOfTime } from './support.ts'

const work = task('work', { retry: { maxAttempts: 2, initialInterval: '10s', jitter: 'none' } })
const broken = task('broken')

test('the statechart has these states, and others only to wait for an operator: "held", and "dead" of messages', () => {
  expect(Object.keys(taskMachine.states).toSorted()).toEqual(
    [
      'pending',
      'scheduled',
      'queued',
      'running',
      'retrying',
      'completed',
      'failed',
      'cancelled',
      'blocked',
      'held',
      'dead',
    ].toSorted(),
  )
})

test('a task goes through them as time and work decide', async () => {
  const clock = newClock()
  const ended: ((output: string | Error) => void)[] = []
  const worker = agent('worker').handle(work, async () => {
    const outcome = await new Promise<string | Error>(resolve => {
      ended.push(resolve)
    })
    if (outcome instanceof Error) throw outcome
    return outcome
  })
  await using runtime = await createRuntime({ agents: [worker], host: { clock } })

  const first = await runtime.submit(work, null, { id: 'first' })
  const queued = await runtime.submit(work, null, { id: 'queued' })
  const later = await runtime.submit(work, null, {
    id: 'later',
    startAt: startOfTime + 60_000,
    metadata: { asked: 'by Ada' },
  })
  expect([first.status(), queued.status(), later.status()]).toEqual(['running', 'queued', 'scheduled'])

  await queued.cancel()
  expect(queued.status()).toBe('cancelled')
  ended.shift()?.('done')
  expect(await first.result()).toBe('done')

  await pass(clock, 60_000)
  expect(later.status()).toBe('running')
  await pass(clock, 5_000)
  ended.shift()?.(new Error('not yet'))
  await settled()
  expect(later.status()).toBe('retrying')
  await pass(clock, 10_000)
  expect(later.status()).toBe('running')
  await pass(clock, 250)
  ended.shift()?.('at last')
  expect(await later.result()).toBe('at last')

  // Kept after its end: duration (of the last attempt), attempts, metadata, result.
  expect(later.info()).toMatchObject({
    status: 'completed',
    attempts: 2,
    duration: 250,
    createdAt: startOfTime,
    startedAt: startOfTime + 75_000,
    endedAt: startOfTime + 75_250,
    metadata: { asked: 'by Ada' },
    outcome: { status: 'completed', output: 'at last' },
  })
})

test('a failure for good is kept with its error, and blocks what depends on it', async () => {
  const worker = agent('worker').handle(broken, () => {
    throw new TypeError('not a number')
  })
  await using runtime = await createRuntime({ agents: [worker] })
  const run = await runtime.startGraph(
    sequence([
      { id: 'a', task: broken },
      { id: 'b', task: broken },
    ]),
  )
  await run.outcome()
  await settled()
  expect(run.task('a').info()).toMatchObject({
    status: 'failed',
    attempts: 1,
    error: { name: 'TypeError', message: 'not a number', code: 'HANDLER_FAILED' },
  })
  expect(run.task('b').info()).toMatchObject({ status: 'blocked', attempts: 0, duration: 0 })
})
