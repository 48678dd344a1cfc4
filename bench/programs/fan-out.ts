/** W2: one workflow of n parallel steps, which ends when all of them have; `graph`: as data. */
import { graph, workflow } from 'stator'
import { z } from 'zod'
import type { Params, Sample } from '../case.ts'
import { fanOutSamples } from '../load.ts'
import { noop, open, worker } from './noop.ts'

export async function program(params: Params): Promise<readonly Sample[]> {
  const wide = workflow('wide', { input: z.number() }).parallel('all', group => {
    let steps = group
    for (let step = 0; step < params.n; step++) steps = steps.step(`s${step}`, noop)
    return steps
  })
  const data = graph(
    Array.from({ length: params.n }, (_, step) => ({ id: `s${step}`, task: noop, input: 1 })),
  )
  const runtime = await open(params, { agents: [worker()], workflows: [wide] })
  const samples = await fanOutSamples(params.n, async () => {
    const run = params.mode === 'graph' ? await runtime.startGraph(data) : await runtime.start(wide, 1)
    return run.result()
  })
  await runtime.close()
  return samples
}
