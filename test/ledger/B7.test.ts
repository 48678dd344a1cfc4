/**
 * B7, a task queue for services: workers, retries, rates, progress, cancellation, time limits, keys. And its scheduling: at a time, after a
 * delay, by interval and by cron with a time zone, with a policy for what was missed and one for what overlaps.
 */
import { describe, expect, test } from 'vitest'
import {
  agent,
  createRuntime,
  graph,
  memory,
  queue,
  RetryAfterError,
  type StatorError,
  task,
  type Journal,
  type Runtime,
  type ScheduleOptions,
} from 'stator'
import type { VirtualClock } from 'stator/testing'
import { codeOf, latch, newClock, pass, settled, startOfTime, untilAborted } from './support.ts'

const HOUR = 3_600_000
const report = task('report')

/** One process life; `ran` gets the time for which each run was meant, in hours. */
async function life(
  clock: VirtualClock,
  ran: unknown[],
  journal: Journal = memory(),
  work: (signal: AbortSignal) => unknown = () => null,
): Promise<Runtime> {
  const worker = agent('worker', { capacity: 10 }).handle(report, (_input, ctx) => {
    const { scheduledFor } = ctx.metadata as { scheduledFor?: string }
    ran.push(scheduledFor === undefined ? 'once' : (Date.parse(scheduledFor) - startOfTime) / HOUR)
    return work(ctx.signal)
  })
  return createRuntime({
    journal,
    agents: [worker],
    host: { clock },
    limits: { taskTimeout: 24 * HOUR },
  })
}

const hourly: ScheduleOptions = { every: '1h', startAt: startOfTime + HOUR }

describe('B7: scheduling', () => {
  test('a task runs at its time, and another after its delay', async () => {
    const clock = newClock()
    const ran: unknown[] = []
    const runtime = await life(clock, ran)
    await runtime.tasks.enqueue(report, null, { startAt: startOfTime + HOUR })
    await runtime.tasks.enqueue(report, null, { delay: '2h' })
    await pass(clock, HOUR - 1)
    expect(ran).toEqual([])
    await pass(clock, 1)
    expect(ran).toEqual(['once'])
    await pass(clock, HOUR)
    expect(ran).toEqual(['once', 'once'])
    await runtime.close()
  })

  test('by interval, and by cron in the time zone of those who asked', async () => {
    const clock = newClock()
    const ran: unknown[] = []
    const runtime = await life(clock, ran)
    await runtime.tasks.schedules.create('interval', report, null, { ...hourly, times: 2 })
    await runtime.tasks.schedules.create('daily', report, null, {
      cron: '0 9 * * *',
      timezone: 'Asia/Tokyo',
      times: 2,
    })
    await pass(clock, 48 * HOUR)
    // Nine in Tokyo is midnight in UTC.
    expect(ran).toEqual([1, 2, 24, 48])
    expect(await codeOf(runtime.tasks.schedules.create('x', report, null, { cron: 'never' }))).toBe(
      'DEFINITION_INVALID',
    )
    await runtime.close()
  })

  test.each([
    ['skip', [1, 5]],
    ['once', [1, 4, 5]],
    ['all', [1, 2, 3, 4, 5]],
  ] as const)('missed while no process was there: %s', async (missed, expected) => {
    const clock = newClock()
    const ran: unknown[] = []
    const journal = memory()
    const first = await life(clock, ran, journal)
    await first.tasks.schedules.create('job', report, null, { ...hourly, missed })
    await pass(clock, 1.5 * HOUR)
    await first.close()
    await pass(clock, 3 * HOUR)
    const second = await life(clock, ran, journal)
    await pass(clock, HOUR)
    expect(ran).toEqual(expected)
    await second.close()
  })

  test.each([
    ['skip', [1, 4]],
    ['buffer', [1, 2]],
    ['cancel', [1, 2, 3, 4]],
    ['allow', [1, 2, 3, 4]],
  ] as const)('while an earlier run has not ended: %s', async (overlap, expected) => {
    const clock = newClock()
    const ran: unknown[] = []
    const slow = (signal: AbortSignal): Promise<void> =>
      new Promise((resolve, reject) => {
        clock.after(2.5 * HOUR, resolve)
        signal.addEventListener('abort', () => reject(new Error('aborted')))
      })
    const runtime = await life(clock, ran, memory(), slow)
    await runtime.tasks.schedules.create('job', report, null, { ...hourly, overlap })
    await pass(clock, 4.9 * HOUR)
    expect(ran).toEqual(expected)
    await runtime.close()
  })

  test('pause, resume, run now, list, remove', async () => {
    const clock = newClock()
    const ran: unknown[] = []
    const runtime = await life(clock, ran)
    const { schedules } = runtime.tasks
    await schedules.create('job', report, null, hourly)
    await schedules.create('other', report, null, { cron: '@yearly' })
    expect(schedules.list().map(({ id, state }) => `${id} ${state}`)).toEqual([
      'job waiting',
      'other waiting',
    ])
    await schedules.pause('job', 'maintenance')
    await pass(clock, 2.5 * HOUR)
    expect(ran).toEqual([])
    expect(schedules.list({ state: 'paused' })).toMatchObject([{ id: 'job', reason: 'maintenance' }])
    await schedules.resume('job')
    await pass(clock, HOUR)
    expect(ran).toEqual([3])
    await schedules.remove('job')
    await pass(clock, 5 * HOUR)
    expect(ran).toEqual([3])
    const now = await schedules.trigger('other')
    await now.result()
    expect(ran).toHaveLength(2)
    expect(schedules.get('job')).toMatchObject({ state: 'removed', counts: { started: 1 } })
    await runtime.close()
  })
})

