/** Schedules: when they run, what becomes of missed and overlapping times, and what their users can ask of them, in virtual time. */
import { describe, expect, test } from 'vitest'
import { agent, task, type ScheduleInfo, type ScheduleOptions } from 'stator'
import { crashSweep, type Life, type Scenario, type Setup, type Simulation } from 'stator/testing'
import { z } from 'zod'
import { MISSED, OVERLAP } from '../../src/messages/schedule.ts'
import { Calendar } from '../../src/runtime/calendar.ts'
import type { Cell } from '../../src/runtime/cell.ts'
import { good } from './support/play.ts'
import { codeOf, worldOf } from './support/world.ts'

const START = Date.UTC(2030, 0, 1)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const tick = task('tick', { input: z.object({ n: z.int().default(1) }) })

/** Its handler takes so long, in virtual milliseconds. */
const setupOf =
  (takes: number, name = tick) =>
  (life: Life): Setup => ({
    agents: [
      agent('ann', { capacity: 100 }).handle(
        name,
        life.handler(async (_input, ctx) => {
          if (takes > 0) await life.wait(takes)
          return ctx.metadata
        }),
      ),
    ],
  })
/** Longer than any handler here takes. */
const patient = { taskTimeout: 24 * HOUR }
const ticking = (takes = 0, limits = {}): Simulation =>
  worldOf(setupOf(takes), { limits: { ...patient, ...limits } })

/** Which times were run, as hours since the start; in the order in which they were. */
function runs({ ledger }: Pick<Simulation, 'ledger'>): number[] {
  const ids = ledger.of('start').map(({ task: address }) => address.split('@')[1] ?? '')
  return [...new Set(ids)].map(text => (Date.parse(text.replace(/\.trigger.*/, '')) - START) / HOUR)
}

/** At whole hours after the start of the simulation. */
const hourly = (options: Partial<ScheduleOptions> = {}): ScheduleOptions => ({
  every: '1h',
  startAt: START + HOUR,
  ...options,
})

const make = async (life: Life, options: ScheduleOptions, id = 'job'): Promise<ScheduleInfo> =>
  life.until(life.runtime.tasks.schedules.create(id, tick, {}, options))

/** The process is away for that long, and comes back. */
async function away(world: Simulation, life: Life, ms: number): Promise<Life> {
  life.die()
  world.clock.set(world.clock.now() + ms)
  return world.boot()
}

