/** Closing: how long it waits for what runs, who may cut that short, and what is refused. */
import { describe, expect, test } from 'vitest'
import { agent, createRuntime, sharedContext, task, workflow, type Runtime, type StatorError } from 'stator'
import type { Life, Setup, Simulation } from 'stator/testing'
import { z } from 'zod'
import { codeOf, single, worldOf } from './support/world.ts'

const MINUTE = 60_000

/** A process with a task that runs for a minute. */
async function busy(): Promise<{ life: Life; runtime: Runtime; world: Simulation }> {
  const { world, job } = single(async (_, __, life) => life.wait(MINUTE))
  const life = await world.boot()
  const { runtime } = life
  await life.until(runtime.submit(job, { text: 'x' }, { id: 'slow' }))
  await world.pass(life, 10)
  expect(runtime.status().runningTasks).toBe(1)
  return { life, runtime, world }
}

/** How long it takes, in virtual time, to the second. */
async function seconds(life: Life, closing: Promise<void>, world: Simulation): Promise<number> {
  const start = world.clock.now()
  await life.until(closing)
  return Math.round((world.clock.now() - start) / 1_000)
}

describe('a close that waits for what runs', () => {
  test('waits no longer than it has to', async () => {
    const { life, runtime, world } = await busy()
    expect(await seconds(life, runtime.close({ drain: '10m' }), world)).toBe(60)
    expect(world.clock.next()).toBeUndefined()
  })

  test('stops waiting when it is closed again', async () => {
    const { life, runtime, world } = await busy()
    const first = runtime.close({ drain: '30s' })
    await world.pass(life, 5_000)
    expect(runtime.status().hub).toBe('draining')
    expect(await seconds(life, runtime.close(), world)).toBe(0)
    await life.until(first)
  })

  test('waits as long as the shortest drain says, whichever came first', async () => {
    for (const [one, other] of [
      ['30s', '10s'],
      ['10s', '30s'],
    ] as const) {
      const { life, runtime, world } = await busy()
      const both = Promise.race([runtime.close({ drain: one }), runtime.close({ drain: other })])
      expect(await seconds(life, both, world)).toBe(10)
    }
  })

  test('is not cut short by a scope that ends', async () => {
    const { life, runtime, world } = await busy()
    const closing = runtime.close({ drain: '30s' })
    expect(await seconds(life, runtime[Symbol.asyncDispose](), world)).toBe(30)
    await life.until(closing)
  })

  test('leaves no timer behind, whatever is closed again', async () => {
    const { life, runtime, world } = await busy()
    await life.until(runtime.close())
    await life.until(runtime.close({ drain: '30s' }))
    const timers: number[] = []
    for (let due = world.clock.next(); due !== undefined; due = world.clock.next()) {
      timers.push(due)
      world.clock.fire()
    }
    // The handler's own minute, which nobody waits for.
    expect(timers).toHaveLength(1)
  })
})

test.each<[code: string, options: unknown]>([
  ['DEFINITION_INVALID', { drain: 'x' }],
  ['DEFINITION_INVALID', { drain: -1 }],
  ['INPUT_INVALID', null],
  ['INPUT_INVALID', 5],
])('a close that is none rejects with %s, closes nothing, and never throws: %j', async (code, options) => {
  const runtime = await createRuntime()
  const closing = runtime.close(options as never)
  await expect(closing).rejects.toMatchObject({ code })
  expect(runtime.status().hub).toBe('running')
  await runtime.close()
  expect(runtime.status().hub).toBe('closed')
})

test('after a close that waited, what was left goes on at the next start', async () => {
  const { life, runtime, world } = await busy()
  const first = runtime.close({ drain: '30s' })
  await life.until(runtime.close())
  await life.until(first)
  expect(await codeOf(life, runtime.task('slow').result())).toBe('CLOSED')
  const next = await world.boot()
  await next.until(next.runtime.task('slow').result())
  expect(next.runtime.task('slow').status()).toBe('completed')
})

describe('a close on a disk that refuses one write, and would take the next', () => {
  const step = task('step')
  const two = workflow('two').step('one', step).step('other', step)

  const setup = (life: Life): Setup => ({
    workflows: [two],
    agents: [
      agent('ann').handle(
        step,
        life.handler(async () => life.wait(1_000)),
      ),
    ],
  })

  /** A start, a close in which the first step ends and the second is left over, and the next process life: how the run ended. */
  async function closed(world: Simulation, write: number): Promise<string> {
    const life = await world.boot({ write, point: 'refused' }).catch(() => undefined)
    const said = await (life === undefined ? 'JOURNAL_FAILED' : codeOf(life, starting(life)))
    if (life !== undefined) await codeOf(life, life.runtime.close({ drain: '1h' }))
    world.kill()
    const next = await world.boot()
    const ended = said === 'none' ? (await next.until(next.runtime.run(two, 'run').outcome())).status : said
    await next.until(next.runtime.close())
    return ended
  }

  const starting = async (life: Life): Promise<unknown> => life.runtime.start(two, 1, { id: 'run' })

  // The shorter the tail the earlier it moves: with one of these it does in the very last turn.
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])(
    'writes nothing after that, and loses nothing: a tail of %d',
    async tail => {
      const ends = new Set<string>()
      for (let write = 1; write <= 8; write++) {
        const world = worldOf(setup, { limits: { tail, idle: 1 } })
        ends.add(await closed(world, write))
        expect(world.broken).toEqual([])
      }
      expect([...ends].toSorted()).toEqual(['JOURNAL_FAILED', 'completed'])
    },
  )
})

test('while it closes, what runs is heard to its end: locks, shared values, messages; others are not', async () => {
  const board = sharedContext('board', { count: z.number() })
  const note = task('note')
  const job = task('job')
  const refused: unknown[] = []
  const world = worldOf(life => ({
    contexts: [board],
    agents: [
      agent('ann').handle(
        job,
        life.handler((_, ctx) =>
          ctx.lock('report', {}, async () => {
            await life.wait(MINUTE)
            await ctx.context(board, { project: 'site' }).set('count', 1)
            await ctx.tell('bob', note, 'made')
            refused.push(await life.runtime.submit(job, null).catch(({ code }: StatorError) => code))
            return 'made'
          }),
        ),
      ),
      agent('bob').handle(
        note,
        life.handler(said => said),
      ),
    ],
  }))
  const first = await world.boot()
  await first.until(first.runtime.submit(job, null, { id: 'slow' }))
  await world.pass(first, 10)
  await first.until(first.runtime.close({ drain: '10m' }))
  expect(refused).toEqual(['CLOSED'])
  const { runtime } = await world.boot()
  expect(runtime.task('slow').info()).toMatchObject({ status: 'completed', attempts: 1, interruptions: 0 })
  expect(runtime.locks.get('report')).toMatchObject({ holder: null, last: { how: 'released' } })
  expect(runtime.context(board, { project: 'site' }).get('count')).toBe(1)
  expect(runtime.mail.history({ agent: 'bob' }).messages).toHaveLength(1)
})
