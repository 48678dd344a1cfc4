/** Projects: phases, metadata, and counts of what is done for them, through crashes; and the report of the whole hub. */
import { describe, expect, test } from 'vitest'
import { agent, gate, memory, task, workflow, createRuntime } from 'stator'
import { crashSweep, type Life, type Scenario, type Setup } from 'stator/testing'
import { z } from 'zod'
import { codeOf, worldOf } from './support/world.ts'

const job = task('job', {
  input: z.object({
    fails: z.boolean().default(false),
    ms: z.number().default(1),
    asks: z.boolean().default(false),
  }),
})
const inner = workflow('inner').step('deep', job, () => ({}))
const flow = workflow('flow')
  .step('one', job, () => ({}))
  .step('below', inner)
  .step('ask', gate({ title: 'Go on?' }))
  .step('last', job, () => ({}))
/** Its gates: one that has a time, and one that has none. */
const asking = workflow('asking')
  .step('below', workflow('asked').step('deep', gate({ expires: '1d' })))
  .step('ask', gate())

const setup = (life: Life): Setup => ({
  workflows: [flow, asking],
  agents: [
    agent('ann', { role: 'dev', capacity: 2 }).handle(
      job,
      life.handler(async ({ fails, ms, asks }, ctx) => {
        if (asks) await ctx.escalate({ id: 'me', pause: 'task' })
        await life.wait(ms)
        if (fails) throw new Error('oops')
        return 1
      }),
    ),
  ],
})
const sue = { by: 'sue' }

