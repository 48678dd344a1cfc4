/** Agents come, go, pause and come back, through crashes, and what they are told of themselves is true. */
import { describe, expect, test } from 'vitest'
import { agent, task, type AgentDefinition } from 'stator'
import { Simulation, type Life, type Setup } from 'stator/testing'
import { codeOf, single, worldOf } from './support/world.ts'

const job = task('job')

function one(life: Life, id: string, options: { role?: string; capacity?: number } = {}): AgentDefinition {
  return agent(id, options).handle(
    job,
    life.handler(async () => life.wait(100)),
  )
}

const setup = (life: Life): Setup => ({ agents: [one(life, 'ann')] })

describe('an agent that is unregistered and registered again', () => {
  test('is the new one after a crash, paused if it was', async () => {
    const world = new Simulation({
      seed: 1,
      limits: { idle: 1_000_000 },
      setup: life => ({ ...setup(life), tasks: [job] }),
    })
    const first = await world.boot()
    await first.until(first.runtime.agents.register(one(first, 'bob', { capacity: 2 })))
    await first.until(first.runtime.agents.unregister('bob'))
    await first.until(first.runtime.agents.register(one(first, 'bob', { capacity: 7 })))
    await first.until(first.runtime.agents.pause('bob', 'tea'))
    first.die()
    const second = await world.boot()
    expect(second.runtime.agents.get('bob')).toMatchObject({ state: 'paused', capacity: 7 })
  })
})

describe('an agent that is told something by two at once', () => {
  test('is unregistered once; the second hears that it is gone, and its id is free', async () => {
    const life = await worldOf(setup).boot()
    const { agents } = life.runtime
    const all = [agents.unregister('ann'), agents.unregister('ann'), agents.pause('ann')]
    const told = await life.until(Promise.allSettled(all))
    expect(told).toMatchObject([
      { status: 'fulfilled' },
      { reason: { code: 'AGENT_UNKNOWN', details: { agent: 'ann' } } },
      { reason: { code: 'AGENT_UNKNOWN', details: { agent: 'ann' } } },
    ])
    expect(await codeOf(life, agents.unregister('ann'))).toBe('AGENT_UNKNOWN')
    expect(await codeOf(life, agents.register(one(life, 'ann')))).toBe('none')
  })
})

describe('an actor that ends', () => {
  test('is gone at once for what comes after in the same turn, though a checkpoint of it is still there', async () => {
    const { world, job: slow } = single(async (_, __, life) => life.wait(100), { limits: { idle: 1 } })
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(slow, { text: 'x' }, { id: 'one' }))
    await world.pass(life, 50)
    expect(world.state.checkpoints.has('task/one')).toBe(true)
    const both = Promise.allSettled([handle.cancel('first'), handle.cancel('second')])
    const [first, second] = await life.until(both)
    expect([first.status, second.status]).toEqual(['fulfilled', 'fulfilled'])
    expect(life.runtime.history({ types: ['task.cancelled'] })).toHaveLength(1)
    await world.drain(life)
    expect(world.broken).toEqual([])
    expect(world.state.checkpoints.has('task/one')).toBe(false)
  })
})

describe('an agent that must warm up', () => {
  test.each([1, 1000])(
    'gets nothing before it has, in each process life anew; %i inputs a turn',
    async batchInputs => {
      const world = worldOf(
        life => {
          let isWarm = false
          const warmUp = async (): Promise<void> => {
            await life.wait(10)
            isWarm = true
          }
          const work = life.handler(async () => {
            if (!isWarm) life.simulation.break('warm', `process ${life.number} worked before it was warm`)
            await life.wait(100)
          })
          return { agents: [agent('ann', { warmUp }).handle(job, work)] }
        },
        { limits: { batchInputs } },
      )
      const first = await world.boot()
      for (const id of ['one', 'two']) await first.until(first.runtime.submit(job, {}, { id }))
      await world.pass(first, 50)
      world.kill()
      const second = await world.boot()
      await second.until(second.runtime.task('two').outcome())
      expect(world.broken).toEqual([])
    },
  )
})

describe('a pause', () => {
  test('holds over a crash, over a close, and over a change of its code; what waits goes on after it', async () => {
    const world = worldOf(setup)
    let life = await world.boot()
    await life.until(life.runtime.agents.pause('ann'))
    const { address } = await life.until(life.runtime.submit(job, null, { id: 'one' }))
    life.die()
    life = await world.boot()
    await world.drain(life)
    expect(life.runtime.agents.get('ann')?.state).toBe('paused')
    await life.until(life.runtime.close())
    life.die()
    life = await world.boot()
    await world.drain(life)
    expect(world.ledger.of('start')).toEqual([])
    await life.until(life.runtime.agents.resume('ann'))
    await life.until(life.runtime.task('one').outcome())
    expect(world.ledger.of('start', address)).toHaveLength(1)
  })

  test('lets what runs go on', async () => {
    const world = worldOf(setup)
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, null))
    await life.until(life.runtime.agents.pause('ann'))
    expect(await life.until(handle.outcome())).toMatchObject({ status: 'completed' })
  })
})

describe('an agent whose code is gone', () => {
  test('is offline, and its work goes to another that can do it', async () => {
    const world = new Simulation({
      seed: 1,
      setup: life => ({ agents: [one(life, life.number === 1 ? 'ann' : 'bob')] }),
    })
    const first = await world.boot()
    await first.until(first.runtime.submit(job, null, { id: 'one' }))
    first.die()
    const second = await world.boot()
    const handle = second.runtime.task('one')
    expect(await second.until(handle.outcome())).toMatchObject({ status: 'completed' })
    expect(second.runtime.agents.list().map(({ id, state }) => [id, state])).toEqual([
      ['ann', 'offline'],
      ['bob', 'ready'],
    ])
  })
})

describe('warming up', () => {
  test('takes no work before it is done, and one that fails takes none', async () => {
    let ready = (): void => {}
    const world = worldOf(life => ({
      agents: [
        agent('ann', {
          warmUp: () =>
            new Promise<void>(resolve => {
              ready = resolve
            }),
        }).handle(
          job,
          life.handler(() => 1),
        ),
        agent('bob', {
          warmUp: () => {
            throw new Error('cold')
          },
        }).handle(
          task('other'),
          life.handler(() => 1),
        ),
      ],
    }))
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, null))
    await world.pass(life, 1_000)
    expect(world.ledger.of('start')).toEqual([])
    expect(life.runtime.agents.get('bob')?.state).toBe('error')
    ready()
    expect(await life.until(handle.result())).toBe(1)
  })
})

test('what an agent cannot do is refused when it is asked for, not later', async () => {
  const world = worldOf(setup)
  const life = await world.boot()
  expect(await codeOf(life, life.runtime.submit(task('nobody'), null))).toBe('TASK_UNHANDLED')
  expect(await codeOf(life, life.runtime.agents.pause('nobody'))).toBe('AGENT_UNKNOWN')
  await life.until(life.runtime.submit(job, null))
  expect(await codeOf(life, life.runtime.agents.unregister('ann'))).toBe('AGENT_BUSY')
})
