/** Control of runs: what is said to them and asked of them, by id, from any process life. */
import { describe, expect, expectTypeOf, test } from 'vitest'
import { query, signal, update, workflow, type Run, type StatorError } from 'stator'
import { crashSweep, type Life, type Scenario } from 'stator/testing'
import { z } from 'zod'
import { n, reborn, running, SECOND, staff, work } from './support/control.ts'
import { good } from './support/play.ts'
import { codeOf } from './support/world.ts'

const approved = signal('approved', z.object({ by: z.string(), level: z.number().default(1) }))
const noted = signal('noted', z.string())
const raise = update('raise', { input: z.object({ by: z.number() }), output: z.number() })
const level = query('level', z.number())

/** One step of a second, a signal, and a step whose input is what updates have made of `level`. */
const demo = workflow('demo', {
  input: n,
  vars: z.object({ level: z.number().default(0) }),
  signals: [noted],
})
  .step('first', work, ({ input }) => input)
  .wait('ok', { signal: approved, timeout: '10h' })
  .step('last', work, ({ vars, outputs }) => ({ n: vars.level + outputs.ok.level }))
  .update(raise, ({ vars }, { by }) => {
    if (by > 10) throw new Error('that is too high')
    if (by < 0) return { answer: 'low' as unknown as number }
    if (by === 0) return { vars: { level: 'none' as unknown as number }, answer: 0 }
    return { vars: { level: vars.level + by }, answer: vars.level + by }
  })
  .query(level, ({ vars, outputs }) => {
    if ((outputs.first?.n ?? 0) > 100) throw new Error('nobody knows')
    return vars.level
  })

async function errorOf(life: Life, promise: Promise<unknown>): Promise<StatorError> {
  return life.until(promise).then(
    () => expect.fail('nothing was refused'),
    (error: unknown) => error as StatorError,
  )
}

const said = (life: Life, type: string): number =>
  life.runtime.history({ actor: 'workflow/r', types: [type] }).filter(({ refused }) => refused === null)
    .length

describe('a signal', () => {
  test('is kept by the run when nobody waits for it yet, and is the output of the wait', async () => {
    const { world, life, run } = await running(demo)
    await life.until(run.signal(approved, { by: 'ann', level: 5 }))
    const { outputs } = await life.until(run.outcome())
    expect(outputs).toEqual({ first: { n: 2 }, ok: { by: 'ann', level: 5 }, last: { n: 6 } })
    await world.drain(life)
  })

  test('is completed by its schema, also where it is said by name', async () => {
    const { world, life, run } = await running(demo)
    await world.pass(life, 2 * SECOND)
    await life.until(run.signal('approved', { by: 'ann' }))
    expect((await life.until(run.outcome())).outputs['ok']).toEqual({ by: 'ann', level: 1 })
    await world.drain(life)
  })

  test('is refused where the workflow has no such signal, or its data does not fit', async () => {
    const { world, life, run } = await running(demo)
    const unknown = await errorOf(life, run.signal('aproved', { by: 'ann' }))
    expect(unknown.code).toBe('MESSAGE_TYPE_UNKNOWN')
    expect(unknown.details).toMatchObject({ allowed: ['noted', 'approved'] })
    expect(await codeOf(life, run.signal('approved', { by: 7 }))).toBe('INPUT_INVALID')
    const raw = { type: 'workflow.signal', to: run.address, data: { name: 'approved', data: {} } }
    expect(await codeOf(life, life.runtime.send(raw))).toBe('INPUT_INVALID')
    expect(said(life, 'workflow.signal')).toBe(0)
    await life.until(run.terminate())
    await world.drain(life)
  })

  test('with a key is said once, also by the next process', async () => {
    const { world, life, run } = await running(demo)
    const key = { idempotencyKey: 'note-1' }
    await life.until(Promise.all([run.signal(noted, 'a', key), run.signal(noted, 'a', key)]))
    const next = await reborn(world, life)
    await next.life.until(next.run.signal(noted, 'a', key))
    expect(said(next.life, 'workflow.signal')).toBe(1)
    expect(await codeOf(next.life, next.run.signal(noted, 'b', key))).toBe('IDEMPOTENCY_CONFLICT')
    await next.life.until(next.run.terminate())
    await world.drain(next.life)
  })

  test('is refused when a thousand of its name are kept', async () => {
    const { world, life, run } = await running(demo)
    const notes = Array.from({ length: 1_000 }, (_, i) => run.signal(noted, `note ${i}`))
    await life.until(Promise.all(notes))
    expect(await codeOf(life, run.signal(noted, 'one more'))).toBe('EVENT_REFUSED')
    expect(run.can(noted)).toBe(false)
    expect(run.can(approved)).toBe(true)
    await life.until(run.terminate())
    await world.drain(life)
  })

  test('with data can be said where its schema takes that too', async () => {
    const { world, life, run } = await running(demo)
    expect(run.can(approved, { by: 'ann' })).toBe(true)
    expect(run.can('approved', { by: 5 })).toBe(false)
    expect([run.can(raise), run.can(raise, { by: 1 })]).toEqual([true, true])
    expect(run.can('raise', { by: 'much' })).toBe(false)
    expect(run.can('workflow.cancel', { reason: 5 })).toBe(false)
    expect(run.can('workflow.cancel', { reason: 'enough' })).toBe(true)
    await life.until(run.terminate())
    await world.drain(life)
  })

  test('to a run that has ended is refused with its state; to one that never was, it is not found', async () => {
    const { world, life, run } = await running(demo)
    await life.until(run.signal(approved, { by: 'ann' }))
    await life.until(run.outcome())
    const error = await errorOf(life, run.signal(approved, { by: 'bob' }))
    expect(error.code).toBe('EVENT_REFUSED')
    expect(error.details).toMatchObject({ state: 'completed', allowed: [] })
    expect(await codeOf(life, life.runtime.run('nobody').signal(approved, { by: 'bob' }))).toBe('NOT_FOUND')
    await world.drain(life)
  })
})

