/** Results that are kept: the same task, version and input completes at once with what is there, as long as that is good. */
import { describe, expect, test } from 'vitest'
import {
  agent,
  createRuntime,
  graph,
  memory,
  task,
  workflow,
  type Limits,
  type SubmitOptions,
  type TaskHandle,
} from 'stator'
import type { Life, Setup, Simulation } from 'stator/testing'
import { z } from 'zod'
import type { Batch } from '../../src/runtime/journal.ts'
import { decode } from '../../src/runtime/record.ts'
import { latch, settled } from '../ledger/support.ts'
import { codeOf, worldOf } from './support/world.ts'

const word = z.object({ text: z.string(), loud: z.boolean().default(false) })
const said = z.object({ said: z.string(), by: z.string() })
const HOUR = 3_600_000

const jobOf = (version = '1', ttl = HOUR) =>
  task('job', { input: word, output: said, version, cache: { ttl } })
const job = jobOf()
const brief = jobOf('1', 100)
const other = task('other', { input: word, output: said, cache: { ttl: HOUR } })
const plain = task('plain', { input: word, output: said })
type Job = typeof job

const chain = workflow('chain', { input: z.string() })
  .step('first', job, ({ input }) => ({ text: input }))
  .step('second', plain, ({ outputs }) => ({ text: outputs.first.said }))

/** Each run of a handler says by whom it was made. */
function world(limits: Partial<Limits> = {}, known: (life: Life) => Job = () => job): Simulation {
  const setup = (life: Life): Setup => {
    const say = life.handler(async ({ text, loud }: z.output<typeof word>, ctx) => {
      await life.wait(5)
      if (text === 'bad') throw new Error('no')
      return { said: loud ? text.toUpperCase() : text, by: ctx.task }
    })
    const mine = known(life)
    const ann = agent('ann', { capacity: 3 }).handle(mine, say).handle(other, say).handle(plain, say)
    return { agents: [ann], workflows: mine === job ? [chain] : [] }
  }
  return worldOf(setup, { limits })
}

type Said = z.output<typeof said>
type Options = SubmitOptions & { text?: string; of?: Job }

async function submit(life: Life, id: string, options: Options = {}): Promise<TaskHandle<Said>> {
  const { text = 'hello', of = job, ...rest } = options
  return life.until(life.runtime.submit(of, { text }, { id, ...rest }))
}

/** By whom the result was made that it got. */
async function maker(life: Life, id: string, options: Options = {}): Promise<string> {
  const handle = await submit(life, id, options)
  return (await life.until(handle.result())).by
}

const starts = (life: Life): string[] => life.simulation.ledger.of('start').map(entry => entry.task)

