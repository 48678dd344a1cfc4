/** Pause: what runs goes on to its end, nothing is started, and everything keeps its place; of runs, of what is below them, of graphs. */
import { describe, expect, test } from 'vitest'
import { graph, signal, workflow } from 'stator'

import { crashSweep, type Life, type Scenario } from 'stator/testing'
import { frail, n, reborn, running, SECOND, staff, undo, work } from './support/control.ts'
import { good } from './support/play.ts'
import { codeOf, worldOf } from './support/world.ts'

const row = workflow('row', { input: n }).step('a', work).step('b', work).step('c', work)

/** The states of the tasks of a run, by their names. */
const states = (life: Life, run = 'r'): Record<string, string> =>
  Object.fromEntries(
    life.runtime.tasks
      .list({ workflow: run })
      .tasks.map(({ id, state }) => [id.slice(run.length + 1), state] as const),
  )

describe('a run that is paused', () => {
  test('lets what runs end, starts nothing, and goes on when it is resumed', async () => {
    const { world, life, run } = await running(row)
    await life.until(run.pause('lunch'))
    await life.until(run.pause())
    expect(run.status()).toBe('paused')
    await world.pass(life, 100 * SECOND)
    expect(states(life)).toEqual({ a: 'completed', b: 'queued' })
    expect(run.current()).toMatchObject({ status: 'paused', completed: 1, running: 1 })
    expect(life.runtime.tasks.mayStart('r/b', 'ann')).toEqual({
      ok: false,
      reasons: [{ reason: 'pause', message: 'its run workflow/r is paused' }],
    })
    await life.until(run.resume())
    await life.until(run.resume())
    expect((await life.until(run.outcome())).status).toBe('completed')
    expect(life.runtime.history({ actor: 'workflow/r' }).map(({ name }) => name)).toContain(
      'workflow.resumed',
    )
    await world.drain(life)
  })

  test('stays so in the next process, also where it and its tasks stay parked', async () => {
    const { world, life, run } = await running(row)
    await life.until(run.pause())
    await world.pass(life, 100 * SECOND)
    expect(life.runtime.actors.park(() => true)).toBeGreaterThan(0)
    const next = await reborn(world, life)
    expect(next.run.status()).toBe('paused')
    await world.pass(next.life, 100 * SECOND)
    expect(states(next.life)).toEqual({ a: 'completed', b: 'queued' })
    await next.life.until(next.run.resume())
    expect((await next.life.until(next.run.outcome())).status).toBe('completed')
    await world.drain(next.life)
  })

  test('gives its retries nobody until it goes on', async () => {
    const retried = workflow('retried', { input: n }).step('a', frail, {
      retry: { maxAttempts: 2, initialInterval: 100, jitter: 'none' },
    })
    const { world, life, run } = await running(retried, { n: -1 })
    await life.until(run.pause())
    await world.pass(life, 100 * SECOND)
    expect(states(life)).toEqual({ a: 'queued' })
    expect(life.runtime.tasks.get('r/a').attempts()).toHaveLength(1)
    await life.until(run.resume())
    expect((await life.until(run.outcome())).status).toBe('failed')
    expect(life.runtime.tasks.get('r/a').attempts()).toHaveLength(2)
    await world.drain(life)
  })

  test('holds back what undoes it as well', async () => {
    const saga = workflow('saga', { input: n })
      .step('a', work, ({ input }) => input, { compensate: undo })
      .step('b', frail, () => ({ n: -1 }))
    const { world, life, run } = await running(saga)
    await world.pass(life, 1.5 * SECOND)
    await life.until(run.pause())
    await world.pass(life, 100 * SECOND)
    expect(run.status()).toBe('paused')
    expect(states(life)).toMatchObject({ a: 'completed', b: 'failed', 'a/undo': 'queued' })
    await life.until(run.resume())
    expect(run.status()).toBe('compensating')
    expect((await life.until(run.outcome())).status).toBe('compensated')
    await world.drain(life)
  })

  test('still hears signals, and its waits and timers go on: what they lead to is not started', async () => {
    const ready = signal('ready')
    const waits = workflow('waits', { input: n }).parallel('both', both =>
      both
        .sequence('told', steps =>
          steps.wait('word', { signal: ready, timeout: '1h' }).step('b', work, () => ({ n: 1 })),
        )
        .sequence('timed', steps => steps.wait('while', { for: '10s' }).step('c', work, () => ({ n: 1 }))),
    )
    const { world, life, run } = await running(waits)
    await life.until(run.pause())
    await life.until(run.signal(ready, null))
    await world.pass(life, 100 * SECOND)
    expect(states(life)).toEqual({ b: 'queued', c: 'queued' })
    await life.until(run.resume())
    expect((await life.until(run.outcome())).status).toBe('completed')
    await world.drain(life)
  })

  test('can be called off: nothing of it is started any more, and it ends', async () => {
    const { world, life, run } = await running(row)
    await life.until(run.pause())
    await world.pass(life, 100 * SECOND)
    await life.until(run.cancel('never mind'))
    expect(await life.until(run.outcome())).toMatchObject({ status: 'cancelled', outputs: { a: { n: 2 } } })
    await world.drain(life)
  })

  test('takes its place in the line again, before those that came later', async () => {
    const begun: unknown[] = []
    const one = workflow('one', { input: n }).step('only', work)
    const world = worldOf(life => ({
      agents: staff(life, 1, (_, input) => begun.push((input as { n: number }).n)),
      workflows: [one] as never,
    }))
    const life = await world.boot()
    const start = (id: string, value: number) => life.until(life.runtime.start(one, { n: value }, { id }))
    await start('first', 1)
    const second = await start('second', 2)
    await start('third', 3)
    await life.until(second.pause())
    await life.until(second.resume())
    await start('fourth', 4)
    await world.pass(life, 20 * SECOND)
    expect(begun).toEqual([1, 2, 3, 4])
    await world.drain(life)
  })

  test('does not keep the tasks of others from an agent', async () => {
    const begun: unknown[] = []
    const one = workflow('one', { input: n }).step('only', work)
    const world = worldOf(life => ({
      agents: staff(life, 1, (_, input) => begun.push((input as { n: number }).n)),
      workflows: [one] as never,
    }))
    const life = await world.boot()
    const start = (id: string, value: number) => life.until(life.runtime.start(one, { n: value }, { id }))
    await start('first', 1)
    const second = await start('second', 2)
    await start('third', 3)
    await life.until(second.pause())
    await world.pass(life, 20 * SECOND)
    expect(begun).toEqual([1, 3])
    await life.until(second.resume())
    await world.pass(life, 20 * SECOND)
    expect(begun).toEqual([1, 3, 2])
    await world.drain(life)
  })

  test('is not paused once it has ended, nor before it was', async () => {
    const { world, life, run } = await running(row)
    await life.until(run.outcome())
    expect(await codeOf(life, run.pause())).toBe('EVENT_REFUSED')
    expect(await codeOf(life, run.resume())).toBe('EVENT_REFUSED')
    expect(await codeOf(life, life.runtime.run('nobody').pause())).toBe('NOT_FOUND')
    await world.drain(life)
  })
})

