/** Checks know the types of the workflow that they are about. */
import * as fc from 'fast-check'
import { agent, task, workflow } from 'stator'
import {
  checkWorkflow,
  crashSweep,
  scenarioOf,
  world,
  type EndedRun,
  type Outside,
  type Report,
  type Swept,
} from 'stator/testing'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'

const input = z.object({ qty: z.int(), gift: z.boolean().default(false) })
const charge = task('charge', { input, output: z.object({ receipt: z.string() }) })
const order = workflow('order', { input }).step('charge', charge, ({ input: given }) => given)

test('inputs, ends and the world of a check', () => {
  expectTypeOf(checkWorkflow(order)).resolves.toEqualTypeOf<Report>()
  void checkWorkflow(order, {
    // What a start may leave out, an arbitrary may.
    input: fc.record({ qty: fc.nat() }),
    eventually: run => {
      expectTypeOf(run).toExtend<EndedRun<{ readonly charge: { receipt: string } }>>()
      expectTypeOf(run.outputs.charge).toEqualTypeOf<{ receipt: string } | undefined>()
      expectTypeOf(run.status).toEqualTypeOf<
        'completed' | 'failed' | 'cancelled' | 'compensated' | 'terminated'
      >()
      return run.status === 'completed'
    },
    always: {
      once: w => {
        expectTypeOf(w.count('charge')).toBeNumber()
        expectTypeOf(w.status).toEqualTypeOf<string | undefined>()
        return true
      },
    },
    agents: outside => {
      expectTypeOf(outside).toEqualTypeOf<Outside>()
      return [
        agent('ann').handle(charge, async () => ({ receipt: await outside.call<string>('pay', 1, 'key') })),
      ]
    },
    effects: { pay: world.idempotent({ output: fc.string(), ms: 3, failures: 1 }) },
    faults: ['crash', 'lost'],
  })
})

test('what does not fit is refused', () => {
  // @ts-expect-error: no such input
  void checkWorkflow(order, { input: fc.record({ quantity: fc.nat() }) })
  // @ts-expect-error: no such fault
  void checkWorkflow(order, { faults: ['flood'] })
  // @ts-expect-error: no such status
  void checkWorkflow(order, { eventually: run => run.status === 'done' })
  // @ts-expect-error: an input is needed
  void crashSweep(scenarioOf(order, {}))
  expectTypeOf(crashSweep(scenarioOf(order, { input: { qty: 1 } }))).resolves.toEqualTypeOf<Swept>()
})