describe('a project', () => {
  test('counts what was begun for it, with all below, and what of that ended stays counted', async () => {
    const world = worldOf(setup)
    const life = await world.boot()
    const { runtime } = life
    const site = await life.until(runtime.projects.open('site'))
    await life.until(site.setPhase('plan', { by: 'sue', why: 'we begin' }))
    await life.until(site.setMetadata({ client: 'acme' }, sue))
    const bad = await life.until(runtime.submit(job, { fails: true }, { project: 'site' }))
    await life.until(runtime.submit(job, {}, { id: 'no-project' }))
    await life.until(bad.outcome())
    const run = await life.until(runtime.start(flow, {}, { id: 'run', project: 'site' }))
    await world.pass(life, 100)
    await life.until(runtime.submit(job, { ms: 60_000 }, { project: 'site', id: 'long' }))
    await world.pass(life, 100)
    const half = {
      id: 'site',
      state: 'open',
      phase: 'plan',
      phases: [{ phase: 'plan', by: 'sue', why: 'we begin', at: expect.any(Number) as number }],
      metadata: { client: 'acme' },
      tasks: { completed: 2, failed: 1, running: 1 },
      runs: { completed: 1, running: 1 },
      progress: 50,
      agents: ['ann'],
      gates: ['run/ask'],
      openedAt: expect.any(Number) as number,
      closedAt: null,
    }
    expect(runtime.project('site').state()).toEqual(half)
    expect(runtime.projects.list()).toEqual([{ id: 'site', state: 'open', phase: 'plan', progress: 50 }])
    life.die()
    const next = await world.boot()
    await world.pass(next, 10)
    expect(next.runtime.project('site').state()).toEqual(half)
    await next.until(next.runtime.gates.approve('run/ask', sue))
    await next.until(next.runtime.run(flow, run.id).outcome())
    await next.until(next.runtime.task('long').outcome())
    expect(next.runtime.project('site').state()).toMatchObject({
      tasks: { completed: 4, failed: 1 },
      runs: { completed: 2 },
      progress: 80,
      agents: [],
      gates: [],
    })
    await world.drain(next)
    expect(world.broken).toEqual([])
  })

  test('knows also what waits in the journal only', async () => {
    const world = worldOf(setup, { limits: { liveActors: 1, idle: 1 } })
    const life = await world.boot()
    await life.until(life.runtime.agents.pause('ann'))
    await life.until(life.runtime.projects.open('site'))
    await life.until(life.runtime.start(flow, {}, { id: 'run', project: 'site' }))
    for (const id of ['a', 'b', 'c']) await life.until(life.runtime.submit(job, {}, { id, project: 'site' }))
    await world.pass(life, 1_000)
    life.die()
    const next = await world.boot()
    expect(next.runtime.project('site').state()).toMatchObject({ tasks: { queued: 4 }, runs: { running: 1 } })
    await next.until(next.runtime.agents.resume('ann'))
    await world.pass(next, 1_000)
    expect(next.runtime.project('site').state()).toMatchObject({
      tasks: { completed: 5 },
      gates: ['run/ask'],
    })
    await next.until(next.runtime.gates.reject('run/ask', { by: 'sue', reason: 'no' }))
    await world.drain(next)
  })

  test('knows nothing any more of what waited in the journal at a start, and has ended since', async () => {
    const world = worldOf(setup, { limits: { liveActors: 1, idle: 1 } })
    const life = await world.boot()
    await life.until(life.runtime.projects.open('site'))
    await life.until(life.runtime.start(asking, {}, { id: 'run', project: 'site' }))
    await world.pass(life, 10_000)
    life.die()
    const next = await world.boot()
    await next.until(next.runtime.gates.approve('run/below/deep', sue))
    await world.pass(next, 100)
    expect(next.runtime.project('site').state()).toMatchObject({
      runs: { running: 1, completed: 1 },
      gates: ['run/ask'],
    })
    await next.until(next.runtime.gates.approve('run/ask', sue))
    await world.drain(next)
  })

  test('knows after a start what handlers of its tasks ask, and who is asked in time', async () => {
    const world = worldOf(setup, { limits: { liveActors: 1, idle: 1 } })
    const life = await world.boot()
    const site = await life.until(life.runtime.projects.open('site'))
    await life.until(life.runtime.submit(job, { asks: true }, { id: 'a', project: 'site' }))
    await life.until(life.runtime.start(asking, {}, { id: 'run', project: 'site' }))
    await life.until(site.close(sue))
    await world.pass(life, 10_000)
    const before = site.state()
    expect(before.gates).toEqual(['a/me', 'run/below/deep'])
    life.die()
    const next = await world.boot()
    expect(next.runtime.project('site').state()).toMatchObject({ gates: before.gates, runs: before.runs })
    for (const id of [...before.gates, 'run/ask']) await next.until(next.runtime.gates.approve(id, sue))
    await world.drain(next)
  })

  test('keeps what is its own when the same id is submitted for another', async () => {
    const world = worldOf(setup)
    const life = await world.boot()
    for (const id of ['site', 'shop']) await life.until(life.runtime.projects.open(id))
    const { runtime } = life
    const first = await life.until(runtime.submit(job, { ms: 100 }, { id: 'x', project: 'site' }))
    const again = { id: 'x', idempotencyKey: 'other', project: 'shop' }
    expect(await codeOf(life, runtime.submit(job, { ms: 100 }, again))).toBe('IDEMPOTENCY_CONFLICT')
    await life.until(first.outcome())
    expect(await codeOf(life, runtime.submit(job, { ms: 200 }, again))).toBe('IDEMPOTENCY_CONFLICT')
    expect(runtime.project('site').state().tasks).toEqual({ completed: 1 })
    expect(runtime.project('shop').state().tasks).toEqual({})
    expect(runtime.history({ actor: 'project/shop', types: ['project.join'] })).toEqual([])
    await world.drain(life)
  })

  test('that is closed takes nothing more, until it is opened again', async () => {
    const world = worldOf(setup)
    const life = await world.boot()
    const { runtime } = life
    const site = await life.until(runtime.projects.open('site'))
    await life.until(site.close({ by: 'sue', why: 'done' }))
    expect(await codeOf(life, runtime.submit(job, {}, { project: 'site' }))).toBe('EVENT_REFUSED')
    expect(await codeOf(life, site.setPhase('build', sue))).toBe('EVENT_REFUSED')
    await life.until(site.reopen(sue))
    await life.until(runtime.projects.open('site'))
    const handle = await life.until(runtime.submit(job, {}, { project: 'site' }))
    await life.until(handle.outcome())
    expect(site.state()).toMatchObject({ tasks: { completed: 1 }, progress: 100 })
    await world.drain(life)
  })

  test('counts once what is submitted twice under one id', async () => {
    const world = worldOf(setup)
    const life = await world.boot()
    await life.until(life.runtime.projects.open('site'))
    const twice = async (): Promise<unknown> =>
      life.until(
        life.runtime.submit(job, {}, { id: 'once', project: 'site' }).then(async handle => handle.outcome()),
      )
    await twice()
    await twice()
    expect(life.runtime.project('site').state().tasks).toEqual({ completed: 1 })
    await world.drain(life)
  })

  test('nobody opened is refused, and so is a word without a name', async () => {
    const world = worldOf(setup)
    const life = await world.boot()
    const { runtime } = life
    expect(await codeOf(life, runtime.submit(job, {}, { project: 'site' }))).toBe('NOT_FOUND')
    expect(await codeOf(life, runtime.project('site').setPhase('plan', sue))).toBe('NOT_FOUND')
    expect(() => runtime.project('site').state()).toThrow(/NOT_FOUND/)
    expect(() => runtime.project('a/b')).toThrow(/ADDRESS_INVALID/)
    const site = await life.until(runtime.projects.open('site'))
    expect(await codeOf(life, site.setPhase('plan', {} as never))).toBe('INPUT_INVALID')
    expect(await codeOf(life, site.setPhase('', sue))).toBe('INPUT_INVALID')
    await world.drain(life)
  })
})

