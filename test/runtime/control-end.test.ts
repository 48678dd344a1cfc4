/** How runs are called off and ended, and what operators do with steps that wait for them; runs found by how they stand. */
import { describe, expect, test } from 'vitest'
import { filter, firstValueFrom, toArray } from 'rxjs'
import { gate, signal, workflow, type Progress, type StatorError } from 'stator'
import { crashSweep, type Life, type Scenario, type Setup } from 'stator/testing'
import { frail, n, reborn, running, SECOND, staff, stuck, undo, work } from './support/control.ts'
import { good } from './support/play.ts'
import { codeOf, worldOf } from './support/world.ts'

const never = signal('never')
const saga = workflow('saga', { input: n })
  .step('a', work, ({ input }) => input, { compensate: undo })
  .wait('word', { signal: never, timeout: '10h' })
const pivoted = workflow('pivoted', { input: n })
  .step('a', work, ({ input }) => input, { compensate: undo })
  .step('b', work, { pivot: true })
  .step('c', frail, () => ({ n: -1 }))
  .step('d', work, ({ outputs }) => ({ n: (outputs.c as { n: number } | undefined)?.n ?? 0 }))

const error = async (life: Life, promise: Promise<unknown>): Promise<StatorError> =>
  life.until(promise).then(
    () => expect.fail('nothing was refused'),
    (thrown: unknown) => thrown as StatorError,
  )

describe('cancel', () => {
  test('undoes what ran, where there is anything to undo', async () => {
    const { world, life, run } = await running(saga)
    await world.pass(life, 2 * SECOND)
    await life.until(run.cancel('enough'))
    await life.until(run.cancel())
    expect(await life.until(run.outcome())).toMatchObject({ status: 'compensated' })
    expect(life.runtime.tasks.get('r/a/undo').status()).toBe('completed')
    await life.until(run.cancel())
    await world.drain(life)
  })

  test('leaves what is done as it is, where that is asked for', async () => {
    const { world, life, run } = await running(saga)
    await world.pass(life, 2 * SECOND)
    await life.until(run.cancel({ reason: 'enough', compensate: false }))
    expect(await life.until(run.outcome())).toMatchObject({ status: 'cancelled', outputs: { a: { n: 2 } } })
    expect(await codeOf(life, run.result())).toBe('CANCELLED')
    await world.drain(life)
  })

  test('goes down to runs below with the same word', async () => {
    const above = workflow('above', { input: n }).step('kid', saga, ({ input }) => input)
    for (const compensate of [true, false]) {
      const { world, life, run } = await running(above)
      await world.pass(life, 2 * SECOND)
      await life.until(run.cancel({ compensate }))
      await life.until(run.outcome())
      expect(run.child('kid').status()).toBe(compensate ? 'compensated' : 'cancelled')
      await world.drain(life)
    }
  })

  test('past the pivot undoes nothing, and says so', async () => {
    const { world, life, run } = await running(pivoted)
    await world.pass(life, 2.5 * SECOND)
    expect(run.can('workflow.cancel')).toBe(false)
    expect(run.can('workflow.cancel', { compensate: false })).toBe(true)
    expect(run.allowed().map(({ event }) => event)).not.toContain('workflow.cancel')
    expect(await codeOf(life, run.cancel())).toBe('PIVOT_PASSED')
    await life.until(run.cancel({ compensate: false }))
    expect((await life.until(run.outcome())).status).toBe('cancelled')
    await world.drain(life)
  })

  test('is refused where it cannot be what it asks for: what is being undone is undone', async () => {
    const { world, life, run } = await running(saga)
    await world.pass(life, 2 * SECOND)
    await life.until(run.cancel())
    expect(run.status()).toBe('compensating')
    expect(await codeOf(life, run.cancel({ compensate: false }))).toBe('EVENT_REFUSED')
    expect(await codeOf(life, run.cancel({ compensat: true } as never))).toBe('INPUT_INVALID')
    expect((await life.until(run.outcome())).status).toBe('compensated')
    await world.drain(life)
  })
})