describe('a schedule', () => {
  test('runs at its times, each a task of its own that knows which time it is', async () => {
    const world = ticking()
    const life = await world.boot()
    const { schedules } = life.runtime.tasks
    const made = await make(life, hourly({ times: 3, metadata: { team: 'a' }, priority: 'low' }))
    expect(made).toMatchObject({
      id: 'job',
      address: 'schedule/job',
      state: 'waiting',
      task: 'tick',
      every: HOUR,
      cron: null,
      next: START + HOUR,
      last: null,
    })
    await world.drain(life)
    expect(runs(world)).toEqual([1, 2, 3])
    expect(schedules.get('job')).toMatchObject({
      state: 'completed',
      next: null,
      last: START + 3 * HOUR,
      counts: { started: 3, skipped: 0, missed: 0, triggered: 0 },
      running: [],
    })
    expect(schedules.list()).toEqual([])
    const first = life.runtime.task('job@2030-01-01T01:00:00.000Z')
    expect(await life.until(first.result())).toEqual({
      team: 'a',
      schedule: 'schedule/job',
      scheduledFor: '2030-01-01T01:00:00.000Z',
    })
    const [created] = life.runtime.history({ actor: first.address, limit: 1 })
    expect(created).toMatchObject({ correlationId: first.address, priority: 'low', from: 'schedule/job' })
  })

  test('counts an interval from its creation where it has no start', async () => {
    const world = ticking()
    const life = await world.boot()
    const made = await make(life, { every: '10m', times: 1 })
    const [created] = life.runtime.history({ actor: made.address, limit: 1 })
    expect(made.next).toBe((created?.at ?? 0) + 10 * MINUTE)
    await world.drain(life)
  })

  test('by cron and time zone, until its end', async () => {
    const world = ticking()
    const life = await world.boot()
    await make(life, {
      cron: '30 8 * * 1-5',
      timezone: 'Europe/Berlin',
      until: new Date('2030-01-05T00:00:00Z'),
    })
    await world.drain(life)
    // Half past eight in Berlin: Tuesday to Friday, the first of January is one.
    expect(runs(world)).toEqual([7.5, 31.5, 55.5, 79.5])
    expect(life.runtime.tasks.schedules.get('job')).toMatchObject({
      state: 'completed',
      cron: '30 8 * * 1-5',
    })
  })

  test('goes on over restarts, and keeps its times', async () => {
    const world = ticking()
    let life = await world.boot()
    await make(life, hourly({ times: 4 }))
    for (let n = 0; n < 3; n++) {
      await world.pass(life, HOUR)
      life = await away(world, life, 1_000)
    }
    await world.drain(life)
    expect(runs(world)).toEqual([1, 2, 3, 4])
  })

  test('goes on where its past was pruned, and each run is pruned by itself', async () => {
    const world = ticking()
    const first = await world.boot()
    await make(first, hourly({ times: 4 }))
    await world.pass(first, 2.5 * HOUR)
    await world.pass(first, HOUR / 4)
    expect(first.runtime.prune({ olderThan: '1h' })).toBe(1)
    expect(first.runtime.verify()).toBeNull()
    const second = await away(world, first, 1_000)
    expect(second.runtime.tasks.schedules.get('job')).toMatchObject({
      state: 'waiting',
      counts: { started: 2 },
    })
    await world.drain(second)
    expect(runs(world)).toEqual([1, 2, 3, 4])
    // Its beginning is gone: now that it is over, nobody knows it.
    expect(second.runtime.tasks.schedules.get('job')).toBeUndefined()
    expect(second.runtime.verify()).toBeNull()
  })

  test('stands as it was where its runs were pruned before it was checkpointed', async () => {
    const world = ticking(0, { idle: 24 * HOUR })
    const first = await world.boot()
    await make(first, hourly({ times: 3 }))
    await world.pass(first, 1.5 * HOUR)
    expect(first.runtime.prune({ olderThan: 1 })).toBe(1)
    const second = await away(world, first, 1)
    expect(second.runtime.held()).toEqual([])
    expect(second.runtime.tasks.schedules.get('job')).toMatchObject({ state: 'waiting' })
    await world.drain(second)
    expect(runs(world)).toEqual([1, 2, 3])
  })

  test('whose task failed or was cancelled comes again', async () => {
    const bad = task('bad')
    const world = worldOf(life => ({
      agents: [
        agent('ann').handle(
          bad,
          life.handler(() => {
            throw new Error('no')
          }),
        ),
      ],
    }))
    const life = await world.boot()
    await life.until(life.runtime.tasks.schedules.create('job', bad, null, hourly({ times: 2 })))
    await world.drain(life)
    expect(life.runtime.tasks.schedules.get('job')).toMatchObject({
      state: 'completed',
      counts: { started: 2 },
    })
  })

  test('whose task nobody knows any more goes on; its tasks wait', async () => {
    let known = true
    const world = worldOf(life => (known ? setupOf(0)(life) : {}))
    const first = await world.boot()
    await make(first, hourly({ times: 1 }))
    known = false
    const second = await away(world, first, 2 * HOUR)
    await world.drain(second)
    expect(second.runtime.task('job@2030-01-01T02:00:00.000Z').status()).toBe('queued')
    expect(second.runtime.tasks.schedules.get('job')).toMatchObject({ state: 'finishing' })
    known = true
    const third = await away(world, second, 1)
    await world.drain(third)
    expect(third.runtime.tasks.schedules.get('job')).toMatchObject({ state: 'completed' })
  })
})