describe('what is below a paused run', () => {
  const below = workflow('below', { input: n }).step('x', work).step('y', work)

  test('is paused and resumed with it', async () => {
    const above = workflow('above', { input: n })
      .step('kid', below, ({ input }) => input)
      .step('z', work, () => ({ n: 1 }))
    const { world, life, run } = await running(above)
    await life.until(run.pause())
    expect(run.child('kid').status()).toBe('paused')
    await world.pass(life, 100 * SECOND)
    expect(states(life)).toEqual({ 'kid/x': 'completed', 'kid/y': 'queued' })
    await life.until(run.resume())
    expect(run.child('kid').status()).toBe('running')
    expect((await life.until(run.outcome())).status).toBe('completed')
    await world.drain(life)
  })

  test('begins paused where it begins meanwhile', async () => {
    const above = workflow('above', { input: n })
      .step('first', work)
      .step('kid', below, ({ input }) => input)
    const { world, life, run } = await running(above)
    await life.until(run.pause())
    await world.pass(life, 100 * SECOND)
    expect(run.child('kid').status()).toBe('paused')
    expect(states(life)).toEqual({ first: 'completed', 'kid/x': 'queued' })
    const next = await reborn(world, life)
    await world.pass(next.life, 100 * SECOND)
    expect(states(next.life)).toEqual({ first: 'completed', 'kid/x': 'queued' })
    await next.life.until(next.run.resume())
    expect((await next.life.until(next.run.outcome())).status).toBe('completed')
    await world.drain(next.life)
  })

  test('is not undone until the run above it goes on', async () => {
    const saga = workflow('saga', { input: n }).step('x', work, ({ input }) => input, { compensate: undo })
    const above = workflow('above', { input: n })
      .step('kid', saga, ({ input }) => input)
      .step('z', frail, () => ({ n: -1 }))
    const { world, life, run } = await running(above)
    await world.pass(life, 1.5 * SECOND)
    expect(run.child('kid').status()).toBe('settled')
    await life.until(run.pause())
    await world.pass(life, 100 * SECOND)
    expect([run.status(), run.child('kid').status()]).toEqual(['paused', 'paused'])
    expect(states(life)).toMatchObject({ 'kid/x/undo': 'queued' })
    await life.until(run.resume())
    expect((await life.until(run.outcome())).status).toBe('compensated')
    expect(run.child('kid').status()).toBe('compensated')
    await world.drain(life)
  })
})