const scenario: Scenario = {
  name: 'a project with tasks and a run',
  setup,
  play: async life => {
    const { runtime } = life
    const site = await life.until(runtime.projects.open('site'))
    if (site.state().phase === null) await life.until(site.setPhase('build', sue))
    await life.until(runtime.start(flow, {}, { id: 'run', project: 'site' }))
    for (const [id, fails] of [
      ['a', false],
      ['b', true],
    ] as const)
      await life.until(
        runtime.submit(job, { fails }, { id, project: 'site' }).then(async handle => handle.outcome()),
      )
    while (runtime.gates.get('run/ask') === undefined) await life.until(life.wait(5))
    if (runtime.gates.get('run/ask')?.outcome === null)
      await life.until(runtime.gates.approve('run/ask', sue))
    await life.until(runtime.run(flow, 'run').outcome())
    const { phase, tasks, runs, gates, progress } = site.state()
    return { phase, tasks, runs, gates, progress }
  },
}

test('a crash anywhere changes no count', async () => {
  const { writes, once } = await crashSweep(scenario, { seed: 4 })
  expect(once).toBe(writes * 7)
}, 180_000)

/** A turn at a time, each with one message: what is told of an end comes in a later one. */
const narrow: Scenario = {
  name: 'a project with tasks, and turns that have room for one message',
  limits: { batchDeliveries: 1 },
  setup,
  play: async life => {
    const site = await life.until(life.runtime.projects.open('site'))
    for (const [id, fails] of [
      ['a', false],
      ['b', true],
    ] as const)
      await life.until(
        life.runtime.submit(job, { fails }, { id, project: 'site' }).then(async handle => handle.outcome()),
      )
    for (let n = 0; n < 20; n++) await life.until(life.wait(1))
    return site.state().tasks
  },
}

test('nor does one between an end and the turn in which its project hears of it', async () => {
  const { once, writes } = await crashSweep(narrow, { seed: 4, points: ['synced'], twice: false })
  expect(once).toBe(writes)
}, 60_000)

describe('the report', () => {
  test('says of everything in which state it is, as plain JSON', async () => {
    const world = worldOf(setup)
    const booted = world.clock.now()
    const life = await world.boot()
    const { runtime } = life
    await life.until(runtime.projects.open('site'))
    await life.until(runtime.start(flow, {}, { id: 'run', project: 'site' }))
    await world.pass(life, 100)
    for (const id of ['a', 'b', 'c']) await life.until(runtime.submit(job, { ms: 60_000 }, { id }))
    await world.pass(life, 100)
    const report = runtime.report()
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
    expect(report).toMatchObject({
      hub: 'running',
      position: runtime.status().position,
      uptime: report.at - booted,
      held: 0,
      agents: {
        total: 1,
        byState: { busy: 1 },
        byRole: { dev: { role: 'dev', total: 1, available: 0, busy: 1 } },
      },
      tasks: { running: 2, queued: 1 },
      runs: { running: 1 },
      queues: { default: { running: 2, queued: 1 } },
      gates: { open: 1 },
      projects: [{ id: 'site', state: 'open', phase: null, progress: 100 }],
    })
    await life.until(runtime.gates.approve('run/ask', sue))
    await world.drain(life)
    expect(runtime.report()).toMatchObject({ tasks: {}, runs: {}, gates: {} })
  })

  test('reads nothing, whatever waits', async () => {
    const journal = memory()
    let reads = 0
    const watched = new Proxy(journal, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return (...given: unknown[]) => {
          if (name !== 'commit') reads++
          return (value as (...all: unknown[]) => unknown).apply(target, given)
        }
      },
    })
    const away = agent('ann', { warmUp: () => new Promise<void>(() => {}) }).handle(job, () => 1)
    const runtime = await createRuntime({ journal: watched, agents: [away], limits: { liveActors: 10 } })
    await runtime.projects.open('site')
    const all = Array.from({ length: 10_000 }, async () => runtime.submit(job, {}, { project: 'site' }))
    await Promise.all(all)
    runtime.report()
    const before = reads
    for (let n = 0; n < 100; n++) expect(runtime.report().tasks).toEqual({ queued: 10_000 })
    expect(reads).toBe(before)
    await runtime.close()
  }, 60_000)
})