describe('a result that is there', () => {
  test('completes the same task at once, without an agent', async () => {
    const life = await world().boot()
    expect(await maker(life, 'a')).toBe('task/a')
    const handle = await submit(life, 'b')
    expect(handle.status()).toBe('completed')
    expect(await life.until(handle.result())).toEqual({ said: 'hello', by: 'task/a' })
    expect(starts(life)).toEqual(['task/a'])
    const history = life.runtime.history({ actor: 'task/b' })
    expect(history.map(({ name, toState, stamp }) => ({ name, toState, stamp }))).toEqual([
      { name: 'task.completed', toState: 'completed', stamp: { from: 'task/a' } },
    ])
    expect(life.runtime.agents.get('ann')).toMatchObject({ done: 1 })
  })

  test('is told of in info(), with the task that made it', async () => {
    const life = await world().boot()
    await maker(life, 'a')
    const [made, given] = [await submit(life, 'a'), await submit(life, 'b')]
    expect(made.info()).toMatchObject({ cachedFrom: null, attempts: 1 })
    expect(given.info()).toMatchObject({
      cachedFrom: 'task/a',
      attempts: 0,
      duration: 0,
      outcome: { status: 'completed', output: { said: 'hello', by: 'task/a' } },
    })
    expect(await life.until(given.outcome())).toEqual(given.info().outcome)
  })

  test('is named by the input as the schema gives it, in any order of properties', async () => {
    const life = await world().boot()
    await maker(life, 'a')
    const again = await life.until(life.runtime.submit(job, { loud: false, text: 'hello' }, { id: 'b' }))
    expect((await life.until(again.result())).by).toBe('task/a')
  })

  test('is that of the task that made it, however often it was handed on', async () => {
    const life = await world().boot()
    for (const id of ['a', 'b', 'c']) expect(await maker(life, id)).toBe('task/a')
    expect((await submit(life, 'c')).info().cachedFrom).toBe('task/a')
  })

  test('is used where an agent is named, and where none is free', async () => {
    const life = await world().boot()
    await maker(life, 'a')
    await life.until(life.runtime.agents.pause('ann'))
    expect(await maker(life, 'b', { agent: 'ann' })).toBe('task/a')
  })

  test('is there for what comes in the same turn as it: both are written at once', async () => {
    const batches: Batch[] = []
    const inner = memory()
    const commit = inner.commit.bind(inner)
    const journal = Object.assign(inner, {
      commit: (batch: Batch) => {
        commit(batch)
        batches.push(batch)
      },
    })
    let kept: (() => void)[] | undefined
    const scheduler = { soon: (turn: () => void) => void (kept?.push(turn) ?? setImmediate(turn)) }
    const { opened, open } = latch()
    const ann = agent('ann').handle(job, async (_, ctx) => opened.then(() => ({ said: '', by: ctx.task })))
    await using runtime = await createRuntime({ journal, agents: [ann], host: { scheduler } })
    const first = await runtime.submit(job, { text: 'hello' }, { id: 'a' })
    await settled()
    const turns: (() => void)[] = []
    kept = turns
    open()
    await settled()
    const second = runtime.submit(job, { text: 'hello' }, { id: 'b' })
    await settled()
    kept = undefined
    for (const turn of turns) turn()
    expect(await (await second).result()).toEqual({ said: '', by: 'task/a' })
    expect(await first.result()).toEqual({ said: '', by: 'task/a' })
    const ends = batches.map(({ signals }) => signals.filter(({ final }) => final).map(({ to }) => to))
    expect(ends).toContainEqual(['task/a', 'task/b'])
  })
})

describe('nothing is given', () => {
  test.each([
    ['another input', { text: 'bye' }],
    ['a bypass', { cache: 'bypass' }],
    ['a refresh', { cache: 'refresh' }],
    ['a start that is to come', { startAt: Date.UTC(2040, 0, 1) }],
  ] as const)('for %s', async (_, options) => {
    const life = await world().boot()
    await maker(life, 'a')
    expect(await maker(life, 'b', options)).toBe('task/b')
    expect(starts(life)).toEqual(['task/a', 'task/b'])
  })

  test('for a task of another name, or one that keeps nothing', async () => {
    const life = await world().boot()
    await maker(life, 'a')
    for (const [id, of] of [
      ['b', other],
      ['c', plain],
      ['d', plain],
    ] as const) {
      const handle = await life.until(life.runtime.submit(of, { text: 'hello' }, { id }))
      expect((await life.until(handle.result())).by).toBe(`task/${id}`)
    }
  })

  test('of a failure', async () => {
    const life = await world().boot()
    for (const id of ['a', 'b']) {
      const handle = await submit(life, id, { text: 'bad' })
      expect(await codeOf(life, handle.result())).toBe('TASK_FAILED')
    }
    expect(starts(life)).toEqual(['task/a', 'task/b'])
  })

  test('while the first still runs: both run, and the later result stands', async () => {
    const life = await world().boot()
    const both = await Promise.all([submit(life, 'a'), submit(life, 'b')])
    const makers = await life.until(Promise.all(both.map(async handle => (await handle.result()).by)))
    expect(makers).toEqual(['task/a', 'task/b'])
    expect(await maker(life, 'c')).toBe('task/b')
  })

  test('once its time to live is over', async () => {
    const simulation = world({}, () => brief)
    const life = await simulation.boot()
    await maker(life, 'a', { of: brief })
    await simulation.pass(life, 50)
    expect(await maker(life, 'b', { of: brief })).toBe('task/a')
    await simulation.pass(life, 100)
    expect(await maker(life, 'c', { of: brief })).toBe('task/c')
  })

  test('and a result that was handed on lives no longer for it', async () => {
    const simulation = world({}, () => brief)
    const life = await simulation.boot()
    await maker(life, 'a', { of: brief })
    await simulation.pass(life, 60)
    expect(await maker(life, 'b', { of: brief })).toBe('task/a')
    await simulation.pass(life, 60)
    expect(await maker(life, 'c', { of: brief })).toBe('task/c')
  })
})

