/** W5: one workflow at a time, of growing length: does a step cost more the longer the workflow? `graph`: as data. */
import type { Params, Sample } from '../case.ts'
import { growthSamples, lengthsUpTo } from '../load.ts'
import { chainGraph, chainOf, open, worker } from './noop.ts'

export async function program(params: Params): Promise<readonly Sample[]> {
  const chains = new Map([...lengthsUpTo(params.n)].map(length => [length, chainOf(length)]))
  const graphs = new Map([...chains.keys()].map(length => [length, chainGraph(length)]))
  const runtime = await open(params, { agents: [worker()], workflows: [...chains.values()] })
  const samples = await growthSamples(params.n, async length => {
    const chain = chains.get(length)
    const data = graphs.get(length)
    if (chain === undefined || data === undefined) throw new Error(`no chain of ${length}`)
    const run = params.mode === 'graph' ? await runtime.startGraph(data) : await runtime.start(chain, length)
    return run.result()
  })
  await runtime.close()
  return samples
}
