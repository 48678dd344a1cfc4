/**
 * What if? A service goes on with its day, and beside it a fork of its journal is asked what would have come of another answer. In
 * the fork no code of an agent runs: one task is done by a mock, the other answered by hand.
 */
import assert from 'node:assert/strict'
import { agent, createRuntime, cursorOf, task, workflow, type RuntimeOptions } from 'stator'
import { sqlite } from 'stator/sqlite'
import { z } from 'zod'

const order = z.object({ order: z.string(), amount: z.number() })
const check = task('check', { input: order, output: z.object({ risk: z.number() }) })
const deliver = task('deliver', { input: order, output: z.string() })
const sale = workflow('sale', { input: order }).step('check', check).step('deliver', deliver)

const delivered: string[] = []
const clerk = agent('clerk')
  .handle(check, ({ amount }) => ({ risk: amount / 1_000 }))
  .handle(deliver, (input, ctx) => {
    delivered.push(ctx.task)
    return `${input.order} is on its way`
  })
const service: RuntimeOptions = { agents: [clerk], workflows: [sale] }

await using runtime = await createRuntime({ ...service, journal: sqlite('service.db') })
const run = await runtime.start(sale, { order: 'A-17', amount: 900 }, { id: 'A-17' })
console.log('what was:    ', JSON.stringify(await run.result()))

// The moment at which the check was started, and nobody had answered yet.
const [started] = runtime.history({ types: ['task.started'], actor: 'task/A-17/check' })
assert.ok(started !== undefined)

const journal = runtime.fork({ at: cursorOf(started), into: sqlite('what-if.db') })
const mocks = { deliver: () => 'nothing is on its way' }
await using fork = await createRuntime({ ...service, journal, effects: mocks })
console.log('forked at:   ', fork.status().origin?.seq, 'of', runtime.status().position)

const [open] = fork.effects.open()
console.log('open there:  ', open?.task, JSON.stringify(open?.input))
await fork.effects.complete('A-17/check', { risk: 0.1 })
const other = await fork.run(sale, 'A-17').result()
console.log('what if:     ', JSON.stringify(other))

assert.deepEqual(other, { check: { risk: 0.1 }, deliver: 'nothing is on its way' })
assert.deepEqual(await run.result(), { check: { risk: 0.9 }, deliver: 'A-17 is on its way' })
assert.deepEqual(delivered, ['task/A-17/deliver'], 'once, and not by the fork')
