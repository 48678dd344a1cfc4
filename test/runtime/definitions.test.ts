/** What is not usable is refused to whoever brings it, with a code; the hub and everybody else go on. */
import { describe, expect, test } from 'vitest'
import {
  agent,
  createRuntime,
  graph,
  task,
  workflow,
  type Address,
  type AgentDefinition,
  type AnyTask,
  type Json,
  type SubmitOptions,
  type TaskGraph,
} from 'stator'
import type { Life } from 'stator/testing'
import { z } from 'zod'
import type { SendOptions } from '../../src/runtime/options.ts'
import { codeOf, worldOf } from './support/world.ts'

const job = task('job')
const flow = workflow('flow').step('one', job)

async function booted(): Promise<Life> {
  const world = worldOf(life => ({
    agents: [
      agent('ann', { capacity: 5 }).handle(
        job,
        life.handler(input => input as Json),
      ),
    ],
    workflows: [flow],
  }))
  return world.boot()
}

/** The hub takes work and does it. */
async function works(life: Life): Promise<void> {
  const handle = await life.until(life.runtime.submit(job, 'ping'))
  expect(await life.until(handle.result())).toBe('ping')
}

describe('a graph that comes as data is checked whole', () => {
  const step = (more: object = {}): object => ({ name: 'a', task: 'job', after: [], lanes: [], ...more })
  const plan = (steps: unknown, more: object = {}): object => ({
    steps,
    lanes: [],
    onFailure: 'continue',
    ...more,
  })
  test.each<[string, unknown, string]>([
    ['no plan', undefined, 'DEFINITION_INVALID'],
    ['text', 'plan', 'DEFINITION_INVALID'],
    ['no steps', plan(undefined), 'DEFINITION_INVALID'],
    ['a step that is nothing', plan([null]), 'DEFINITION_INVALID'],
    ['no lanes', { steps: [step()], onFailure: 'continue' }, 'DEFINITION_INVALID'],
    ['a lane without a place', plan([step()], { lanes: [0] }), 'DEFINITION_INVALID'],
    ['no word on failures', { steps: [step()], lanes: [] }, 'DEFINITION_INVALID'],
    ['an unknown word on failures', plan([step()], { onFailure: 'shrug' }), 'DEFINITION_INVALID'],
    ['a step without dependencies', plan([step({ after: undefined })]), 'DEFINITION_INVALID'],
    ['a step without lanes', plan([step({ lanes: undefined })]), 'DEFINITION_INVALID'],
    ['a step after minus one', plan([step({ after: [-1] })]), 'DEFINITION_INVALID'],
    ['a step after a name', plan([step({ after: ['a'] })]), 'DEFINITION_INVALID'],
    ['a step after one that is not there', plan([step({ after: [7] })]), 'DEPENDENCY_UNKNOWN'],
    ['a step in the lane minus one', plan([step({ lanes: [-1] })]), 'DEFINITION_INVALID'],
    ['a step in a lane that is not there', plan([step({ lanes: [0] })]), 'DEFINITION_INVALID'],
    ['a step after itself', plan([step({ after: [0] })]), 'CYCLE'],
    ['two steps after each other', plan([step({ after: [1] }), step({ name: 'b', after: [0] })]), 'CYCLE'],
    ['a name used twice', plan([step(), step()]), 'DEFINITION_INVALID'],
    ['a name that is no part of an address', plan([step({ name: '../a' })]), 'ADDRESS_INVALID'],
    ['a word that nobody knows', plan([step({ afters: [] })]), 'DEFINITION_INVALID'],
    ['a bad retry policy', plan([step({ retry: { maxAttempts: 0 } })]), 'DEFINITION_INVALID'],
    ['a timeout below nothing', plan([step({ timeout: -1 })]), 'DEFINITION_INVALID'],
    ['a binding to what it does not wait for', plan([step({ bind: { x: 0 } })]), 'DEFINITION_INVALID'],
    [
      'a binding into text',
      plan([step(), step({ name: 'b', after: [0], input: 'x', bind: { x: 0 } })]),
      'DEFINITION_INVALID',
    ],
    ['a task that nobody knows', plan([step({ task: 'nobody' })]), 'TASK_UNHANDLED'],
  ])('%s is refused, and nothing is recorded', async (_, given, code) => {
    const life = await booted()
    const { position } = life.runtime.status()
    const bad = { kind: 'graph', plan: given } as TaskGraph
    expect(await codeOf(life, life.runtime.startGraph(bad))).toBe(code)
    expect(life.runtime.status().position).toBe(position)
    await works(life)
  })

  test('one that passed through JSON runs as the one that was declared', async () => {
    const life = await booted()
    const declared = graph(
      [
        { id: 'a', task: job, input: 1, group: 'g' },
        {
          id: 'b',
          task: job,
          input: { more: 2 },
          bind: { one: 'a', many: ['a'] },
          timeout: '1m',
          retry: { maxAttempts: 2 },
        },
      ],
      { limit: 1, groups: { g: { limit: 1 } } },
    )
    const read = JSON.parse(JSON.stringify(declared)) as TaskGraph
    const run = await life.until(life.runtime.startGraph(read))
    expect(await life.until(run.result())).toEqual({ a: 1, b: { more: 2, one: 1, many: [1] } })
  })
})