describe('terminate', () => {
  test('ends a run as it stands, with tasks, gates and runs below it, and undoes nothing', async () => {
    const ask = gate()
    const below = workflow('below', { input: n }).step('x', work)
    const above = workflow('above', { input: n })
      .step('a', work, ({ input }) => input, { compensate: undo })
      .parallel('all', all =>
        all
          .step('b', work, () => ({ n: 1 }))
          .step('kid', below, () => ({ n: 1 }))
          .step('ask', ask),
      )
    const { world, life, run } = await running(above)
    await world.pass(life, 1.5 * SECOND)
    await life.until(run.terminate('enough'))
    await life.until(run.terminate())
    expect(await life.until(run.outcome())).toMatchObject({ status: 'terminated', outputs: { a: { n: 2 } } })
    expect(await codeOf(life, run.result())).toBe('TERMINATED')
    expect(run.child('kid').status()).toBe('terminated')
    const { tasks, gates } = life.runtime
    expect([tasks.get('r/b').status(), tasks.get('r/kid/x').status()]).toEqual(['cancelled', 'cancelled'])
    expect(gates.get('r/ask')?.state).toBe('cancelled')
    expect(() => tasks.get('r/a/undo').status()).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }) as Error,
    )
    const [ending] = life.runtime.history({ types: ['workflow.terminated'], actor: 'workflow/r' })
    expect(ending).toMatchObject({
      fromState: 'running',
      toState: 'terminated',
      final: true,
      data: { reason: 'enough' },
    })
    const next = await reborn(world, life)
    expect(next.run.status()).toBe('terminated')
    expect(await next.life.until(next.run.outcome())).toMatchObject({ status: 'terminated' })
    await world.drain(next.life)
  })

  test('ends a graph, and what is parked of a run', async () => {
    const { world, life, run } = await running(saga)
    await world.pass(life, 2 * SECOND)
    life.runtime.actors.park(() => true)
    const next = await reborn(world, life)
    next.life.runtime.actors.park(() => true)
    await next.life.until(next.run.terminate())
    expect(next.run.status()).toBe('terminated')
    expect(run.id).toBe('r')
    await world.drain(next.life)
  })

  test('of a run below another tells that, and the run above it goes on as after a failure', async () => {
    const above = workflow('above', { input: n })
      .step('a', work, ({ input }) => input, { compensate: undo })
      .step('kid', saga, ({ input }) => input)
    const { world, life, run } = await running(above)
    await world.pass(life, 1.5 * SECOND)
    await life.until(run.child('kid').terminate('enough'))
    const outcome = await life.until(run.outcome())
    expect(outcome).toMatchObject({ status: 'compensated', error: { code: 'TERMINATED' } })
    await world.drain(life)
  })

  test('is refused for a run that is done and stays for the run above it', async () => {
    const above = workflow('above', { input: n })
      .step(
        'kid',
        workflow('done', { input: n }).step('a', work, ({ input }) => input, { compensate: undo }),
        ({ input }) => input,
      )
      .step('z', work, () => ({ n: 1 }))
    const { world, life, run } = await running(above)
    await world.pass(life, 1.5 * SECOND)
    const child = run.child('kid')
    expect([child.status(), child.can('workflow.terminate')]).toEqual(['settled', false])
    expect(await codeOf(life, child.terminate())).toBe('EVENT_REFUSED')
    expect((await life.until(run.outcome())).status).toBe('completed')
    expect(child.status()).toBe('completed')
    await world.drain(life)
  })

  test('ends a run whose definition is gone, which need not be kept for any more', async () => {
    let isThere = true
    const world = worldOf(
      life => ({ agents: staff(life), workflows: isThere ? [saga] : [] }) as unknown as Setup,
    )
    const life = await world.boot()
    await life.until(life.runtime.start(saga, { n: 1 }, { id: 'r' }))
    await world.pass(life, 0.5 * SECOND)
    isThere = false
    const next = await reborn(world, life)
    expect(next.run.status()).toBe('held')
    expect(() => next.run.allowed()).toThrow(expect.objectContaining({ code: 'HELD' }) as Error)
    await next.life.until(next.run.terminate('nobody knows it any more'))
    expect(next.run.status()).toBe('terminated')
    expect(next.life.runtime.held()).toEqual([])
    expect(next.life.runtime.tasks.get('r/a').status()).toBe('cancelled')
    expect((await next.life.until(next.run.outcome())).status).toBe('terminated')
    await world.drain(next.life)
  })

  test('is told to those that wait for the run', async () => {
    const { world, life, run } = await running(saga)
    const after = await life.until(life.runtime.submit(work, { n: 1 }, { after: [run] }))
    await life.until(run.terminate())
    expect(await life.until(after.outcome())).toMatchObject({ status: 'blocked' })
    expect(await codeOf(life, life.runtime.run('nobody').terminate())).toBe('NOT_FOUND')
    await world.drain(life)
  })

  test('survives a crash at any place, whole', async () => {
    const below = workflow('below', { input: n }).step('x', work)
    const above = workflow('above', { input: n }).parallel('all', all =>
      all.step('b', work, () => ({ n: 1 })).step('kid', below, () => ({ n: 1 })),
    )
    const scenario: Scenario = {
      name: 'terminate',
      setup: life => ({ agents: staff(life), workflows: [above] as never }),
      play: async life => {
        const run = await life.until(life.runtime.start(above, { n: 1 }, { id: 'r' }))
        await life.until(run.terminate('enough'))
        const { status } = await life.until(run.outcome())
        return [status, run.child('kid').status(), life.runtime.tasks.get('r/kid/x').status()]
      },
    }
    const { outcome } = await crashSweep(scenario, { seed: 3, watchers: () => [good], twice: false })
    expect(outcome).toBe('["terminated","terminated","cancelled"]')
  }, 120_000)
})