describe('a refresh', () => {
  test('puts the new result in the place of the old one', async () => {
    const life = await world().boot()
    await maker(life, 'a')
    await maker(life, 'b', { cache: 'refresh' })
    expect(await maker(life, 'c')).toBe('task/b')
  })

  test('that fails leaves the old one', async () => {
    const life = await world().boot()
    await maker(life, 'a')
    const handle = await submit(life, 'b', { cache: 'refresh' })
    await life.until(handle.cancel())
    expect(await maker(life, 'c')).toBe('task/a')
  })
})

describe('a bypass', () => {
  test('keeps nothing', async () => {
    const life = await world().boot()
    await maker(life, 'a', { cache: 'bypass' })
    expect(await maker(life, 'b')).toBe('task/b')
  })
})

test('a definition of another version, or that keeps results for longer, is not the one that is registered', async () => {
  const life = await world().boot()
  for (const of of [jobOf('2'), jobOf('1', 5)])
    expect(await codeOf(life, life.runtime.submit(of, { text: 'hello' }))).toBe('ALREADY_REGISTERED')
  expect(await maker(life, 'b', { of: jobOf() })).toBe('task/b')
})

test('a use that does not exist is refused', async () => {
  const life = await world().boot()
  const odd = life.runtime.submit(job, { text: 'hello' }, { cache: 'always' as 'use' })
  expect(await codeOf(life, odd)).toBe('INPUT_INVALID')
})

describe('another version', () => {
  test('has results of its own, and the old ones again when it is back', async () => {
    const versions = [jobOf('1'), jobOf('2'), jobOf('1')]
    const simulation = world({}, life => versions[life.number - 1] as Job)
    const makers: string[] = []
    for (const [index, of] of versions.entries()) {
      const life = await simulation.boot()
      makers.push(await maker(life, `t${index}`, { of }))
      await simulation.drain(life)
      simulation.kill()
    }
    expect(makers).toEqual(['task/t0', 'task/t1', 'task/t0'])
  })
})

describe('in a workflow', () => {
  test('a step is given a result, and a mapper reads it', async () => {
    const life = await world().boot()
    const first = await life.until(life.runtime.start(chain, 'hello', { id: 'one' }))
    await life.until(first.result())
    const second = await life.until(life.runtime.start(chain, 'hello', { id: 'two' }))
    expect(await life.until(second.result())).toEqual({
      first: { said: 'hello', by: 'task/one/first' },
      second: { said: 'hello', by: 'task/two/second' },
    })
    expect(starts(life)).toEqual(['task/one/first', 'task/one/second', 'task/two/second'])
  })

  test.each([
    ['in memory', {}],
    ['in small turns, and never in memory for long', { batchDeliveries: 1, tail: 1, liveActors: 1, idle: 1 }],
  ])('an output is the same to whoever asks, whenever: %s', async (_, limits) => {
    const simulation = world(limits)
    const life = await simulation.boot()
    for (const id of ['one', 'two']) {
      const run = await life.until(life.runtime.start(chain, 'hello', { id }))
      await life.until(run.outcome())
    }
    await simulation.drain(life)
    simulation.kill()
    const next = await simulation.boot()
    const run = next.runtime.run('two')
    expect(await next.until(run.outcome())).toMatchObject({
      status: 'completed',
      outputs: { first: { by: 'task/one/first' }, second: { by: 'task/two/second' } },
    })
    expect((await submit(next, 'three')).info().cachedFrom).toBe('task/one/first')
    await simulation.drain(next)
  })

  test('a chain that is all there is no chain too long', async () => {
    const names = Array.from({ length: 30 }, (_, n) => `s${n}`)
    const steps = names.map((id, n) => ({
      id,
      task: job,
      input: { text: 'hello' },
      ...(n === 0 ? {} : { after: [`s${n - 1}`] }),
    }))
    const life = await world({ hops: 10 }).boot()
    await maker(life, 'a')
    const run = await life.until(life.runtime.startGraph(graph(steps), { id: 'run' }))
    const result = await life.until(run.result())
    expect(new Set(Object.values(result).map(value => (value as Said).by))).toEqual(new Set(['task/a']))
  })
})