describe('what a submission is given beside its input is refused where it is not meant', () => {
  test.each<[string, unknown]>([
    ['no options', null],
    ['a start at no time', { startAt: Number.NaN }],
    ['a start that never comes', { startAt: Number.POSITIVE_INFINITY }],
    ['a start in words', { startAt: '2030-01-01' }],
    ['a start as a BigInt', { startAt: 5n }],
    ['a start at nothing', { startAt: null }],
    ['a start at a date that is none', { startAt: new Date(Number.NaN) }],
    ['metadata in words', { metadata: 'x' }],
    ['metadata in a list', { metadata: [1] }],
    ['metadata of nothing', { metadata: null }],
    ['an unknown wish for a full inbox', { whenFull: 'bogus' }],
    ['a key that is an object', { idempotencyKey: {} }],
    ['a key that is a symbol', { idempotencyKey: Symbol('k') }],
    ['a key that is nothing', { idempotencyKey: null }],
    ['a key without a character', { idempotencyKey: '' }],
    ['a key of 201 characters', { idempotencyKey: 'k'.repeat(201) }],
    ['an unknown priority', { priority: 'urgent' }],
  ])('%s', async (_, given) => {
    const life = await booted()
    const { position } = life.runtime.status()
    const options = given as SubmitOptions
    expect(await codeOf(life, life.runtime.submit(job, 1, options))).toBe('INPUT_INVALID')
    expect(await codeOf(life, life.runtime.start(flow, 1, options))).toBe('INPUT_INVALID')
    expect(await codeOf(life, life.runtime.startGraph(graph([]), options))).toBe('INPUT_INVALID')
    expect(life.runtime.status().position).toBe(position)
    await works(life)
  })

  test('a message that is sent takes options and a sender, or none', async () => {
    const life = await booted()
    const { runtime } = life
    const pause = { type: 'agent.pause', to: 'agent/ann' } as const
    for (const options of [null, { whenFull: 'bogus' }])
      expect(await codeOf(life, runtime.send(pause, options as SendOptions))).toBe('INPUT_INVALID')
    const nobody = { ...pause, from: undefined } as unknown as typeof pause
    expect(await life.until(runtime.send(nobody))).toMatchObject({ from: 'client/local' })
  })

  test.each<[string, (now: number) => number | Date, number]>([
    ['milliseconds', now => now + 5_000, 5_000],
    ['milliseconds and a part of one', now => now + 4_999.6, 5_000],
    ['a date', now => new Date(now + 5_000), 5_000],
    ['the past', () => -0.2, 0],
  ])('a start may be given as %s, and is the same after a crash', async (_, at, wait) => {
    const life = await booted()
    const { simulation: world } = life
    const now = world.clock.now()
    await life.until(life.runtime.submit(job, 1, { id: 'one', startAt: at(now) }))
    const created = life.runtime.history({ types: ['task.create'] })
    // Not loosely: there is a zero that JSON does not know.
    expect(created.map(({ data }) => data)).toStrictEqual([
      { task: 'job', input: 1, startAt: wait === 0 ? 0 : now + wait },
    ])
    life.die()
    const next = await world.boot()
    expect(await next.until(next.runtime.task('one').result())).toBe(1)
    expect(next.runtime.held()).toEqual([])
    expect(world.ledger.of('start')[0]?.at ?? 0).toBeGreaterThanOrEqual(now + wait)
  })
})

