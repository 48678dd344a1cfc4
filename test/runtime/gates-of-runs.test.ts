/** Gates of runs: the run waits for the answer, goes on with it or fails by it, and takes its gates with it when it is cancelled. */
import { describe, expect, test } from 'vitest'
import { agent, gate, task, workflow, type Priority, type StatorError } from 'stator'
import { CRASH_POINTS, Crashed, type Life, type Simulation } from 'stator/testing'
import { z } from 'zod'
import { decode } from '../../src/runtime/record.ts'
import { codeOf, worldOf } from './support/world.ts'

const HOUR = 60 * 60_000
const build = task('build', { input: z.null(), output: z.object({ version: z.int() }) })
const publish = task('publish', { input: z.object({ by: z.string() }), output: z.string() })
const release = workflow('release', { input: z.null() })
  .step('build', build)
  .step('ship', gate({ expires: '2h' }), ({ outputs }) => ({ version: outputs.build.version }))
  .step('publish', publish, ({ outputs }) => ({ by: outputs.ship.by }))

const worldOfReleases = (): Simulation =>
  worldOf(
    each => ({
      agents: [
        agent('ann')
          .handle(
            build,
            each.handler(async () => {
              await each.wait(1_000)
              return { version: 2 }
            }),
          )
          .handle(
            publish,
            each.handler(({ by }) => `published for ${by}`),
          ),
      ],
      workflows: [release],
    }),
    { watched: false },
  )

async function released(priority: Priority = 'normal'): Promise<[Simulation, Life]> {
  const world = worldOfReleases()
  const life = await world.boot()
  await life.until(life.runtime.start(release, null, { id: 'run', priority }))
  return [world, life]
}

/** The process is away for that long, and comes back. */
async function away(world: Simulation, life: Life, ms: number): Promise<Life> {
  life.die()
  world.clock.set(world.clock.now() + ms)
  return world.boot()
}

describe('a gate of a run', () => {
  test('is asked in its turn, with what is known by then, and found by its run', async () => {
    const [world, life] = await released('high')
    const { gates } = life.runtime
    expect(gates.list({ run: 'run' }).gates).toEqual([])
    await life.until(gates.open({ id: 'run' }))
    await world.pass(life, 2_000)
    expect(gates.list({ run: 'run' }).gates).toMatchObject([
      { id: 'run/ship', run: 'run', state: 'open', details: { version: 2 }, outcome: null },
    ])
    expect(gates.list({ run: 'run', open: true }).gates).toHaveLength(1)
    expect(gates.list({ run: 'ru' }).gates).toEqual([])
    const [opened] = life.runtime.history({ actor: 'gate/run/ship' })
    expect(opened).toMatchObject({ from: 'workflow/run', correlationId: 'workflow/run', priority: 'high' })
  })

  test('lets it go on with the approval as the output of a step', async () => {
    const [world, first] = await released()
    // Said before the gate is there.
    const waited = first.runtime.gates.outcome('run/ship')
    await world.pass(first, 2_000)
    await first.until(first.runtime.gates.approve('run/ship', { by: 'bob', data: 7 }))
    expect(await first.until(waited)).toMatchObject({ status: 'approved', by: 'bob', data: 7 })
    expect(first.runtime.history({ types: ['gate.approve'] })).toMatchObject([
      { correlationId: 'workflow/run' },
    ])
    const second = await away(world, first, 1)
    expect(await second.until(second.runtime.run(release, 'run').result())).toEqual({
      build: { version: 2 },
      ship: { approved: true, by: 'bob', data: 7 },
      publish: 'published for bob',
    })
  })

  test.each<[string, (world: Simulation, life: Life) => Promise<Life>, string]>([
    [
      'rejected',
      async (_, life) => {
        await life.until(life.runtime.gates.reject('run/ship', { by: 'bob', reason: 'too dear' }))
        return life
      },
      'GATE_REJECTED',
    ],
    ['not answered in time', async (world, life) => away(world, life, 3 * HOUR), 'GATE_EXPIRED'],
  ])('%s, fails it, and nothing more is done', async (_what, end, code) => {
    const [world, first] = await released()
    await world.pass(first, 2_000)
    const life = await end(world, first)
    const outcome = await life.until(life.runtime.run(release, 'run').outcome())
    expect(outcome).toMatchObject({ status: 'failed', error: { code, retryable: false } })
    expect(life.runtime.history({ actor: 'task/run/publish' })).toEqual([])
    expect(life.runtime.gates.get('run/ship')?.outcome?.error).toMatchObject({ code })
  })

  test('is called off with it, and by nobody else', async () => {
    const [world, life] = await released()
    await world.pass(life, 2_000)
    const { gates } = life.runtime
    const refused = await life.until(gates.cancel('run/ship').catch((error: unknown) => error))
    expect(refused).toMatchObject({
      code: 'EVENT_REFUSED',
      details: { state: 'open', reason: 'the run run waits for it: answer, or cancel the run' },
    })
    expect(refused).toHaveProperty('details.allowed', ['gate.approve', 'gate.reject'])
    expect(gates.get('run/ship')).toMatchObject({ state: 'open' })
    const run = life.runtime.run(release, 'run')
    await life.until(run.cancel('no longer wanted'))
    expect(await life.until(run.outcome())).toMatchObject({ status: 'cancelled' })
    expect(gates.get('run/ship')).toMatchObject({ state: 'cancelled', outcome: { by: null } })
    expect(await codeOf(life, gates.approve('run/ship', { by: 'bob' }))).toBe('EVENT_REFUSED')
  })

  test('that it never opens is waited for no longer than it lives', async () => {
    const [world, life] = await released()
    let heard = 'nothing'
    const waited = life.runtime.gates.outcome('run/other').catch((error: unknown) => {
      heard = (error as StatorError).code
    })
    await world.pass(life, 2_000)
    expect(heard).toBe('nothing')
    await life.until(life.runtime.gates.approve('run/ship', { by: 'bob' }))
    await life.until(waited)
    expect(heard).toBe('NOT_FOUND')
    expect(life.runtime.run('run').status()).toBe('completed')
  })
})

/** All of it, as somebody does who does not know how far it had come. */
async function playAll(life: Life): Promise<unknown> {
  const { gates } = life.runtime
  const run = await life.until(life.runtime.start(release, null, { id: 'run' }))
  while (gates.get('run/ship') === undefined) await life.until(life.wait(100))
  await life.until(gates.approve('run/ship', { by: 'bob', idempotencyKey: 'k' }))
  return life.until(run.result())
}

test.each(CRASH_POINTS)('its answer reaches a run, whichever write the process dies at: %s', async point => {
  let crashes = 0
  // Past the last write nobody dies.
  for (let write = 1; crashes === write - 1; write++) {
    const world = worldOfReleases()
    const result = await world
      .boot({ write, point })
      .then(playAll)
      .catch(async (error: unknown) => {
        if (!(error instanceof Crashed)) throw error
        crashes++
        return playAll(await world.boot())
      })
    expect(result).toMatchObject({ ship: { approved: true, by: 'bob' }, publish: 'published for bob' })
    const answers = world.state.records.filter(record => decode(record).name === 'gate.approved')
    expect(answers).toHaveLength(1)
  }
  expect(crashes).toBeGreaterThan(3)
})