describe('beside other tasks', () => {
  const items = ['x', 'z'].map(id => ({ task: job, id, input: { text: 'hello' } }))
  const after = { task: job, id: 'y', input: { text: 'hello' }, after: ['x'] }

  test.each([
    ['in memory', {}],
    ['in small turns, and never in memory for long', { batchDeliveries: 1, tail: 1, liveActors: 1, idle: 1 }],
  ])(
    'a group has the result, also in a later life; what waits for it goes on, and runs itself: %s',
    async (_, limits) => {
      const simulation = world(limits)
      const life = await simulation.boot()
      await maker(life, 'a')
      const group = await life.until(life.runtime.tasks.enqueueAll([...items, after], { id: 'g' }))
      const results = {
        x: { said: 'hello', by: 'task/a' },
        z: { said: 'hello', by: 'task/a' },
        y: { said: 'hello', by: 'task/y' },
      }
      expect(await life.until(group.result())).toEqual(results)
      await simulation.drain(life)
      simulation.kill()
      const next = await simulation.boot()
      expect(next.runtime.held()).toEqual([])
      expect(await next.until(next.runtime.tasks.group('g').result())).toEqual(results)
      await simulation.drain(next)
    },
  )

  test('a group that has not ended is brought back, with what was given in it', async () => {
    const simulation = world({ batchDeliveries: 2 })
    const life = await simulation.boot()
    await maker(life, 'a')
    await life.until(life.runtime.tasks.enqueueAll([...items, after], { id: 'g' }))
    simulation.kill()
    const next = await simulation.boot()
    expect(next.runtime.held()).toEqual([])
    const group = next.runtime.tasks.group('g')
    expect(Object.keys(await next.until(group.result()))).toEqual(['x', 'z', 'y'])
    await simulation.drain(next)
  })
})

describe('across process lives', () => {
  test('what is durable is given in the next one', async () => {
    const simulation = world()
    const life = await simulation.boot()
    await maker(life, 'a')
    simulation.kill()
    expect(await maker(await simulation.boot(), 'b')).toBe('task/a')
  })
})

describe('pruning', () => {
  test('takes the result with the task that made it; who was given it keeps it', async () => {
    const simulation = world()
    const life = await simulation.boot()
    await maker(life, 'a')
    await simulation.pass(life, 1_000)
    expect(await maker(life, 'b')).toBe('task/a')
    expect(life.runtime.prune({ olderThan: 500 })).toBe(1)
    expect(simulation.state.cached.size).toBe(0)
    expect(await life.until((await submit(life, 'b')).result())).toEqual({ said: 'hello', by: 'task/a' })
    expect(await maker(life, 'c')).toBe('task/c')
  })

  test('erases what somebody was given, wherever it was written', async () => {
    const simulation = world()
    const life = await simulation.boot()
    await maker(life, 'a', { text: 'a secret' })
    await maker(life, 'b', { text: 'a secret' })
    // Something that stays, so that no record is dropped.
    simulation.state.tailAfter = 0
    life.runtime.prune({ olderThan: 0 })
    expect(JSON.stringify(simulation.state.records)).not.toContain('a secret')
  })

  test('takes what has expired, and leaves the task that made it', async () => {
    const simulation = world({}, () => brief)
    const life = await simulation.boot()
    await maker(life, 'a', { of: brief })
    expect(simulation.state.cached.size).toBe(1)
    await simulation.pass(life, 100)
    expect(life.runtime.prune({ olderThan: '1h' })).toBe(0)
    expect(simulation.state.cached.size).toBe(0)
    expect((await submit(life, 'a', { of: brief })).status()).toBe('completed')
  })
})

test('a task that keeps nothing writes nothing of it', async () => {
  const simulation = world()
  const life = await simulation.boot()
  const handle = await life.until(life.runtime.submit(plain, { text: 'hello' }, { id: 'a' }))
  await life.until(handle.result())
  expect(simulation.state.cached.size).toBe(0)
  expect(simulation.state.records.map(record => decode(record).data)).not.toContainEqual(
    expect.objectContaining({ cache: expect.anything() as unknown }),
  )
})