describe('what is no definition is refused as such', () => {
  const call = async (
    life: Life,
    name: 'submit' | 'start' | 'startGraph',
    ...args: unknown[]
  ): Promise<string> =>
    codeOf(life, Reflect.apply(life.runtime[name], life.runtime, args) as Promise<unknown>)

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a name', 'job'],
    ['an empty object', {}],
    ['something else', graph([]).plan],
    ['its JSON', JSON.parse(JSON.stringify(job))],
  ])('%s', async (_, given) => {
    const life = await booted()
    expect(await call(life, 'submit', given, 1)).toBe('DEFINITION_INVALID')
    expect(await call(life, 'start', given, 1)).toBe('DEFINITION_INVALID')
    expect(await call(life, 'startGraph', given)).toBe('DEFINITION_INVALID')
    const { agents } = life.runtime
    expect(await codeOf(life, agents.register(given as AgentDefinition))).toBe('DEFINITION_INVALID')
    for (const options of [{ agents: [given] }, { tasks: [given] }, { workflows: [given] }])
      await expect(createRuntime(options as object)).rejects.toMatchObject({ code: 'DEFINITION_INVALID' })
    await works(life)
  })
})

test('what looks like an agent and is none does not reach the hub', async () => {
  const life = await booted()
  const { kind, handlers } = agent('x')
  for (const skills of [[1n], undefined]) {
    const looks = { kind, handlers, id: 'x', skills, capacity: 1 } as unknown as AgentDefinition
    expect(await codeOf(life, life.runtime.agents.register(looks))).toBe('DEFINITION_INVALID')
  }
  await works(life)
})

describe('what is refused leaves no trace', () => {
  const mine = (id: string, ...tasks: AnyTask[]): AgentDefinition =>
    tasks.reduce<AgentDefinition>((all, one) => all.handle(one as typeof job, () => id), agent(id))

  test('a task that nobody handles is not registered by submitting it', async () => {
    const life = await booted()
    expect(await codeOf(life, life.runtime.submit(task('later'), 1))).toBe('TASK_UNHANDLED')
    const later = task('later')
    await life.until(life.runtime.agents.register(mine('bob', later)))
    const handle = await life.until(life.runtime.submit(later, 1))
    expect(await life.until(handle.result())).toBe('bob')
  })

  test('no task of an agent whose second task is taken is registered', async () => {
    const life = await booted()
    const { runtime } = life
    const refused = mine('bob', task('first'), task('job'))
    expect(await codeOf(life, runtime.agents.register(refused))).toBe('ALREADY_REGISTERED')
    expect(runtime.agents.get('bob')).toBeUndefined()
    const first = task('first')
    await life.until(runtime.agents.register(mine('bob', first)))
    expect(await codeOf(life, runtime.submit(first, 1))).toBe('none')
  })

  test('a workflow whose steps mean two tasks by one name is refused', async () => {
    const two = workflow('two').step('a', task('x')).step('b', task('x'))
    await expect(createRuntime({ workflows: [two] })).rejects.toMatchObject({ code: 'ALREADY_REGISTERED' })
  })
})

