/** Queues: limits, rates, keys, lanes, roles, turns, pauses, drains, bounds: each promise in virtual time, also across restarts. */
import { describe, expect, test } from 'vitest'
import {
  agent,
  graph,
  queue,
  sequence,
  task,
  type Priority,
  type QueueOptions,
  type SubmitOptions,
} from 'stator'
import type { Life, Setup, Simulation } from 'stator/testing'
import { z } from 'zod'
import { codeOf, worldOf } from './support/world.ts'

const START = Date.UTC(2030, 0, 1)
const call = task('call', { input: z.object({ who: z.string() }), key: ({ who }) => who })
const job = task('job')

interface Given {
  readonly queues?: readonly (readonly [string, QueueOptions])[]
  readonly capacity?: number
  readonly roles?: Setup['roles']
  /** How long each task takes, in milliseconds. */
  readonly takes?: number
}

function worldWith({ queues = [], capacity = 100, roles, takes = 0 }: Given): Simulation {
  return worldOf(life => {
    const work = life.handler(async () => (takes === 0 ? 1 : after(life, takes)))
    return {
      queues: queues.map(([name, options]) => queue(name, options)),
      ...(roles === undefined ? {} : { roles }),
      agents: [agent('ann', { capacity, role: 'caller' }).handle(call, work).handle(job, work)],
    }
  })
}

const after = (life: Life, ms: number): Promise<number> =>
  new Promise(resolve => {
    life.clock.after(ms, () => resolve(1))
  })

const put = (life: Life, id: string, options: SubmitOptions = {}): Promise<unknown> =>
  life.until(life.runtime.tasks.enqueue(job, null, { id, ...options }))

/** When each task started, by id, in milliseconds from the first start; a turn of the simulated hub takes some. */
function startsOf(world: Simulation, grain = 50): Record<string, number> {
  const starts = world.ledger.of('start')
  const first = starts[0]?.at ?? 0
  return Object.fromEntries(
    starts.map(({ task: address, at }) => [address.slice(5), grain * Math.floor((at - first) / grain)]),
  )
}

async function allDone(life: Life, ids: readonly string[]): Promise<void> {
  for (const id of ids) await life.until(life.runtime.tasks.get(id).outcome())
}

describe('a rate', () => {
  test('lets so many start at once as its burst says, and then one each interval', async () => {
    const world = worldWith({ queues: [['slow', { rate: { perSecond: 10, burst: 3 } }]] })
    const life = await world.boot()
    const ids = ['a', 'b', 'c', 'd', 'e', 'f']
    for (const id of ids) await put(life, id, { queue: 'slow' })
    await allDone(life, ids)
    expect(startsOf(world)).toEqual({ a: 0, b: 0, c: 0, d: 100, e: 200, f: 300 })
    expect(world.broken).toEqual([])
  })

  test('per minute and per second hold together', async () => {
    const world = worldWith({ queues: [['slow', { rate: { perSecond: 10, perMinute: 60, burst: 2 } }]] })
    const life = await world.boot()
    for (const id of ['a', 'b', 'c', 'd']) await put(life, id, { queue: 'slow' })
    await allDone(life, ['a', 'b', 'c', 'd'])
    expect(startsOf(world, 500)).toEqual({ a: 0, b: 0, c: 1_000, d: 2_000 })
  })

  test('gives nobody a second burst after a crash, and what was saved up comes back with time', async () => {
    const world = worldWith({ queues: [['slow', { rate: { perMinute: 6, burst: 2 } }]] })
    const first = await world.boot()
    for (const id of ['a', 'b', 'c']) await put(first, id, { queue: 'slow' })
    await allDone(first, ['a', 'b'])
    first.die()
    const second = await world.boot()
    await allDone(second, ['c'])
    expect(startsOf(world, 1_000).c).toBe(10_000)
    await world.pass(second, 60_000)
    for (const id of ['d', 'e', 'f']) await put(second, id, { queue: 'slow' })
    await allDone(second, ['d', 'e', 'f'])
    const { d = 0, e, f } = startsOf(world, 1_000)
    expect([e, f]).toEqual([d, d + 10_000])
    expect(world.broken).toEqual([])
  })

  test('of each key is its own: one that is used up holds up no other', async () => {
    const world = worldWith({ queues: [['shared', { perKey: { rate: { perSecond: 1 } } }]] })
    const life = await world.boot()
    const who = ['ann', 'ann', 'ann', 'bob', 'bob']
    for (const [n, name] of who.entries())
      await life.until(
        life.runtime.tasks.enqueue(call, { who: name }, { id: `${name}${n}`, queue: 'shared' }),
      )
    await allDone(
      life,
      who.map((name, n) => `${name}${n}`),
    )
    expect(startsOf(world, 500)).toEqual({ ann0: 0, ann1: 1_000, ann2: 2_000, bob3: 0, bob4: 1_000 })
  })

  test('above one in a millisecond is reached in the long run', async () => {
    const world = worldWith({ queues: [['fast', { rate: { perSecond: 4_000 } }]], capacity: 1_000 })
    const life = await world.boot()
    const ids = Array.from({ length: 40 }, (_, n) => `t${n}`)
    await Promise.all(ids.map(id => put(life, id, { queue: 'fast' })))
    await allDone(life, ids)
    expect(Math.max(...Object.values(startsOf(world, 1)))).toBeLessThan(40)
  })
})