const SECOND = 1_000
const job = task('job')

describe('B7: the queue', () => {
  test('workers at once, as many as the queue says', async () => {
    const { opened, open } = latch()
    const worker = agent('worker', { capacity: 10 }).handle(job, async () => opened)
    await using runtime = await createRuntime({
      agents: [worker],
      queues: [queue('default', { concurrency: 3 })],
    })
    const group = await runtime.tasks.enqueueAll(Array.from({ length: 8 }, () => ({ task: job })))
    expect(runtime.tasks.count()).toMatchObject({ running: 3, queued: 5 })
    open()
    await group.result()
  })

  test('a rate: so many starts a second, and in any span of time no more than the burst and what the rate gives', async () => {
    const clock = newClock()
    const began: number[] = []
    const worker = agent('worker', { capacity: 100 }).handle(job, () => void began.push(clock.now()))
    const slow = queue('default', { rate: { perSecond: 10, burst: 5 } })
    await using runtime = await createRuntime({ agents: [worker], queues: [slow], host: { clock } })
    const group = await runtime.tasks.enqueueAll(Array.from({ length: 30 }, () => ({ task: job })))
    await pass(clock, 10 * SECOND)
    await group.result()
    expect(began.map(at => at - startOfTime).slice(0, 8)).toEqual([0, 0, 0, 0, 0, 100, 200, 300])
    for (const from of began) {
      const within = began.filter(at => at >= from && at < from + SECOND)
      expect(within.length).toBeLessThanOrEqual(5 + 10)
    }
    expect(began.at(-1)).toBe(startOfTime + 2_500)
  })

  test.each([
    ['none', [1, 2, 4]],
    ['full', [0.25, 0.5, 1]],
    ['equal', [0.625, 1.25, 2.5]],
  ] as const)('retries with exponential backoff, jitter: %s', async (jitter, seconds) => {
    const clock = newClock()
    const flaky = task('flaky', { retry: { maxAttempts: 4, initialInterval: '1s', backoff: 2, jitter } })
    const worker = agent('worker').handle(flaky, () => {
      throw new Error('no')
    })
    const host = { clock, random: () => 0.25 }
    await using runtime = await createRuntime({ agents: [worker], host })
    const handle = await runtime.tasks.enqueue(flaky, null)
    await pass(clock, 60 * SECOND)
    const attempts = handle.attempts()
    expect(attempts.map(({ startedAt, retryAt }) => ((retryAt ?? startedAt) - startedAt) / SECOND)).toEqual([
      ...seconds,
      0,
    ])
  })

  test('a handler says when to come again', async () => {
    const clock = newClock()
    const polite = task('polite', { retry: { maxAttempts: 2 } })
    const worker = agent('worker').handle(polite, (_, ctx) => {
      if (ctx.attempt === 1) throw new RetryAfterError('429', { after: '30s' })
      return clock.now()
    })
    await using runtime = await createRuntime({ agents: [worker], host: { clock } })
    const handle = await runtime.tasks.enqueue(polite, null)
    await pass(clock, 30 * SECOND)
    expect(await handle.result()).toBe(startOfTime + 30 * SECOND)
  })

  test('progress of 0 to 100 with a note', async () => {
    const { opened, open } = latch()
    const worker = agent('worker').handle(job, async (_, ctx) => {
      ctx.progress(40, 'page 2 of 5')
      await opened
    })
    await using runtime = await createRuntime({ agents: [worker] })
    const handle = await runtime.tasks.enqueue(job, null)
    await settled()
    expect(handle.info()).toMatchObject({ progress: 40, note: 'page 2 of 5' })
    open()
    await handle.result()
    expect(handle.info().progress).toBe(100)
  })

  test('one job is awaited, for so long', async () => {
    const clock = newClock()
    const { opened, open } = latch()
    const worker = agent('worker').handle(job, async () => opened.then(() => 7))
    await using runtime = await createRuntime({ agents: [worker], host: { clock } })
    await runtime.tasks.enqueue(job, null, { id: 'one' })
    const late = codeOf(runtime.tasks.result('one', { timeout: '1s' }))
    await pass(clock, SECOND)
    expect(await late).toBe('TIMED_OUT')
    // It went on.
    open()
    expect(await runtime.tasks.result('one')).toBe(7)
  })

  test('queued and running jobs are cancelled; what runs is told', async () => {
    const told: unknown[] = []
    const worker = agent('worker').handle(job, (_, ctx) => {
      ctx.signal.addEventListener('abort', () => told.push((ctx.signal.reason as StatorError).code))
      return untilAborted(ctx.signal)
    })
    await using runtime = await createRuntime({ agents: [worker] })
    const running = await runtime.tasks.enqueue(job, null, { id: 'running' })
    const queued = await runtime.tasks.enqueue(job, null, { id: 'queued' })
    expect([running.status(), queued.status()]).toEqual(['running', 'queued'])
    await runtime.tasks.cancel('queued', 'not needed')
    await runtime.tasks.cancel('running')
    expect(await queued.outcome()).toMatchObject({ status: 'cancelled', error: { message: 'not needed' } })
    expect((await running.outcome()).status).toBe('cancelled')
    expect(told).toEqual(['CANCELLED'])
    expect(queued.attempts()).toEqual([])
  })

  test('time limits and heartbeats: who falls silent is stopped, and tried again', async () => {
    const clock = newClock()
    const beating = task('beating', {
      timeout: { heartbeat: '10s', startToClose: '1h' },
      retry: { maxAttempts: 2, initialInterval: 0 },
    })
    const worker = agent('worker').handle(beating, async (_, ctx) => {
      for (let n = 0; ctx.attempt === 2 && n < 10; n++) {
        ctx.heartbeat()
        await new Promise<void>(resolve => {
          clock.after(5 * SECOND, resolve)
        })
      }
      return ctx.attempt === 1 ? new Promise<never>(() => {}) : 'alive'
    })
    await using runtime = await createRuntime({ agents: [worker], host: { clock } })
    const handle = await runtime.tasks.enqueue(beating, null)
    await pass(clock, 70 * SECOND)
    expect(await handle.result()).toBe('alive')
    expect(handle.attempts().map(({ outcome, error }) => [outcome, error?.code])).toEqual([
      ['timed out', 'HEARTBEAT_TIMEOUT'],
      ['completed', undefined],
    ])
  })

  test('a job that gets no worker in time, or is not done in the time that it has in all, fails', async () => {
    const clock = newClock()
    const bounded = task('bounded', { timeout: { queueToStart: '1m', overall: '2m' } })
    const worker = agent('worker').handle(bounded, (_, ctx) => untilAborted(ctx.signal))
    await using runtime = await createRuntime({ agents: [worker], host: { clock } })
    const first = await runtime.tasks.enqueue(bounded, null)
    const second = await runtime.tasks.enqueue(bounded, null)
    await pass(clock, 120 * SECOND)
    expect((await second.outcome()).error?.code).toBe('QUEUE_TIMEOUT')
    expect((await first.outcome()).error?.code).toBe('TASK_EXPIRED')
  })

  test('jobs are listed and cancelled per workflow', async () => {
    const worker = agent('worker').handle(job, (_, ctx) => untilAborted(ctx.signal))
    await using runtime = await createRuntime({ agents: [worker] })
    const { tasks } = runtime
    const steps = (...ids: string[]) => graph(ids.map(id => ({ id, task: job })))
    const mine = await runtime.startGraph(steps('a', 'b', 'c'), { id: 'mine' })
    await runtime.startGraph(steps('a', 'b'), { id: 'other' })
    await tasks.enqueue(job, null, { id: 'alone' })
    const shown = (filter: Parameters<typeof tasks.list>[0]) =>
      tasks.list(filter).tasks.map(({ id, state }) => `${id} ${state}`)
    expect(shown({ workflow: 'mine' })).toEqual(['mine/a running', 'mine/b queued', 'mine/c queued'])
    expect(shown({ workflow: 'mine', state: 'queued' })).toEqual(['mine/b queued', 'mine/c queued'])
    expect(await tasks.cancelAll({ workflow: 'mine' }, 'enough')).toBe(3)
    await mine.outcome()
    expect(shown({ workflow: 'mine' })).toEqual(['mine/a cancelled', 'mine/b cancelled', 'mine/c cancelled'])
    expect(shown({ workflow: 'other' })).toEqual(['other/a running', 'other/b queued'])
    expect(tasks.get('alone').status()).toBe('queued')
  })

  test('the same key with the same input is the same job, in any process life; with another input it is refused', async () => {
    const journal = memory()
    const ran: unknown[] = []
    const worker = agent('worker').handle(job, input => ran.push(input))
    const first = await createRuntime({ journal, agents: [worker] })
    const once = await first.tasks.enqueue(job, 'order 7', { idempotencyKey: 'order-7' })
    const again = await first.tasks.enqueue(job, 'order 7', { idempotencyKey: 'order-7' })
    expect(again.address).toBe(once.address)
    await once.result()
    await first.close()
    await using second = await createRuntime({ journal, agents: [worker] })
    const later = await second.tasks.enqueue(job, 'order 7', { idempotencyKey: 'order-7' })
    expect([later.address, await later.result()]).toEqual([once.address, 1])
    expect(await codeOf(second.tasks.enqueue(job, 'order 8', { idempotencyKey: 'order-7' }))).toBe(
      'IDEMPOTENCY_CONFLICT',
    )
    expect(ran).toEqual(['order 7'])
  })
})