describe('an operator', () => {
  test('sees which step waits for them, since when and why, and tries it again, or goes on without it', async () => {
    const { world, life, run } = await running(pivoted)
    await world.pass(life, 10 * SECOND)
    expect(run.status()).toBe('held')
    const [held] = run.heldSteps()
    expect(held).toMatchObject({ step: 'c', undo: false, error: { message: 'below zero' } })
    expect(world.clock.now() - (held?.since ?? 0)).toBeLessThan(10 * SECOND)
    const reason = 'step c waits for an operator'
    expect(life.runtime.held()).toEqual([{ address: 'workflow/r', code: 'STEP_HELD', reason }])
    expect((await error(life, run.outcome())).details).toMatchObject({ code: 'STEP_HELD', reason })
    expect(await codeOf(life, life.runtime.release('workflow/r'))).toBe('HELD')
    await life.until(run.retry('c'))
    await world.pass(life, 10 * SECOND)
    const before = run.heldSteps()
    expect(before).toHaveLength(1)
    const next = await reborn(world, life)
    expect(next.run.heldSteps()).toEqual(before)
    expect(await codeOf(next.life, next.run.skip('d', 'not held'))).toBe('EVENT_REFUSED')
    expect(await codeOf(next.life, next.run.skip('c', ''))).toBe('INPUT_INVALID')
    await next.life.until(next.run.skip('c', 'not needed today'))
    const outcome = await next.life.until(next.run.outcome())
    expect(outcome).toMatchObject({ status: 'completed', steps: { c: { status: 'skipped' } } })
    await world.drain(next.life)
  })

  test('says what came of a step that was done by hand, by the schema of its task', async () => {
    const { world, life, run } = await running(pivoted)
    await world.pass(life, 10 * SECOND)
    expect(await codeOf(life, run.finish('c', 'by hand', { n: 'one' }))).toBe('INPUT_INVALID')
    expect(await codeOf(life, run.finish('c', 'by hand'))).toBe('INPUT_INVALID')
    await life.until(run.finish('c', 'by hand', { n: 5 }))
    expect((await life.until(run.outcome())).outputs).toMatchObject({ c: { n: 5 }, d: { n: 6 } })
    expect(run.heldSteps()).toEqual([])
    await world.drain(life)
  })

  test('decides as well where what undoes a step keeps failing', async () => {
    const twice = workflow('twice', { input: n })
      .step('a', work, ({ input }) => input, { compensate: stuck })
      .step('b', frail, () => ({ n: -1 }))
    const { world, life, run } = await running(twice)
    await world.pass(life, 10 * SECOND)
    expect(run.heldSteps()).toMatchObject([{ step: 'a', undo: true, error: { message: 'it will not go' } }])
    expect(life.runtime.held()).toMatchObject([{ code: 'COMPENSATION_HELD' }])
    expect(run.allowed().map(({ event }) => event)).toContain('step.skip')
    await life.until(run.retry('a'))
    await world.pass(life, 10 * SECOND)
    await life.until(run.finish('a', 'undone by hand'))
    expect((await life.until(run.outcome())).status).toBe('compensated')
    await world.drain(life)
  })
})