describe('a concurrency', () => {
  const most = (world: Simulation, takes: number): number => {
    const starts = Object.values(startsOf(world))
    return Math.max(...starts.map(at => starts.filter(other => other <= at && other > at - takes).length))
  }
  const ids = Array.from({ length: 9 }, (_, n) => `t${n}`)

  test.each([
    ['of a queue', { queues: [['default', { concurrency: 3 }]] }],
    ['of a role', { roles: { caller: { concurrency: 3 } } }],
    ['of an agent', { capacity: 3 }],
  ] as const)('%s bounds what runs at once, and is reached', async (_, given) => {
    const world = worldWith({ ...given, takes: 100 })
    const life = await world.boot()
    for (const id of ids) await put(life, id)
    await allDone(life, ids)
    expect(most(world, 100)).toBe(3)
    expect(Math.max(...Object.values(startsOf(world)))).toBe(200)
    expect(world.broken).toEqual([])
  })

  test('of each key is its own', async () => {
    const world = worldWith({ queues: [['shared', { perKey: { concurrency: 1 } }]], takes: 100 })
    const life = await world.boot()
    for (const [n, who] of ['ann', 'ann', 'bob', 'bob'].entries())
      await life.until(life.runtime.tasks.enqueue(call, { who }, { id: `${who}${n}`, queue: 'shared' }))
    await allDone(life, ['ann0', 'ann1', 'bob2', 'bob3'])
    expect(startsOf(world)).toEqual({ ann0: 0, ann1: 100, bob2: 0, bob3: 100 })
  })
})

describe('turns', () => {
  /** In what order one agent does what waits for it. */
  async function orderOf(waiting: readonly (readonly [string, Priority])[]): Promise<string[]> {
    const world = worldWith({ capacity: 1 })
    const life = await world.boot()
    await life.until(life.runtime.tasks.queue().pause())
    for (const [id, priority] of waiting) await put(life, id, { priority })
    await life.until(life.runtime.tasks.queue().resume())
    await allDone(
      life,
      waiting.map(([id]) => id),
    )
    expect(world.broken).toEqual([])
    return world.ledger.of('start').map(({ task: address }) => address.slice(5))
  }
  const many = (priority: Priority, count: number): (readonly [string, Priority])[] =>
    Array.from({ length: count }, (_, n) => [`${priority}${n}`, priority] as const)

  test('the oldest of each priority starts at the latest with the 16th task of an agent that fits, whatever else waits', async () => {
    const order = await orderOf([
      ...many('critical', 60),
      ...many('high', 20),
      ...many('normal', 20),
      ...many('low', 20),
    ])
    const first = (prefix: string): number => order.findIndex(id => id.startsWith(prefix))
    expect([first('high'), first('normal'), first('low')]).toEqual([3, 7, 15])
    for (const [n, id] of order.filter(each => each.startsWith('low')).entries())
      expect(order.indexOf(id)).toBeLessThan(16 * (n + 1))
  })

  test('inside one priority it is first in, first out', async () => {
    const order = await orderOf(many('low', 30))
    expect(order).toEqual(many('low', 30).map(([id]) => id))
  })
})

