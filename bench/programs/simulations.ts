/**
 * W8: simulated runs of a workflow through all faults, one after the other, as a test of a user plays them: `five` steps in a row that no
 * crash may disturb, or the `order` of the documentation. In memory, in virtual time.
 */
import * as fc from 'fast-check'
import { task, workflow, type TaskDefinition } from 'stator'
import { checkWorkflow, world } from 'stator/testing'
import { z } from 'zod'
import type { Params, Sample } from '../case.ts'
import { cost } from '../load.ts'

const input = z.object({ qty: z.int() })
const retry = { maxAttempts: 3 }
type Job = TaskDefinition<z.infer<typeof input>>
const job = (name: string): Job => task(name, { input, retry, timeout: '10s' })

const five = workflow('five', { input })
  .step('one', job('first'))
  .step('two', job('second'))
  .step('three', job('third'))
  .step('four', job('fourth'))
  .step('five', job('fifth'))
const order = workflow('order', { input }).step('charge', job('charge')).step('ship', job('ship'))

const common = {
  input: fc.record({ qty: fc.nat(5) }),
  faults: 'all',
  regressions: false,
  seed: 1,
} as const

export async function program({ n, mode }: Params): Promise<readonly Sample[]> {
  const check = async (runs: number): Promise<unknown> =>
    mode === 'five'
      ? checkWorkflow(five, {
          ...common,
          runs,
          // One run of the workflow a simulation; the other has one or two, as a user's has.
          together: 1,
          eventually: s => s.status === 'completed',
        })
      : checkWorkflow(order, {
          ...common,
          runs,
          effects: { charge: world.idempotent(), ship: world.flaky() },
          always: { noDoubleCharge: w => w.count('charge') <= 1 },
          eventually: s => s.status === 'completed',
        })
  const { ms, cpuMs } = await cost(() => check(n))
  return [
    { metric: 'runs_per_s', value: (n * 1_000) / ms },
    { metric: 's', value: ms / 1_000 },
    { metric: 'cpu_us_per_run', value: (cpuMs * 1_000) / n },
  ]
}