describe('times that were missed', () => {
  const missed = async (
    options: Partial<ScheduleOptions>,
    limits = {},
  ): Promise<[number[], ScheduleInfo]> => {
    const world = ticking(1_000, limits)
    const first = await world.boot()
    await make(first, hourly({ until: START + 8 * HOUR, ...options }))
    await world.pass(first, 2.5 * HOUR)
    // Three, four and five go by; two and a half hours are over when it went down.
    const second = await away(world, first, 3 * HOUR)
    await world.drain(second)
    return [runs(world), second.runtime.tasks.schedules.get('job') as ScheduleInfo]
  }

  test('are made up for by one run: the default', async () => {
    const [ran, { counts }] = await missed({})
    expect(ran).toEqual([1, 2, 5, 6, 7, 8])
    expect(counts).toMatchObject({ started: 6, missed: 2, skipped: 0 })
  })

  test('are skipped', async () => {
    const [ran, { counts }] = await missed({ missed: 'skip' })
    expect(ran).toEqual([1, 2, 6, 7, 8])
    expect(counts).toMatchObject({ started: 5, missed: 3, skipped: 0 })
  })

  test('are all run, one after another', async () => {
    const [ran, { counts }] = await missed({ missed: 'all' })
    expect(ran).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(counts).toMatchObject({ started: 8, missed: 0, skipped: 0 })
  })

  test('are not missed within their grace', async () => {
    const [ran, { counts }] = await missed({ missed: 'skip', grace: '31m' })
    expect(ran).toEqual([1, 2, 5, 6, 7, 8])
    expect(counts).toMatchObject({ started: 6, missed: 2 })
  })

  test('are bounded by limits.catchUp; the oldest are only counted', async () => {
    const [ran, { counts }] = await missed({ missed: 'all' }, { catchUp: 2 })
    expect(ran).toEqual([1, 2, 4, 5, 6, 7, 8])
    expect(counts).toMatchObject({ started: 7, missed: 1 })
  })
})

describe('a time that comes while an earlier run has not ended', () => {
  const overlapping = async (
    overlap: NonNullable<ScheduleOptions['overlap']>,
  ): Promise<[Simulation, Life]> => {
    const world = ticking(2.5 * HOUR)
    const life = await world.boot()
    await make(life, hourly({ overlap, until: START + 5 * HOUR }))
    await world.drain(life)
    return [world, life]
  }

  test('is skipped: the default', async () => {
    const [world, life] = await overlapping('skip')
    expect(runs(world)).toEqual([1, 4])
    expect(life.runtime.tasks.schedules.get('job')?.counts).toMatchObject({ started: 2, skipped: 3 })
  })

  test('is kept until then, one of them', async () => {
    const [world, life] = await overlapping('buffer')
    // Two waits for one, until half past three; three finds it waiting; four waits for two.
    expect(runs(world)).toEqual([1, 2, 4])
    expect(life.runtime.tasks.schedules.get('job')?.counts).toMatchObject({ started: 3, skipped: 2 })
  })

  test('cancels the earlier run', async () => {
    const [world, life] = await overlapping('cancel')
    expect(runs(world)).toEqual([1, 2, 3, 4, 5])
    expect(world.ledger.of('output').map(({ task: address }) => address)).toContain(
      'task/job@2030-01-01T05:00:00.000Z',
    )
    expect(life.runtime.task('job@2030-01-01T04:00:00.000Z').status()).toBe('cancelled')
  })

  test('runs beside it', async () => {
    const [world, life] = await overlapping('allow')
    expect(runs(world)).toEqual([1, 2, 3, 4, 5])
    expect(life.runtime.task('job@2030-01-01T04:00:00.000Z').status()).toBe('completed')
  })
})