describe('a pause', () => {
  test('starts nothing, also after a restart, and takes what comes; what runs goes on', async () => {
    const world = worldWith({ takes: 1_000 })
    const first = await world.boot()
    await put(first, 'a')
    await first.until(first.runtime.tasks.queue().pause('dinner'))
    await put(first, 'b')
    await first.until(first.runtime.tasks.get('a').result())
    first.die()
    const second = await world.boot()
    await world.pass(second, 60_000)
    expect(second.runtime.tasks.queue().info()).toMatchObject({
      state: 'paused',
      reason: 'dinner',
      counts: { queued: 1, running: 0 },
    })
    expect(second.runtime.tasks.mayStart('b', 'ann')).toEqual({
      ok: false,
      reasons: [{ reason: 'pause', message: 'queue default is paused' }],
    })
    await second.until(second.runtime.tasks.queue().resume())
    await allDone(second, ['b'])
    expect(world.broken).toEqual([])
  })
})

describe('a drain', () => {
  test('takes nothing more, works off what is there, settles when all of it has ended, and holds until a resume', async () => {
    const world = worldWith({ takes: 1_000, capacity: 1 })
    const life = await world.boot()
    for (const id of ['a', 'b']) await put(life, id)
    const drained = life.runtime.tasks.queue().drain()
    await world.pass(life, 500)
    expect(await codeOf(life, life.runtime.tasks.enqueue(job, null, { id: 'c' }))).toBe('QUEUE_DRAINING')
    await life.until(drained)
    expect(world.clock.now() - START).toBeGreaterThanOrEqual(2_000)
    expect(life.runtime.tasks.count()).toMatchObject({ queued: 0, running: 0 })
    life.die()
    const second = await world.boot()
    expect(await codeOf(second, second.runtime.tasks.enqueue(job, null, { id: 'd' }))).toBe('QUEUE_DRAINING')
    await second.until(second.runtime.tasks.queue().resume())
    await put(second, 'e')
    await allDone(second, ['e'])
  })

  test('is ended by a resume alone: a pause is refused, and who waited for the end is told', async () => {
    const world = worldWith({ takes: 1_000 })
    const life = await world.boot()
    await put(life, 'a')
    let told = 'nothing'
    life.runtime.tasks
      .queue()
      .drain()
      .catch((error: unknown) => {
        told = (error as { code: string }).code
      })
    await world.pass(life, 50)
    expect(await codeOf(life, life.runtime.tasks.queue().pause())).toBe('EVENT_REFUSED')
    await life.until(life.runtime.tasks.queue().resume())
    await world.pass(life, 50)
    expect(told).toBe('CANCELLED')
    await put(life, 'b')
    await allDone(life, ['a', 'b'])
  })

  test('that takes too long rejects with TIMED_OUT and goes on', async () => {
    const world = worldWith({ takes: 1_000 })
    const life = await world.boot()
    await put(life, 'a')
    expect(await codeOf(life, life.runtime.tasks.queue().drain({ timeout: '100ms' }))).toBe('TIMED_OUT')
    expect(life.runtime.tasks.queue().info().state).toBe('draining')
    await life.until(life.runtime.tasks.queue().drain())
  })
})

describe('who waits for room', () => {
  test('is refused when the queue begins to drain: it would come after the drain was done', async () => {
    const world = worldWith({ queues: [['small', { maxWaiting: 1, concurrency: 1 }]], takes: 1_000 })
    const life = await world.boot()
    for (const id of ['a', 'b']) await put(life, id, { queue: 'small' })
    const late = ['c', 'd'].map(id =>
      life.runtime.tasks.enqueue(job, null, { id, queue: 'small', whenFull: 'wait' }).then(
        () => 'none',
        (error: { code: string }) => error.code,
      ),
    )
    await world.pass(life, 10)
    await life.until(life.runtime.tasks.queue('small').drain())
    expect(await life.until(Promise.all(late))).toEqual(['QUEUE_DRAINING', 'QUEUE_DRAINING'])
    expect(Object.keys(startsOf(world))).toEqual(['a', 'b'])
    await life.until(life.runtime.tasks.queue('small').resume())
    for (const id of ['c', 'd']) await put(life, id, { queue: 'small' })
    await allDone(life, ['c', 'd'])
    expect(world.broken).toEqual([])
  })
})

