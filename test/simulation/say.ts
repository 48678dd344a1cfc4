/** Say: how an order is put to a runtime. It says it once, and leaves to others what comes of it. */
import type { Address } from '../../src/messages/address.ts'
import type { SubmitOptions } from '../../src/runtime/options.ts'
import type { Life } from '../../src/testing/host/life.ts'
import { keptIn } from './company.ts'
import { WORKFLOWS, type Declared } from './plans.ts'
import type { Order } from './world.ts'

/** Says it; what is more than 0 makes it other work under the same name. */
export async function say(
  order: Order,
  life: Life,
  more: number,
  start: number,
): Promise<{ address: Address }> {
  const { runtime } = life
  const { name, named, priority, whenFull } = order
  const options: SubmitOptions = {
    priority,
    whenFull,
    ...(named === 'key' ? {} : { id: name }),
    ...(named === 'id' ? {} : { idempotencyKey: `key-${name}` }),
  }
  if (order.kind === 'workflow') {
    const { workflow } = (WORKFLOWS[order.index] as { mine: Declared }).mine
    return runtime.start(workflow, `begin${more}`, options)
  }
  if (order.kind === 'graph') {
    const { graph } = order.planned
    const steps = graph.plan.steps.map(step => (more === 0 ? step : { ...step, timeout: 99_999 }))
    return runtime.startGraph({ ...graph, plan: { ...graph.plan, steps } }, options)
  }
  const { job, given, startAt, agent, cache, queue, key } = order
  return runtime.submit(
    job === 'kept' ? keptIn(life) : job,
    { ...given, n: given.n + more },
    {
      ...options,
      ...(startAt === undefined ? {} : { startAt: start + startAt }),
      ...(agent === undefined ? {} : { agent }),
      ...(cache === undefined ? {} : { cache }),
      ...(queue === undefined ? {} : { queue }),
      ...(key === undefined ? {} : { key }),
    },
  )
}
