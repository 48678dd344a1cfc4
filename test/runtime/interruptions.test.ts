/**
 * A crash in the middle of a handler: it runs again under the same key, three times at most; a clean close does not
 * count; who only happened to be beside a task that ends the process survives it.
 */
import { describe, expect, test } from 'vitest'
import { agent, graph, task, type Json } from 'stator'
import { Crashed, type Life, type Simulation, type Setup } from 'stator/testing'
import { codeOf, single, worldOf } from './support/world.ts'

const INPUT = { text: 'x' }

/** Starts processes until one lives through it. */
async function survive(world: Simulation, run: (life: Life) => Promise<unknown>, most = 20): Promise<Life> {
  for (let n = 0; n < most; n++) {
    try {
      const life = await world.boot()
      await run(life)
      await world.drain(life)
      if (life.alive) return life
    } catch (error) {
      if (!(error instanceof Crashed)) throw error
    }
  }
  throw new Error(`no process of ${most} lived`)
}

describe('a task that ends the process each time', () => {
  test('fails after three interruptions, with one key for all', async () => {
    const { world, job } = single((_, __, life) => {
      life.die()
      return new Promise(() => {})
    })
    const life = await survive(world, async each =>
      each.until(each.runtime.submit(job, INPUT, { id: 'killer' })),
    )
    const outcome = await life.until(life.runtime.task('killer').outcome())
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'INTERRUPTED' } })
    const starts = world.ledger.of('start')
    expect(starts).toHaveLength(3)
    expect(new Set(starts.map(({ key }) => key)).size).toBe(1)
    expect(starts.map(({ attempt }) => attempt)).toEqual([1, 1, 1])
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('takes down no innocent neighbour (seed %i)', async seed => {
    const killer = task('killer')
    const honest = task('honest')
    const setup = (life: Life): Setup => ({
      agents: [
        agent('ann', { capacity: 10 })
          .handle(
            killer,
            life.handler(async () => {
              await life.wait(life.simulation.dice.below(30))
              life.die()
            }),
          )
          .handle(
            honest,
            life.handler(async (n: unknown): Promise<Json> => {
              await life.wait(20 + life.simulation.dice.below(30))
              return n as Json
            }),
          ),
      ],
    })
    const world = worldOf(setup, { seed })
    const life = await survive(world, async each => {
      const { runtime } = each
      for (let n = 0; n < 4; n++) await each.until(runtime.submit(honest, n, { id: `h${n}` }))
      await each.until(runtime.submit(killer, null, { id: 'k' }))
      for (let n = 4; n < 8; n++) await each.until(runtime.submit(honest, n, { id: `h${n}` }))
    })
    for (let n = 0; n < 8; n++) {
      const outcome = await life.until(life.runtime.task(`h${n}`).outcome())
      expect({ n, ...outcome }).toEqual({ n, status: 'completed', output: n })
    }
    const outcome = await life.until(life.runtime.task('k').outcome())
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'INTERRUPTED' } })
    expect(world.broken).toEqual([])
  })
})

describe('a clean close', () => {
  test('is no interruption, however often', async () => {
    const { world, job } = single(async (_, __, life) => {
      await life.wait(1_000)
      return 'done'
    })
    for (let n = 0; n < 6; n++) {
      const life = await world.boot()
      await life.until(life.runtime.submit(job, INPUT, { id: 'one' }))
      await world.pass(life, 100)
      await life.until(life.runtime.close())
      life.die()
    }
    const life = await world.boot()
    expect(life.runtime.task('one').info()).toMatchObject({ interruptions: 0, attempts: 1 })
    expect(await life.until(life.runtime.task('one').result())).toBe('done')
    expect(world.ledger.of('start')).toHaveLength(7)
  })

  test('is still none when the next start dies before everybody was told', async () => {
    const { world, job } = single(async (_, __, life) => life.wait(1_000), {
      capacity: 10,
      limits: { batchInputs: 1 },
    })
    const first = await world.boot()
    for (let n = 0; n < 3; n++) await first.until(first.runtime.submit(job, INPUT, { id: `t${n}` }))
    await world.pass(first, 10)
    await first.until(first.runtime.close())
    first.die()
    // Each of these gets a little further; the last is not up yet when it dies.
    for (const write of [1, 1, 2]) {
      const died = await world.boot({ write, point: 'synced' }).catch((error: unknown) => error)
      expect(died).toBeInstanceOf(Crashed)
    }
    const life = await world.boot()
    for (let n = 0; n < 3; n++) expect(life.runtime.task(`t${n}`).info()).toMatchObject({ interruptions: 0 })
  })

  test('with a drain lets what runs end', async () => {
    const { world, job } = single(async (_, __, life) => {
      await life.wait(1_000)
      return 'done'
    })
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, INPUT, { id: 'one' }))
    const result = handle.result()
    await world.pass(life, 10)
    await life.until(life.runtime.close({ drain: '5s' }))
    expect(await life.until(result)).toBe('done')
    expect(world.state.clean).toBe(true)
  })

  test.each([1, 2, 3, 4, 5])('starts nothing any more, whatever was still in line (seed %i)', async seed => {
    const job = task('job')
    const world = worldOf(
      life => ({
        agents: [
          agent('ann', { capacity: 3 }).handle(
            job,
            life.handler(async () => life.wait(1)),
          ),
        ],
      }),
      { seed, limits: { batchDeliveries: 1, batchInputs: 1 } },
    )
    const life = await world.boot()
    const all = [1, 2, 3, 4, 5, 6].map(async n => life.runtime.submit(job, n, { id: `t${n}` }))
    const quiet = Promise.allSettled(all)
    await world.pass(life, 3)
    await life.until(life.runtime.close())
    const started = world.ledger.of('start').length
    await life.until(quiet)
    await world.drain(life)
    expect(world.ledger.of('start')).toHaveLength(started)
    expect(world.broken).toEqual([])
  })

  test('leaves no tail, so that a deploy replays nothing', async () => {
    const { world, job } = single(async (_, __, life) => life.wait(100))
    const life = await world.boot()
    for (let n = 0; n < 5; n++) await life.until(life.runtime.submit(job, INPUT))
    await life.until(life.runtime.close())
    expect(world.state.tailAfter).toBe(world.state.records.length)
    expect(await codeOf(life, life.runtime.submit(job, INPUT))).toBe('CLOSED')
  })
})