describe('an update', () => {
  test('changes the run and is answered; what follows sees the change', async () => {
    const { world, life, run } = await running(demo)
    const answer = await life.until(run.update(raise, { by: 3 }))
    expectTypeOf(answer).toEqualTypeOf<number>()
    expect(answer).toBe(3)
    expect(await life.until(run.update('raise', { by: 4 }))).toBe(7)
    await life.until(run.signal(approved, { by: 'ann' }))
    expect((await life.until(run.outcome())).outputs['last']).toEqual({ n: 9 })
    await world.drain(life)
  })

  test('whose handler throws, or gives what does not fit, is refused with the reason, and changes nothing', async () => {
    const { world, life, run } = await running(demo)
    await life.until(run.update(raise, { by: 2 }))
    const thrown = await errorOf(life, run.update(raise, { by: 11 }))
    expect(thrown.code).toBe('UPDATE_FAILED')
    expect(thrown.details).toMatchObject({ reason: 'that is too high' })
    expect(await codeOf(life, run.update(raise, { by: -1 }))).toBe('UPDATE_FAILED')
    expect(await codeOf(life, run.update(raise, { by: 0 }))).toBe('UPDATE_FAILED')
    expect(await codeOf(life, run.update('raise', { by: 'much' }))).toBe('INPUT_INVALID')
    expect(await codeOf(life, run.update('lower', { by: 1 }))).toBe('MESSAGE_TYPE_UNKNOWN')
    expect(run.query(level)).toBe(2)
    await life.until(run.terminate())
    await world.drain(life)
  })

  test('with the same key gives the same answer, after a crash and after the end', async () => {
    const { world, life, run } = await running(demo)
    const key = { idempotencyKey: 'raise-1' }
    expect(await life.until(run.update(raise, { by: 3 }, key))).toBe(3)
    await life.until(run.update(raise, { by: 4 }))
    const next = await reborn(world, life)
    expect(await next.life.until(next.run.update(raise, { by: 3 }, key))).toBe(3)
    expect(next.run.query(level)).toBe(7)
    await next.life.until(next.run.signal(approved, { by: 'ann' }))
    await next.life.until(next.run.outcome())
    expect(await next.life.until(next.run.update(raise, { by: 3 }, key))).toBe(3)
    await world.drain(next.life)
  })

  test('that the state does not take is refused with what it takes, and its handler does not run', async () => {
    const { world, life, run } = await running(demo)
    const cancelled = run.cancel('enough')
    const refused = errorOf(life, run.update(raise, { by: 11 }))
    await life.until(cancelled)
    expect((await refused).code).toBe('EVENT_REFUSED')
    expect(said(life, 'workflow.update')).toBe(0)
    await world.drain(life)
  })

  test('is answered by its handler, whatever a client says the answer is', async () => {
    const { world, life, run } = await running(demo)
    const data = { name: 'raise', data: { by: 1 }, answer: 99, vars: { level: 99 } }
    const recorded = await life.until(life.runtime.send({ type: 'workflow.update', to: run.address, data }))
    expect(recorded.data).toEqual({ name: 'raise', data: { by: 1 }, answer: 1, vars: { level: 1 } })
    await life.until(run.terminate())
    await world.drain(life)
  })
})