describe('a name is free again', () => {
  const bob = (name: string): AgentDefinition => agent('bob').handle(task(name), () => 'bob')

  test('once the agent that held its task is unregistered', async () => {
    const life = await booted()
    const { agents } = life.runtime
    const again = task('again')
    await life.until(agents.register(agent('eve').handle(again, () => 'eve')))
    expect(await codeOf(life, agents.register(bob('again')))).toBe('ALREADY_REGISTERED')
    await life.until(agents.unregister('eve'))
    expect(await codeOf(life, life.runtime.submit(again, 1))).toBe('TASK_UNHANDLED')
    expect(await codeOf(life, life.runtime.submit(task('again', { timeout: 1 }), 1))).toBe('TASK_UNHANDLED')
    expect(await codeOf(life, agents.register(bob('again')))).toBe('none')
  })

  test('not while another agent, a workflow or an option holds its task', async () => {
    const [shared, stepped, named] = [task('shared'), task('stepped'), task('named')]
    const world = worldOf(life => ({
      agents: ['ann', 'eve'].map(id =>
        agent(id)
          .handle(
            shared,
            life.handler(() => id),
          )
          .handle(
            stepped,
            life.handler(() => id),
          )
          .handle(
            named,
            life.handler(() => id),
          ),
      ),
      workflows: [workflow('w').step('a', stepped)],
      tasks: [named],
    }))
    const life = await world.boot()
    const { agents } = life.runtime
    await life.until(agents.unregister('eve'))
    for (const name of ['shared', 'stepped', 'named'])
      expect(await codeOf(life, agents.register(bob(name)))).toBe('ALREADY_REGISTERED')
    await life.until(agents.unregister('ann'))
    for (const name of ['stepped', 'named'])
      expect(await codeOf(life, agents.register(bob(name)))).toBe('ALREADY_REGISTERED')
    expect(await codeOf(life, agents.register(bob('shared')))).toBe('none')
  })

  test('and a graph that runs waits for whoever takes it', async () => {
    const life = await booted()
    const { runtime } = life
    const last = task('last')
    await life.until(runtime.agents.register(agent('eve').handle(last, () => 'eve')))
    const steps = graph([
      { id: 'a', task: job, input: 1 },
      { id: 'b', task: last, after: ['a'] },
    ])
    const started = life.until(runtime.startGraph(steps))
    await life.until(runtime.agents.unregister('eve'))
    const run = await started
    await life.simulation.drain(life)
    await life.until(runtime.agents.register(bob('last')))
    expect(await life.until(run.result())).toEqual({ a: 1, b: 'bob' })
  })
})

describe('another definition of a registered name', () => {
  const strict = task('strict', { input: z.object({ n: z.int().default(1) }), retry: { maxAttempts: 2 } })
  const other = (options: object = {}): typeof strict => task('strict', options) as unknown as typeof strict
  const boot = async (): Promise<Life> =>
    worldOf(life => ({
      agents: [
        agent('ann').handle(
          strict,
          life.handler(({ n }) => n),
        ),
      ],
    })).boot()

  test.each<[string, object]>([
    ['none', {}],
    ['another role', { role: 'qa', retry: { maxAttempts: 2 } }],
    ['another policy', { retry: { maxAttempts: 3 } }],
  ])('is refused where it has other policies: %s', async (_, options) => {
    const life = await boot()
    expect(await codeOf(life, life.runtime.submit(other(options), { n: 1 }))).toBe('ALREADY_REGISTERED')
  })

  test('is checked by the schema of the one that is registered', async () => {
    const life = await boot()
    const same = other({ input: z.string(), retry: { maxAttempts: 2 } })
    expect(await codeOf(life, life.runtime.submit(same, 'hello' as never))).toBe('INPUT_INVALID')
    const handle = await life.until(life.runtime.submit(same, {}))
    expect(await life.until(handle.result())).toBe(1)
  })
})

describe('an address', () => {
  test('of a step is as long as its run and its step may be, and the step can be told something', async () => {
    const endless = task('endless')
    const life = await worldOf(own => ({
      agents: [
        agent('ann').handle(
          endless,
          own.handler(async () => own.wait(1_000_000)),
        ),
      ],
    })).boot()
    const [id, name] = ['r'.repeat(200), 's'.repeat(200)]
    const steps = graph([{ id: name, task: endless }])
    const run = await life.until(life.runtime.startGraph(steps, { id }))
    const told = life.runtime.send({ type: 'task.cancel', to: `task/${id}/${name}` })
    expect(await life.until(told)).toMatchObject({ name: 'task.cancelled' })
    expect(await life.until(run.outcome())).toMatchObject({ status: 'failed' })
  })

  test.each([
    `task/${'r'.repeat(201)}/s`,
    `task/r/${'s'.repeat(201)}`,
    'task/r//s',
    `task/${'r/'.repeat(700)}s`,
  ])('is refused all the same with a part that nobody may have, or too many: %s', async to => {
    const life = await booted()
    const told = life.runtime.send({ type: 'task.cancel', to: to as Address })
    expect(await codeOf(life, told)).toBe('ADDRESS_INVALID')
  })

  test('of two parts is refused where one is wanted, and it says so', async () => {
    const { runtime } = await booted()
    expect(() => runtime.task('run/step')).toThrow(
      expect.objectContaining({
        code: 'ADDRESS_INVALID',
        details: expect.objectContaining({ id: 'run/step', expected: 'one part' }) as unknown,
      }),
    )
  })
})
