/** Taking actors out of memory, at any moment, changes nothing that anybody could see. */
import { describe, expect, test } from 'vitest'
import { agent, PRIORITIES, task, workflow } from 'stator'
import { Dice, play, type Life } from 'stator/testing'
import { replaysTheSame } from '../../src/testing/invariants/same-replayed.ts'
import { good } from './support/play.ts'
import { SCENARIOS } from './support/scenarios.ts'
import { codeOf, single, worldOf } from './support/world.ts'

const TINY = { tail: 3, liveActors: 1, idle: 1, batchDeliveries: 4, batchInputs: 2, history: 2 }

describe.each(SCENARIOS)('$name', scenario => {
  test('ends the same when everything is checkpointed and parked all the time', async () => {
    const plain = await play(scenario, { seed: 7 })
    const tiny = { ...scenario, limits: TINY }
    const dice = new Dice(3)
    for (let seed = 1; seed <= 10; seed++) {
      const between = (life: Life): void => {
        if (life.isUp && dice.chance(0.05)) replaysTheSame(life)
      }
      const played = await play(tiny, { seed, watchers: [good, { between }] })
      expect({ seed, outcome: played.outcome }).toEqual({ seed, outcome: plain.outcome })
    }
  })

  test('ends the same when actors are parked at random moments', async () => {
    const plain = await play(scenario, { seed: 7 })
    const dice = new Dice(9)
    let parked = 0
    for (let seed = 1; seed <= 10; seed++) {
      const between = (life: Life): void => {
        if (!life.isUp || !dice.chance(0.5)) return
        parked += life.runtime.actors.park(() => dice.chance(0.7))
      }
      const limits = { ...scenario.limits, tail: 2, idle: 2 }
      const played = await play({ ...scenario, limits }, { seed, watchers: [good, { between }] })
      expect({ seed, outcome: played.outcome }).toEqual({ seed, outcome: plain.outcome })
    }
    // A task that waits for a time is never parked, and with room for one actor all others are parked already.
    const some = scenario.name !== 'a scheduled task' && scenario.limits?.liveActors !== 1
    expect(parked > 0).toBe(some)
  })
})