describe('onInterrupted', () => {
  const dying = (onInterrupted: 'fail' | 'hold'): ReturnType<typeof single> =>
    single(
      (_, __, life) => {
        if (life.number > 1) return 'again'
        life.die()
        return new Promise(() => {})
      },
      { onInterrupted },
    )

  test('fail: it fails at the next start and is not repeated', async () => {
    const { world, job } = dying('fail')
    const life = await survive(world, async each =>
      each.until(each.runtime.submit(job, INPUT, { id: 'one' })),
    )
    expect(await life.until(life.runtime.task('one').outcome())).toMatchObject({
      error: { code: 'INTERRUPTED' },
    })
    expect(world.ledger.of('start')).toHaveLength(1)
  })

  test('hold: it waits for somebody, who retries it; those who wait for it are told', async () => {
    const { world, job } = dying('hold')
    const life = await survive(world, async each =>
      each.until(each.runtime.submit(job, INPUT, { id: 'one' })),
    )
    const handle = life.runtime.task(job, 'one')
    expect(life.runtime.held()).toMatchObject([{ address: 'task/one', code: 'INTERRUPTED' }])
    expect(await codeOf(life, handle.result())).toBe('HELD')
    await life.until(life.runtime.release('task/one'))
    expect(await life.until(handle.result())).toBe('again')
    expect(world.ledger.of('start')).toHaveLength(2)
  })

  test('hold: an operator may fail it instead', async () => {
    const { world, job } = dying('hold')
    const life = await survive(world, async each =>
      each.until(each.runtime.submit(job, INPUT, { id: 'one' })),
    )
    await life.until(life.runtime.send({ type: 'task.fail', to: 'task/one', data: { reason: 'no' } }))
    expect(await life.until(life.runtime.task('one').outcome())).toMatchObject({ status: 'failed' })
  })
})

test('what a step is told at a start belongs to its run, and stays as long as that lives', async () => {
  const once = task('once', { onInterrupted: 'fail' })
  const waits = task('waits')
  const world = worldOf(life => ({
    agents: [
      agent('ann')
        .handle(
          once,
          life.handler(async () => life.wait(100)),
        )
        .handle(
          waits,
          life.handler(async () => life.wait(10_000)),
        ),
    ],
  }))
  const plan = graph([
    { id: 'first', task: once },
    { id: 'second', task: waits },
  ])
  const first = await world.boot()
  await first.until(first.runtime.startGraph(plan, { id: 'run' }))
  await world.pass(first, 50)
  world.kill()
  const life = await world.boot()
  await world.pass(life, 500)
  const told = life.runtime.history({ types: ['task.interrupted'] })
  expect(told.map(({ to, correlationId }) => [to, correlationId])).toEqual([
    ['task/run/first', 'workflow/run'],
  ])
  expect(life.runtime.prune({ olderThan: 100 })).toBe(0)
  const { steps } = await life.until(life.runtime.run('run').outcome())
  expect(steps).toMatchObject({ first: { status: 'failed', error: { code: 'INTERRUPTED' } } })
})
