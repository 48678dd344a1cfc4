/** A user's own machine as a step of another workflow: what it gives, how it fails, and that it follows its parent, whatever crashes. */
import { assign, setup } from 'xstate'
import { expect, test } from 'vitest'
import { agent, fromTask, task, workflow } from 'stator'
import { crashSweep, type Life, type Scenario, type Setup, type Simulation } from 'stator/testing'
import { z } from 'zod'
import { good } from './support/play.ts'
import { worldOf } from './support/world.ts'

const n = z.object({ n: z.int() })
const double = task('double', { input: n, output: n })

const machine = setup({
  types: {} as { context: { n: number }; input: { n: number }; output: { doubled: number } },
  actors: { double: fromTask(double) },
}).createMachine({
  id: 'doubling',
  context: ({ input }) => ({ n: input.n }),
  initial: 'working',
  states: {
    working: {
      invoke: {
        src: 'double',
        input: ({ context }) => ({ n: context.n }),
        onDone: { target: 'resting', actions: assign({ n: ({ event }) => event.output.n }) },
      },
    },
    resting: { after: { 10: 'done' } },
    done: { type: 'final' },
  },
  output: ({ context }) => ({ doubled: context.n }),
})
const doubling = workflow('doubling', { machine, input: n })

const twice = workflow('twice', { input: n })
  .step('first', doubling)
  .step('second', doubling, ({ outputs }) => ({ n: outputs.first.doubled }))
const each = workflow('each', { input: z.object({ list: z.array(z.int()) }) }).map(
  'all',
  ({ input }) => input.list,
  doubling,
  { limit: 2, each: one => ({ n: one }) },
)
const after = workflow('after', { input: n })
  .step('before', double)
  .step('behind', doubling, ({ outputs }) => outputs.before)

/** A negative number cannot be doubled; each takes 5 ms. */
const setupOf = (life: Life): Setup => ({
  workflows: [doubling, twice, each, after],
  agents: [
    agent('ann', { capacity: 4 }).handle(
      double,
      life.handler(async ({ n: one }) => {
        await life.wait(5)
        if (one < 0) throw new Error('negative')
        return { n: 2 * one }
      }),
    ),
  ],
})

const world = (): Simulation => worldOf(setupOf)

test('its output is that of the step', async () => {
  const life = await world().boot()
  const run = await life.until(life.runtime.start(twice, { n: 3 }))
  expect(await life.until(run.result())).toEqual({ first: { doubled: 6 }, second: { doubled: 12 } })
  const list = await life.until(life.runtime.start(each, { list: [1, 2, 3] }))
  expect(await life.until(list.result())).toEqual({ all: [{ doubled: 2 }, { doubled: 4 }, { doubled: 6 }] })
})

test('what it fails with is the failure of the step', async () => {
  const life = await world().boot()
  const run = await life.until(life.runtime.start(twice, { n: -1 }))
  const outcome = await life.until(run.outcome())
  expect(outcome).toMatchObject({
    status: 'failed',
    error: { message: 'negative' },
    steps: { first: { status: 'failed' }, second: { status: 'blocked' } },
  })
})

test('it is paused with its parent, and goes on with it', async () => {
  const simulation = world()
  const life = await simulation.boot()
  const run = await life.until(life.runtime.start(twice, { n: 3 }))
  await life.until(run.pause())
  await simulation.pass(life, 1_000)
  expect(run.child('first').status()).toBe('paused.working')
  await life.until(run.resume())
  expect(await life.until(run.result())).toMatchObject({ second: { doubled: 12 } })
})

test('below a run that is paused it begins paused, and starts nothing', async () => {
  const simulation = world()
  const life = await simulation.boot()
  const run = await life.until(life.runtime.start(after, { n: 3 }))
  await life.until(run.pause())
  await simulation.pass(life, 1_000)
  expect(run.child('behind').status()).toBe('paused.working')
  expect(life.runtime.history({ types: ['task.done'] })).toHaveLength(1)
  await life.until(run.resume())
  expect(await life.until(run.result())).toMatchObject({ behind: { doubled: 12 } })
})

test('it is cancelled with its parent', async () => {
  const life = await world().boot()
  const run = await life.until(life.runtime.start(twice, { n: 3 }, { id: 'r' }))
  await life.until(run.cancel('no more'))
  expect(await life.until(run.outcome())).toMatchObject({
    status: 'cancelled',
    steps: { first: { status: 'cancelled' } },
  })
  expect(run.child('first').status()).toBe('cancelled')
})

const scenario: Scenario = {
  name: 'machines below a run',
  limits: { batchDeliveries: 2, tail: 4, liveActors: 1 },
  setup: setupOf,
  play: async life => {
    const run = await life.until(life.runtime.start(each, { list: [1, 2, 3] }, { id: 'run' }))
    return life.until(run.result())
  },
}

test('a crash anywhere changes nothing of it', async () => {
  const { writes, once } = await crashSweep(scenario, { seed: 7, twice: false, watchers: () => [good] })
  expect(once).toBe(writes * 7)
}, 120_000)
