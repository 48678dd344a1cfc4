/** W1: n workflows of sequential steps, each step a task that an agent executes, in a closed loop; `graph`: as data. */
import type { Params, Sample } from '../case.ts'
import { chainSamples, STEPS } from '../load.ts'
import { chainGraph, chainOf, open, worker } from './noop.ts'

export async function program(params: Params): Promise<readonly Sample[]> {
  const chain = chainOf(STEPS)
  const data = chainGraph(STEPS)
  const runtime = await open(params, { agents: [worker()], workflows: [chain] })
  const before = runtime.status().position
  const samples = await chainSamples(params.n, async index => {
    const run = params.mode === 'graph' ? await runtime.startGraph(data) : await runtime.start(chain, index)
    return run.result()
  })
  const records = runtime.status().position - before
  await runtime.close()
  return [...samples, { metric: 'records_per_step', value: records / (params.n * STEPS) }]
}