describe('a query', () => {
  test('is answered from the present state, or the last one, and leaves no record', async () => {
    const { world, life, run } = await running(demo)
    await life.until(run.update(raise, { by: 3 }))
    const { position } = life.runtime.status()
    expectTypeOf(run.query(level)).toEqualTypeOf<number>()
    expect(run.query(level)).toBe(3)
    expect(run.query('level')).toBe(3)
    expect(life.runtime.status().position).toBe(position)
    const next = await reborn(world, life)
    expect(next.run.query(level)).toBe(3)
    await next.life.until(next.run.signal(approved, { by: 'ann' }))
    await next.life.until(next.run.outcome())
    expect(next.run.query(level)).toBe(3)
    await world.drain(next.life)
  })

  test('whose handler throws is told so, and the run is as it was', async () => {
    const { world, life, run } = await running(demo, { n: 100 })
    await world.pass(life, 2 * SECOND)
    expect(() => run.query(level)).toThrow(expect.objectContaining({ code: 'QUERY_FAILED' }) as Error)
    expect(() => run.query('levels')).toThrow(
      expect.objectContaining({ code: 'MESSAGE_TYPE_UNKNOWN' }) as Error,
    )
    const nobody = life.runtime.run('nobody')
    expect(() => nobody.query(level)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }) as Error)
    expect(run.status()).toBe('running')
    await life.until(run.terminate())
    await world.drain(life)
  })
})

describe('what a run takes', () => {
  const names = (run: Run): string[] => run.allowed().map(({ event }) => event)

  test('is listed with its schemas, and is what it does not refuse', async () => {
    const { world, life, run } = await running(demo)
    expect(names(run)).toEqual([
      'workflow.pause',
      'workflow.cancel',
      'workflow.terminate',
      'noted',
      'approved',
      'raise',
    ])
    const given = run.allowed().find(({ event }) => event === 'approved')
    expect(given).toMatchObject({ as: 'signal', schema: { type: 'object', required: ['by'] } })
    expect(run.can('workflow.resume')).toBe(false)
    expect(run.can('workflow.pause')).toBe(true)
    await life.until(run.pause())
    expect(names(run)).toContain('workflow.resume')
    expect(run.can('workflow.pause')).toBe(false)
    expect(run.can('raise')).toBe(true)
    await life.until(run.terminate())
    expect(run.allowed()).toEqual([])
    expect(run.can('workflow.cancel')).toBe(false)
    await world.drain(life)
  })

  test('asking moves nothing, and is answered alike in the next process', async () => {
    const { world, life, run } = await running(demo)
    const { position } = life.runtime.status()
    const before = run.allowed()
    expect(life.runtime.status().position).toBe(position)
    const next = await reborn(world, life)
    expect(next.run.allowed()).toEqual(before)
    await next.life.until(next.run.terminate())
    await world.drain(next.life)
  })
})

test('an update and its answer survive a crash at any place', async () => {
  const scenario: Scenario = {
    name: 'update',
    setup: life => ({ agents: staff(life), workflows: [demo] as never }),
    play: async life => {
      const run = await life.until(life.runtime.start(demo, { n: 1 }, { id: 'r' }))
      const first = await life.until(run.update(raise, { by: 3 }, { idempotencyKey: 'first' }))
      await life.until(life.wait(2 * SECOND))
      const second = await life.until(run.update(raise, { by: 4 }, { idempotencyKey: 'second' }))
      await life.until(run.signal(approved, { by: 'ann' }, { idempotencyKey: 'ok' }))
      return [first, second, (await life.until(run.outcome())).outputs]
    },
  }
  const { outcome } = await crashSweep(scenario, { seed: 5, watchers: () => [good], twice: false })
  expect(JSON.parse(outcome)).toMatchObject([3, 7, { last: { n: 9 } }])
}, 120_000)