describe('a bound', () => {
  test('refuses with QUEUE_FULL what comes when it is reached, and the same key gives the same task all the same', async () => {
    const world = worldWith({ queues: [['small', { maxWaiting: 2, concurrency: 1 }]], takes: 1_000 })
    const life = await world.boot()
    for (const id of ['a', 'b', 'c']) await put(life, id, { queue: 'small' })
    expect(await codeOf(life, life.runtime.tasks.enqueue(job, null, { id: 'd', queue: 'small' }))).toBe(
      'QUEUE_FULL',
    )
    await put(life, 'c', { queue: 'small' })
    await allDone(life, ['a'])
    await put(life, 'd', { queue: 'small' })
    await allDone(life, ['b', 'c', 'd'])
    expect(world.broken).toEqual([])
  })

  test('counts the tasks of a group, all of them or none', async () => {
    const world = worldWith({
      queues: [['small', { maxWaiting: 2, concurrency: 1 }]],
      takes: 1_000,
    })
    const life = await world.boot()
    const items = (count: number): { task: typeof job; input: null; queue: string }[] =>
      Array.from({ length: count }, () => ({ task: job, input: null, queue: 'small' }))
    expect(await codeOf(life, life.runtime.tasks.enqueueAll(items(3)))).toBe('QUEUE_FULL')
    const group = await life.until(life.runtime.tasks.enqueueAll(items(2), { id: 'two' }))
    expect((await life.until(group.outcome())).status).toBe('completed')
  })

  test('lets in, in the order in which they came, who waits for room', async () => {
    const world = worldWith({ queues: [['small', { maxWaiting: 1, concurrency: 1 }]], takes: 1_000 })
    const life = await world.boot()
    const ids = ['a', 'b', 'c', 'd', 'e']
    const coming = ids.map(id =>
      life.runtime.tasks.enqueue(job, null, { id, queue: 'small', whenFull: 'wait' }),
    )
    await life.until(Promise.all(coming))
    await allDone(life, ids)
    expect(startsOf(world, 500)).toEqual({ a: 0, b: 1_000, c: 2_000, d: 3_000, e: 4_000 })
  })

  test('who waits when the runtime closes is told CLOSED', async () => {
    const world = worldWith({ queues: [['small', { maxWaiting: 1, concurrency: 1 }]], takes: 1_000 })
    const life = await world.boot()
    for (const id of ['a', 'b']) await put(life, id, { queue: 'small' })
    const waiting = life.runtime.tasks.enqueue(job, null, { id: 'c', queue: 'small', whenFull: 'wait' })
    const code = codeOf(life, waiting)
    await world.pass(life, 10)
    await life.until(life.runtime.close())
    expect(await code).toBe('CLOSED')
  })
})

