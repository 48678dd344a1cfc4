/** A run goes on only with the definition that wrote it; without it the run is held, and nothing of it is lost. */
import { describe, expect, test } from 'vitest'
import { agent, graph, task, workflow, type AnyWorkflow } from 'stator'
import { Simulation, type Life, type Setup } from 'stator/testing'
import { z } from 'zod'
import { emptyMemory } from '../../src/runtime/memory-journal.ts'
import { decode, encode } from '../../src/runtime/record.ts'
import { codeOf } from './support/world.ts'

const number = z.object({ n: z.int() })
const add = task('add', { input: number, output: number })
const twice = workflow('twice', { input: number })
  .step('one', add)
  .step('two', add, ({ outputs }) => ({ n: outputs.one.n }))
/** Its run has begun the first step: another one is not for it. */
const changed = workflow('twice', { input: number }).step('other', add).step('two', add)
const bystander = workflow('bystander', { input: number }).step('only', add)

const holder: { known: readonly AnyWorkflow[] } = { known: [] }

const setup = (life: Life): Setup => ({
  agents: [
    agent('ann', { capacity: 5 }).handle(
      add,
      life.handler(async ({ n }) => {
        await life.wait(1_000)
        return { n: n + 1 }
      }),
    ),
  ],
  workflows: holder.known as readonly never[],
})

const all = [twice, bystander] as unknown as readonly AnyWorkflow[]
const without = [bystander] as unknown as readonly AnyWorkflow[]
const other = [changed, bystander] as unknown as readonly AnyWorkflow[]

const inTail = { idle: 1_000_000 }

describe.each([
  ['after a crash, from the tail', inTail, 'die'],
  ['after a crash, from a checkpoint', { idle: 1 }, 'die'],
  ['after a close', {}, 'close'],
] as const)('%s', (_, limits, end) => {
  test.each([
    ['is not registered', without],
    ['was changed', other],
  ])('a run whose workflow %s is held, the others go on, and later it goes on too', async (__, known) => {
    const world = new Simulation({ seed: 1, limits, setup })
    holder.known = all
    const first = await world.boot()
    await first.until(first.runtime.start(twice, { n: 0 }, { id: 'run' }))
    await first.until(first.runtime.start(bystander, { n: 5 }, { id: 'by' }))
    await world.pass(first, 100)
    if (end === 'close') await first.until(first.runtime.close())
    first.die()

    holder.known = known
    const second = await world.boot()
    // Whether the changed one could go on with it cannot be told as long as there is a tail that only the first can fold.
    const isLookedAt = known === other && limits !== inTail
    const code = isLookedAt ? 'UPGRADE_REFUSED' : 'VERSION_MISSING'
    expect(second.runtime.held()).toMatchObject([{ address: 'workflow/run', code }])
    expect(await codeOf(second, second.runtime.run('run').result())).toBe('HELD')
    expect(second.runtime.run('run').status()).toBe('held')
    expect(() => second.runtime.run('run').current()).toThrow(expect.objectContaining({ code: 'HELD' }))
    expect(await codeOf(second, second.runtime.run('run').progress().next())).toBe('HELD')
    expect(await codeOf(second, second.runtime.release('workflow/run'))).toBe('HELD')
    const refused = second.runtime
      .run('run')
      .cancel()
      .catch((error: unknown) => error)
    expect(await second.until(refused)).toMatchObject({ code: 'HELD', details: { code } })
    expect(second.runtime.held()[0]?.reason).toMatch(/version 1 \([\w-]+\) is not registered|steps that/)
    expect(await second.until(second.runtime.run(bystander, 'by').result())).toEqual({ only: { n: 6 } })
    // Its running step ends meanwhile, and the hub has all the time in the world.
    await world.drain(second)
    expect(second.runtime.actors.get('workflow/run')).toMatchObject({ state: 'held', alive: true })
    if (end === 'close') await second.until(second.runtime.close())
    second.die()

    holder.known = all
    const third = await world.boot()
    expect(third.runtime.held()).toEqual([])
    expect(await third.until(third.runtime.run(twice, 'run').result())).toEqual({
      one: { n: 1 },
      two: { n: 2 },
    })
    expect(world.broken).toEqual([])
  })
})

describe('a graph as data', () => {
  test('needs its tasks, not the code that chose them', async () => {
    const world = new Simulation({ seed: 1, setup })
    holder.known = all
    const first = await world.boot()
    const plan = graph([
      { id: 'a', task: add, input: { n: 1 } },
      { id: 'b', task: add, bind: { n: 'a' }, after: ['a'] },
    ])
    expect(await codeOf(first, first.runtime.startGraph(plan, { id: 'g' }))).toBe('none')
    first.die()
    const second = await world.boot()
    const outcome = await second.until(second.runtime.run('g').outcome())
    // The output of `a` is an object, which is no n: known only now, and a failure of that step alone.
    expect(outcome).toMatchObject({ status: 'failed', steps: { b: { error: { code: 'INPUT_INVALID' } } } })
    expect(outcome.outputs).toEqual({ a: { n: 2 } })
  })
})

describe('a history that its machine would not have written', () => {
  test('holds the run as diverged; what is in the journal stays', async () => {
    const state = emptyMemory()
    const world = new Simulation({ seed: 1, limits: { idle: 1_000_000 }, setup }, state)
    holder.known = all
    const first = await world.boot()
    await first.until(first.runtime.start(twice, { n: 0 }, { id: 'run' }))
    await first.until(first.runtime.start(bystander, { n: 5 }, { id: 'by' }))
    await world.pass(first, 100)
    first.die()
    forge(state)
    const second = await world.boot()
    expect(second.runtime.held()).toMatchObject([{ address: 'workflow/run', code: 'REPLAY_DIVERGED' }])
    expect(await codeOf(second, second.runtime.run('run').outcome())).toBe('HELD')
    expect(await second.until(second.runtime.run(bystander, 'by').result())).toEqual({ only: { n: 6 } })
    expect(second.runtime.verify()).toBeNull()
  })
})

/** As if the run had first asked for another step. */
function forge(state: ReturnType<typeof emptyMemory>): void {
  let sum = 0
  state.records = state.records.map(record => {
    const signal = decode(record)
    const to = signal.to === 'task/run/one' ? 'task/run/two' : signal.to
    const forged = encode({ ...signal, to }, sum)
    sum = forged.sum
    return forged
  })
}