test('a run of a graph that was given as data can be paused too', async () => {
  const world = worldOf(life => ({ agents: staff(life) }))
  const life = await world.boot()
  const data = graph([
    { id: 'a', task: work, input: { n: 1 } },
    { id: 'b', task: work, input: { n: 1 }, after: ['a'] },
  ])
  const run = await life.until(life.runtime.startGraph(data, { id: 'r' }))
  await life.until(run.pause())
  await world.pass(life, 100 * SECOND)
  expect([run.status(), states(life)]).toEqual(['paused', { a: 'completed', b: 'queued' }])
  const next = await reborn(world, life)
  await world.pass(next.life, 100 * SECOND)
  expect(states(next.life)).toEqual({ a: 'completed', b: 'queued' })
  await next.life.until(next.run.resume())
  expect((await next.life.until(next.run.outcome())).status).toBe('completed')
  await world.drain(next.life)
})

test('a pause and its end survive a crash at any place', async () => {
  const scenario: Scenario = {
    name: 'pause and resume',
    setup: life => ({ agents: staff(life), workflows: [row] as never }),
    play: async life => {
      const { runtime } = life
      const run = await life.until(runtime.start(row, { n: 1 }, { id: 'r' }))
      const was = (type: string): boolean =>
        runtime.history({ actor: 'workflow/r', types: [type] }).some(({ refused }) => refused === null)
      if (!was('workflow.pause')) await life.until(run.pause())
      await life.until(life.wait(5 * SECOND))
      if (!was('workflow.resume')) await life.until(run.resume())
      const { status } = await life.until(run.outcome())
      const first = (address: `task/${string}` | 'workflow/r', type: string): number =>
        runtime.history({ actor: address, types: [type], limit: 1 })[0]?.seq ?? 0
      const [resumed, begun] = [first('workflow/r', 'workflow.resume'), first('task/r/b', 'task.started')]
      return [status, begun > resumed]
    },
  }
  const { writes, once, outcome } = await crashSweep(scenario, {
    seed: 3,
    watchers: () => [good],
    twice: false,
  })
  expect(once).toBe(writes * 7)
  expect(outcome).toBe('["completed",true]')
}, 120_000)
