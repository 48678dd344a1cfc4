/**
 * B7, a task queue for services. Here its scheduling: at a time, after a delay, by interval and by cron with a time zone, with a
 * policy for what was missed and one for what overlaps; pause, resume, remove, list.
 */
import { describe, expect, test } from 'vitest'
import { agent, createRuntime, memory, task, type Journal, type Runtime, type ScheduleOptions } from 'stator'
import type { VirtualClock } from 'stator/testing'
import { codeOf, newClock, pass, startOfTime } from './support.ts'

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