describe('its users', () => {
  test('pause and resume it: what comes in between is neither run nor missed', async () => {
    const world = ticking()
    const first = await world.boot()
    await make(first, hourly({ until: START + 6 * HOUR }))
    await world.pass(first, 1.5 * HOUR)
    const { schedules } = first.runtime.tasks
    await first.until(schedules.pause('job', 'a holiday'))
    await first.until(schedules.pause('job'))
    expect(schedules.get('job')).toMatchObject({ state: 'paused', reason: 'a holiday', next: null })
    await world.pass(first, HOUR)
    const second = await away(world, first, 2 * HOUR)
    expect(second.runtime.tasks.schedules.get('job')).toMatchObject({ state: 'paused' })
    await second.until(second.runtime.tasks.schedules.resume('job'))
    await second.until(second.runtime.tasks.schedules.resume('job'))
    await world.drain(second)
    expect(runs(world)).toEqual([1, 5, 6])
    expect(second.runtime.tasks.schedules.get('job')?.counts).toMatchObject({ started: 3, missed: 0 })
  })

  test('list them by id and state', async () => {
    const world = ticking()
    const life = await world.boot()
    const { schedules } = life.runtime.tasks
    for (const id of ['b', 'a', 'c']) await make(life, hourly(), id)
    await life.until(schedules.pause('c'))
    expect(schedules.list().map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    expect(schedules.list({ state: 'paused' }).map(({ id }) => id)).toEqual(['c'])
    expect(schedules.get('nobody')).toBeUndefined()
    for (const id of ['a', 'b', 'c']) await life.until(schedules.remove(id))
    await world.drain(life)
    expect(schedules.list()).toEqual([])
  })

  test('run it now, and wait for that', async () => {
    const world = ticking(10)
    const life = await world.boot()
    await make(life, hourly({ times: 1 }))
    const handle = await life.until(life.runtime.tasks.schedules.trigger('job'))
    expect(handle.id).toMatch(/^job@2030-01-01T00:00:00\.\d{3}Z\.trigger-\d+$/)
    expect(await life.until(handle.result())).toMatchObject({ schedule: 'schedule/job' })
    await world.drain(life)
    expect(life.runtime.tasks.schedules.get('job')?.counts).toMatchObject({ started: 1, triggered: 1 })
  })

  test('remove it: what runs goes on, and the id is free', async () => {
    const world = ticking(HOUR)
    const life = await world.boot()
    const { schedules } = life.runtime.tasks
    await make(life, hourly())
    await world.pass(life, 1.5 * HOUR)
    await life.until(schedules.remove('job', 'no longer'))
    await life.until(schedules.remove('job'))
    expect(schedules.get('job')).toMatchObject({ state: 'removed', reason: 'no longer' })
    await make(life, hourly({ every: '2h', times: 1 }))
    await world.drain(life)
    expect(runs(world)).toEqual([1, 3])
    expect(schedules.get('job')).toMatchObject({ state: 'completed', counts: { started: 1 } })
  })

  test('make it once: the same again changes nothing, another is a conflict unless it replaces', async () => {
    const world = ticking()
    const life = await world.boot()
    const { schedules } = life.runtime.tasks
    await make(life, hourly({ times: 3 }))
    await world.pass(life, 1.5 * HOUR)
    expect(await make(life, hourly({ times: 3 }))).toMatchObject({ counts: { started: 1 } })
    expect(await codeOf(life, schedules.create('job', tick, {}, hourly({ times: 4 })))).toBe(
      'IDEMPOTENCY_CONFLICT',
    )
    const other = await make(life, { every: '2h', times: 2, replace: true })
    expect(other).toMatchObject({ every: 2 * HOUR, counts: { started: 1 } })
    await world.drain(life)
    expect(schedules.get('job')).toMatchObject({ state: 'completed', counts: { started: 2 } })
    // It is over, and stays so, until somebody wants another one.
    expect(await make(life, { every: '2h', times: 2 })).toMatchObject({ state: 'completed' })
    expect(await codeOf(life, schedules.create('job', tick, {}, hourly()))).toBe('IDEMPOTENCY_CONFLICT')
    const anew = await make(life, { cron: '0 12 * * *', times: 1, replace: true })
    expect(anew).toMatchObject({ state: 'waiting', counts: { started: 0 } })
    await world.drain(life)
  })

  test('of whom two make the same at once get one', async () => {
    const world = ticking()
    const life = await world.boot()
    const both = await life.until(
      Promise.all(
        [1, 2].map(() => life.runtime.tasks.schedules.create('job', tick, {}, hourly({ times: 1 }))),
      ),
    )
    expect(both.map(({ id }) => id)).toEqual(['job', 'job'])
    await world.drain(life)
    expect(runs(world)).toEqual([1])
  })

  test('are told what is wrong', async () => {
    const world = ticking()
    const life = await world.boot()
    const { schedules } = life.runtime.tasks
    const create = (options: object, id = 'job', what: object = tick, input: object = {}): Promise<string> =>
      codeOf(life, schedules.create(id, what as typeof tick, input, options as ScheduleOptions))
    expect(await create({})).toBe('INPUT_INVALID')
    expect(await create({ cron: '* * * * *', every: 1 })).toBe('INPUT_INVALID')
    expect(await create({ every: 1000, timezone: 'UTC' })).toBe('INPUT_INVALID')
    expect(await create({ every: 0 })).toBe('DEFINITION_INVALID')
    expect(await create({ every: 'often' })).toBe('DEFINITION_INVALID')
    expect(await create({ cron: '61 * * * *' })).toBe('DEFINITION_INVALID')
    expect(await create({ cron: '2030-01-01T00:00:00' })).toBe('DEFINITION_INVALID')
    expect(await create({ cron: '0 0 * * *', timezone: 'Mars/Olympus' })).toBe('DEFINITION_INVALID')
    expect(await create({ every: 1000, overlap: 'maybe' })).toBe('INPUT_INVALID')
    expect(await create({ every: 1000, oops: 1 })).toBe('INPUT_INVALID')
    expect(await create({ every: 1000 }, 'a/b')).toBe('ADDRESS_INVALID')
    expect(await create({ every: 1000 }, 'x'.repeat(141))).toBe('ADDRESS_INVALID')
    expect(await create({ every: 1000 }, 'job', task('unknown'))).toBe('TASK_UNHANDLED')
    expect(await create({ every: 1000 }, 'job', tick, { n: 'x' })).toBe('INPUT_INVALID')
    for (const call of ['pause', 'resume', 'remove', 'trigger'] as const)
      expect(await codeOf(life, schedules[call]('nobody'))).toBe('NOT_FOUND')
    const own = life.runtime.submit(tick, {}, { id: 'job@2030-01-01T01:00:00.000Z' })
    expect(await codeOf(life, own)).toBe('ADDRESS_INVALID')
    await make(life, hourly())
    for (const type of ['schedule.fire', 'schedule.update', 'step.done']) {
      const sent = life.runtime.send({ type, to: 'schedule/job', data: {} })
      expect(await codeOf(life, sent)).toBe('MESSAGE_TYPE_UNKNOWN')
    }
    await life.until(life.runtime.send({ type: 'schedule.remove', to: 'schedule/job' }))
    expect(await codeOf(life, schedules.trigger('job'))).toBe('RECIPIENT_UNKNOWN')
    await world.drain(life)
  })
})

describe('the calendar', () => {
  const asks = (timezone: string): Cell => {
    const context = { spec: { cron: '0 * * * *', timezone }, turn: 3, anchor: 0, from: START }
    const shown = { definition: { kind: { kind: 'schedule' } }, state: 'due', snapshot: { context } }
    return { address: 'schedule/job', ...shown } as unknown as Cell
  }

  test('says so where this process does not know the time zone, and goes on', () => {
    const calendar = new Calendar(10)
    calendar.observe(asks('Mars/Olympus'))
    const told = calendar.next(START + HOUR)
    expect(told).toMatchObject({ type: 'schedule.fail', to: 'schedule/job', from: 'system/calendar' })
    expect(told?.data).toMatchObject({ turn: 3, error: { code: 'DEFINITION_INVALID' } })
    expect(calendar.hasWork()).toBe(false)
  })

  test('answers once, and nothing more once the hub closes', () => {
    const calendar = new Calendar(10)
    calendar.observe(asks('UTC'))
    expect(calendar.hasWork()).toBe(true)
    const data = { turn: 3, due: [START + HOUR], passed: 0, upTo: START + 1.5 * HOUR, next: START + 2 * HOUR }
    expect(calendar.next(START + 1.5 * HOUR)).toMatchObject({ type: 'schedule.fire', data })
    expect(calendar.next(START + 1.5 * HOUR)).toBeUndefined()
    calendar.observe(asks('UTC'))
    calendar.close()
    expect(calendar.hasWork()).toBe(false)
    expect(calendar.next(START + 1.5 * HOUR)).toBeUndefined()
  })
})

describe('a task with a delay', () => {
  test('starts that long after it was given, and not with a time as well', async () => {
    const world = ticking()
    const life = await world.boot()
    const now = world.clock.now()
    const handle = await life.until(life.runtime.submit(tick, {}, { delay: '10m' }))
    expect(handle.status()).toBe('scheduled')
    await life.until(handle.result())
    expect(world.ledger.of('start')[0]?.at).toBeGreaterThanOrEqual(now + 10 * MINUTE)
    const both = life.runtime.submit(tick, {}, { delay: '1s', startAt: now })
    expect(await codeOf(life, both)).toBe('INPUT_INVALID')
    const never = life.runtime.submit(tick, {}, { delay: 'soon' as '1s' })
    expect(await codeOf(life, never)).toBe('DEFINITION_INVALID')
  })
})

describe('through a crash anywhere', () => {
  const policies = MISSED.flatMap(missed => OVERLAP.map(overlap => ({ missed, overlap })))

  test.each(policies)(
    'missed $missed, overlap $overlap: no time is run twice, none is lost',
    async ({ missed, overlap }) => {
      const scenario: Scenario = {
        name: `${missed} ${overlap}`,
        limits: patient,
        setup: setupOf(1.5 * HOUR),
        play: async life => {
          const { schedules } = life.runtime.tasks
          const made = await make(life, hourly({ missed, overlap, until: START + 3 * HOUR }))
          expect(made.id).toBe('job')
          await life.until(
            (async () => {
              while (schedules.get('job')?.state !== 'completed') await life.wait(10 * MINUTE)
            })(),
          )
          const { counts } = schedules.get('job') as ScheduleInfo
          return counts.started + counts.skipped + counts.missed
        },
      }
      const { outcome, once } = await crashSweep(scenario, { watchers: () => [good], twice: false })
      expect(outcome).toBe('3')
      expect(once).toBeGreaterThan(20)
    },
  )

  test.each(policies)(
    'missed $missed, overlap $overlap: nor where the process stays away for two and a half hours',
    async ({ missed, overlap }) => {
      const scenario: Scenario = {
        name: `away, ${missed} ${overlap}`,
        limits: patient,
        setup: life => {
          const { clock } = life.simulation
          if (life.number > 1) clock.set(clock.now() + 2.5 * HOUR)
          return setupOf(1.5 * HOUR)(life)
        },
        play: async life => {
          const { schedules } = life.runtime.tasks
          await make(life, { every: '1h', missed, overlap, times: 3 })
          await life.until(
            (async () => {
              while (schedules.get('job')?.state !== 'completed') await life.wait(10 * MINUTE)
            })(),
          )
          return schedules.get('job')?.counts.started
        },
      }
      // That every time is accounted for, and none is run twice, the invariants see.
      const { outcome } = await crashSweep(scenario, { watchers: () => [good], twice: false })
      expect(outcome).toBe('3')
    },
  )
})