describe('runs', () => {
  test('are listed by state and workflow, a page at a time, those below others only where asked for', async () => {
    const above = workflow('above', { input: n }).step('kid', saga, ({ input }) => input)
    const { world, life, run } = await running(above)
    const { runs } = life.runtime
    await world.pass(life, 2 * SECOND)
    expect(runs.list().runs.map(({ id, state, alive }) => [id, state, alive])).toEqual([
      ['r', 'running', true],
    ])
    await life.until(run.pause())
    expect(runs.list({ state: 'paused' }).runs).toHaveLength(1)
    const first = runs.list({ children: true, limit: 1 })
    expect(first.runs.map(({ id }) => id)).toEqual(['r'])
    const second = runs.list({ children: true, limit: 1, cursor: first.next as string })
    expect(second.runs).toMatchObject([
      { id: 'r/kid', workflow: 'saga', parent: 'workflow/r', state: 'paused' },
    ])
    expect(runs.list({ workflow: 'saga' }).runs).toEqual([])
    await life.until(run.terminate())
    expect(runs.list({ state: 'terminated', children: true }).runs.map(({ alive }) => alive)).toEqual([
      false,
      false,
    ])
    expect(() => runs.list({ state: 1 } as never)).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }) as Error,
    )
    await world.drain(life)
  })

  test('below others show their own signals, and what is below them', async () => {
    const below = workflow('below', { input: n }).step('x', work)
    const above = workflow('above', { input: n })
      .step('kid', below, ({ input }) => input)
      .step('z', work, () => ({ n: 1 }))
    const { world, life, run } = await running(above)
    const all = firstValueFrom(
      run.child('kid').signals$.pipe(
        filter(({ final }) => final),
        toArray(),
      ),
    )
    await life.until(run.outcome())
    expect((await life.until(all)).map(({ to }) => to)).toEqual(['task/r/kid/x', 'workflow/r/kid'])
    await world.drain(life)
  })

  test('tell how far they are until they are undone', async () => {
    const undone = workflow('undone', { input: n })
      .step('a', work, ({ input }) => input, { compensate: undo })
      .step('b', frail, () => ({ n: -1 }))
    const { world, life, run } = await running(undone)
    const seen: Progress[] = []
    const watching = (async () => {
      for await (const progress of run.progress()) seen.push(progress)
    })()
    await life.until(run.outcome())
    await life.until(watching)
    const statuses = [...new Set(seen.map(({ status }) => status))]
    expect(statuses).toEqual(['running', 'compensating', 'compensated'])
    expect(seen.at(-1)).toMatchObject({ percent: 100, completed: 1, failed: 1 })
    await world.drain(life)
  })
})