describe('looking', () => {
  test('peek shows who goes next, in order; list pages by queue, type, state, agent and run; count counts', async () => {
    const world = worldWith({ queues: [['other', {}]], takes: 1_000, capacity: 1 })
    const life = await world.boot()
    const { tasks } = life.runtime
    await put(life, 'first')
    await put(life, 'low', { priority: 'low' })
    await put(life, 'high', { priority: 80 })
    await put(life, 'else', { queue: 'other' })
    await put(life, 'later', { startAt: START + 60_000 })
    expect(tasks.queue().peek(5)).toEqual(['high', 'low'])
    expect(tasks.queue('other').peek()).toEqual(['else'])
    expect(tasks.count()).toMatchObject({ running: 1, queued: 3, scheduled: 1 })
    expect(tasks.count({ queue: 'other' })).toMatchObject({ running: 0, queued: 1 })
    const idsOf = (options: Parameters<typeof tasks.list>[0]): string[] =>
      tasks.list(options).tasks.map(({ id }) => id)
    expect(idsOf({ state: 'running' })).toEqual(['first'])
    expect(idsOf({ state: 'scheduled' })).toEqual(['later'])
    expect(idsOf({ agent: 'ann' })).toEqual(['first'])
    expect(idsOf({ queue: 'default', state: 'queued' })).toEqual(['low', 'high'])
    expect(idsOf({ type: 'call' })).toEqual([])
    const page = tasks.list({ limit: 2 })
    expect(page.tasks.map(({ id }) => id)).toEqual(['first', 'low'])
    expect(tasks.list({ limit: 5, cursor: page.next ?? '' }).tasks.map(({ id }) => id)).toEqual([
      'high',
      'else',
      'later',
    ])
    await allDone(life, ['first', 'high'])
    expect(tasks.list({ state: 'completed' }).tasks).toMatchObject([
      {
        id: 'first',
        type: 'job',
        state: 'completed',
        agent: 'ann',
        queue: 'default',
        priority: 'normal',
        root: null,
      },
      { id: 'high', priority: 'critical' },
    ])
  })

  test('cancelAll calls off what lives and fits, and nothing else', async () => {
    const world = worldWith({ queues: [['other', {}]], takes: 1_000, capacity: 1 })
    const life = await world.boot()
    for (const id of ['a', 'b', 'c']) await put(life, id)
    await put(life, 'd', { queue: 'other' })
    expect(await life.until(life.runtime.tasks.cancelAll({ queue: 'default' }, 'enough'))).toBe(3)
    await allDone(life, ['d'])
    expect(life.runtime.tasks.get('a').info()).toMatchObject({
      status: 'cancelled',
      error: { message: 'enough' },
    })
    expect(await codeOf(life, life.runtime.tasks.cancelAll({}))).toBe('INPUT_INVALID')
  })

  test('cancelAll of a run or a group ends it as a whole', async () => {
    const world = worldWith({ takes: 1_000, capacity: 1 })
    const life = await world.boot()
    const { tasks } = life.runtime
    const steps = ['a', 'b', 'c'].map(id => ({ id, task: job, input: null }))
    const run = await life.until(life.runtime.startGraph(sequence(steps), { id: 'run' }))
    expect(await life.until(tasks.cancelAll({ workflow: 'run' }, 'enough'))).toBe(1)
    expect((await life.until(run.outcome())).status).toBe('cancelled')
    const group = await life.until(tasks.enqueueAll(steps, { id: 'group', open: true }))
    expect(await life.until(tasks.cancelAll({ group: 'group' }))).toBe(3)
    expect((await life.until(group.outcome())).status).toBe('cancelled')
  })

  test('cancelAll takes filters alone: a page of them would be all there is', async () => {
    const world = worldWith({})
    const life = await world.boot()
    await put(life, 'a', { delay: '1h' })
    for (const filter of [{ limit: 1 }, { cursor: '0' }, { typo: 'job' }, null, 'job'])
      expect(await codeOf(life, life.runtime.tasks.cancelAll(filter as never))).toBe('INPUT_INVALID')
    expect(life.runtime.tasks.count()).toMatchObject({ scheduled: 1 })
  })

  test('cancelAll waits for room in the inbox, and says what went wrong', async () => {
    const world = worldOf(
      life => ({
        agents: [
          agent('ann').handle(
            job,
            life.handler(async () => 1),
          ),
        ],
      }),
      { watched: false, limits: { inbox: 5 } },
    )
    const life = await world.boot()
    for (let n = 0; n < 30; n++) await put(life, `t${n}`, { delay: '1h' })
    const { tasks } = life.runtime
    expect(await codeOf(life, tasks.cancelAll({ state: 'scheduled' }, 42 as never))).toBe('INPUT_INVALID')
    expect(await life.until(tasks.cancelAll({ state: 'scheduled' }))).toBe(30)
    for (const id of ['x', 'y']) await put(life, id, { delay: '1h' })
    await life.until(life.runtime.close())
    expect(await codeOf(life, tasks.cancelAll({ state: 'scheduled' }))).toBe('CLOSED')
  })

  test('a step of a run is had by the id that list and peek give', async () => {
    const world = worldWith({ takes: 1_000, capacity: 1 })
    const life = await world.boot()
    const { tasks } = life.runtime
    const steps = [
      { id: 'one', task: job },
      { id: 'two', task: job, after: ['one'] },
      { id: 'three', task: job },
    ]
    const run = await life.until(life.runtime.startGraph(graph(steps), { id: 'run' }))
    expect(tasks.list({ workflow: 'run' }).tasks.map(({ id }) => id)).toContain('run/one')
    const [waiting = ''] = tasks.queue().peek()
    expect(waiting).toBe('run/three')
    expect(tasks.get(waiting).info()).toMatchObject({ status: 'queued' })
    expect(tasks.criticalPath('run/one')).toBeGreaterThan(0)
    await life.until(tasks.cancel(waiting))
    expect(await life.until(tasks.result('run/one'))).toBe(1)
    await life.until(run.outcome())
    for (const id of ['', '/', 'a//b', '../x', 7])
      expect(await codeOf(life, tasks.cancel(id as never))).toBe('ADDRESS_INVALID')
  })

  test('two schedules made at once under one id are one, or a conflict', async () => {
    const world = worldWith({})
    const life = await world.boot()
    const { schedules } = life.runtime.tasks
    const made = (id: string, input: number, replace = false): Promise<string> =>
      schedules.create(id, job, input, { every: '1h', replace }).then(
        () => 'none',
        (error: { code: string }) => error.code,
      )
    const both = Promise.all([
      made('a', 1),
      made('a', 2),
      made('b', 1),
      made('b', 1),
      made('c', 1),
      made('c', 2, true),
    ])
    expect(await life.until(both)).toEqual(['none', 'IDEMPOTENCY_CONFLICT', 'none', 'none', 'none', 'none'])
  })

  test('a task is not given to an agent alone that will never do it', async () => {
    const [other, skilled] = [task('other', { role: 'cook' }), task('skilled', { skills: ['knives'] })]
    const world = worldOf(life => {
      const work = life.handler(async () => 1)
      return {
        agents: [
          agent('ann').handle(job, work),
          agent('ben', { role: 'cook', skills: ['knives'] })
            .handle(other, work)
            .handle(skilled, work),
          agent('cat').handle(other, work).handle(skilled, work),
        ],
      }
    })
    const life = await world.boot()
    const { tasks } = life.runtime
    for (const [one, only] of [
      [job, 'ben'],
      [other, 'ann'],
      [other, 'cat'],
      [skilled, 'cat'],
    ] as const)
      expect(await codeOf(life, tasks.enqueue(one, null, { agent: only }))).toBe('TASK_UNHANDLED')
    for (const one of [other, skilled]) {
      const done = await life.until(tasks.enqueue(one, null, { agent: 'ben' }))
      expect(await life.until(done.result())).toBe(1)
    }
  })

  test('what is no options and no id is refused with a code', async () => {
    const world = worldWith({})
    const life = await world.boot()
    const { tasks } = life.runtime
    const none = null as never
    await put(life, 'a', { delay: '1h' })
    const calls = {
      enqueue: async () => tasks.enqueue(job, null, none),
      enqueueAll: async () => tasks.enqueueAll(none),
      groupOptions: async () => tasks.enqueueAll([], none),
      result: async () => tasks.result('a', none),
      outcome: async () => tasks.get('a').outcome(none),
      drain: async () => tasks.queue().drain(none),
      list: async () => tasks.list(none),
      count: async () => tasks.count(none),
      schedules: async () => tasks.schedules.list(none),
      scheduleTypo: async () => tasks.schedules.list({ status: 'paused' } as never),
    }
    for (const [name, made] of Object.entries(calls))
      expect([name, await codeOf(life, made())]).toEqual([name, 'INPUT_INVALID'])
    expect(await codeOf(life, (async () => tasks.mayStart(Symbol('x') as never, 'ann'))())).toBe(
      'ADDRESS_INVALID',
    )
    expect(tasks.queue().info().state).toBe('active')
  })

  test('a queue that nobody registered is refused, in a submission and in a task', async () => {
    const world = worldWith({})
    const life = await world.boot()
    expect(await codeOf(life, life.runtime.tasks.enqueue(job, null, { queue: 'nowhere' }))).toBe(
      'QUEUE_UNKNOWN',
    )
    expect(() => life.runtime.tasks.queue('nowhere')).toThrow('QUEUE_UNKNOWN')
  })
})