describe('tasks that wait for an agent', () => {
  const COUNT = 200
  const KEEP = 10

  /** Submits while the agent is paused, lets the hub rest, lets the agent work; the order in which the tasks ran. */
  async function order(liveActors: number, between: (life: Life) => Promise<Life>): Promise<string[]> {
    const { world, job } = single(({ text }) => text, { limits: { liveActors, tail: 50, idle: 5 } })
    let life = await world.boot()
    await life.until(life.runtime.agents.pause('ann'))
    for (let n = 0; n < COUNT; n++) {
      const priority = PRIORITIES[n % PRIORITIES.length] ?? 'normal'
      await life.until(life.runtime.submit(job, { text: `${n}` }, { id: `t${n}`, priority }))
    }
    await world.pass(life, 100)
    life = await between(life)
    await life.until(life.runtime.task('t7').cancel())
    await life.until(life.runtime.agents.resume('ann'))
    for (let n = 0; n < COUNT; n++) await life.until(life.runtime.task(`t${n}`).outcome())
    expect(world.broken).toEqual([])
    return world.ledger.of('start').map(entry => entry.task)
  }

  const inMemory = (life: Life): number => life.runtime.status().actors

  test('keep their places, and only these, in memory', async () => {
    const plain = await order(10 * COUNT, async life => {
      expect(inMemory(life)).toBeGreaterThan(COUNT)
      return life
    })
    expect(plain).toHaveLength(COUNT - 1)
    const parked = await order(KEEP, async life => {
      expect(inMemory(life)).toBeLessThanOrEqual(KEEP)
      expect(life.runtime.actors.list({ kind: 'task', state: 'queued' })).toHaveLength(COUNT)
      return life
    })
    expect(parked).toEqual(plain)
    const restarted = await order(KEEP, async life => {
      life.die()
      const next = await life.simulation.boot()
      expect(inMemory(next)).toBeLessThanOrEqual(KEEP + 1)
      return next
    })
    expect(restarted).toEqual(plain)
  })

  test('leave memory while work goes on, where there are too many', async () => {
    const { world, job } = single(({ text }) => text, {
      limits: { liveActors: KEEP, tail: 50, idle: 60_000 },
    })
    const life = await world.boot()
    const handles = []
    for (let n = 0; n < COUNT; n++) handles.push(await life.until(life.runtime.submit(job, { text: `${n}` })))
    expect(inMemory(life)).toBeLessThan(COUNT / 2)
    for (const handle of handles) expect(await life.until(handle.result())).toBeTypeOf('string')
  })

  test('that come in a flood leave neither a long tail nor a full memory', async () => {
    const limits = { liveActors: 100, tail: 500, batchInputs: 1_000, inbox: 50_000 }
    const { world, job } = single(({ text }) => text, { limits })
    const life = await world.boot()
    await life.until(life.runtime.agents.pause('ann'))
    const flood = Array.from({ length: 10_000 }, (_, n) => life.runtime.submit(job, { text: `${n}` }))
    await life.until(Promise.all(flood))
    const { records, tailAfter } = world.state
    expect((records.at(-1)?.seq ?? 0) - tailAfter).toBeLessThan(3_000)
    expect(inMemory(life)).toBeLessThan(3_000)
  })

  test('stay parked in a start whose tail is kept long by a run that cannot go on', async () => {
    const job = task('job')
    const lost = workflow('lost').step('one', job)
    const world = worldOf(
      ({ number }) => ({
        agents: [agent('ann').handle(job, () => 1)],
        workflows: number === 1 ? [lost] : [],
      }),
      { limits: { liveActors: KEEP, tail: 50, idle: 5 } },
    )
    const first = await world.boot()
    await first.until(first.runtime.agents.pause('ann'))
    await first.until(first.runtime.start(lost, null, { id: 'lost' }))
    first.die()
    const second = await world.boot()
    expect(second.runtime.held()).toMatchObject([{ code: 'VERSION_MISSING' }])
    for (let n = 0; n < COUNT; n++) await second.until(second.runtime.submit(job, null, { id: `t${n}` }))
    await world.pass(second, 100)
    expect(inMemory(second)).toBeLessThanOrEqual(KEEP)
    await second.until(second.runtime.close())
    const third = await world.boot()
    expect(third.runtime.held()).toMatchObject([{ code: 'VERSION_MISSING' }])
    expect(inMemory(third)).toBeLessThanOrEqual(KEEP + 1)
    await third.until(third.runtime.agents.resume('ann'))
    for (let n = 0; n < COUNT; n++) await third.until(third.runtime.task(`t${n}`).result())
  })

  test('stay parked when they are looked at, and are seen whole', async () => {
    const { world, job } = single(({ text }) => text, { limits: { liveActors: KEEP, tail: 50, idle: 5 } })
    const life = await world.boot()
    await life.until(life.runtime.agents.pause('ann'))
    for (let n = 0; n < COUNT; n++)
      await life.until(life.runtime.submit(job, { text: `${n}` }, { id: `t${n}`, metadata: { n } }))
    await world.pass(life, 100)
    const before = inMemory(life)
    for (let n = 0; n < COUNT; n++) {
      const handle = life.runtime.task(`t${n}`)
      expect(handle.status()).toBe('queued')
      expect(handle.info()).toMatchObject({ status: 'queued', metadata: { n } })
      expect(life.runtime.actors.get(handle.address)).toMatchObject({ state: 'queued', alive: true })
      handle.outcome().catch(() => {})
    }
    const listed = life.runtime.actors.list({ kind: 'task' })
    expect(listed).toHaveLength(COUNT)
    expect(listed.every(({ context }) => context !== null)).toBe(true)
    expect(inMemory(life)).toBe(before)
    await life.until(life.runtime.close())
    for (const ask of [
      () => life.runtime.task('t1').status(),
      () => life.runtime.task('t1').info(),
      () => life.runtime.actors.get('task/t1'),
    ])
      expect(ask).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    for (const ask of [() => life.runtime.task('t1').result(), () => life.runtime.task('t1').cancel()])
      expect(await codeOf(life, ask())).toBe('CLOSED')
  })
})
