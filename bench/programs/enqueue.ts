/** W3, enqueue only: n jobs submitted at once, with the four priorities in turn, until all are acknowledged. The agent is paused. */
import type { Params, Sample } from '../case.ts'
import { queueSamples } from '../load.ts'
import { submit } from './jobs.ts'
import { open, worker } from './noop.ts'

export async function program(params: Params): Promise<readonly Sample[]> {
  const runtime = await open(params, { agents: [worker()] })
  await runtime.agents.pause('worker')
  const samples = await queueSamples(params.n, () =>
    Promise.all(Array.from({ length: params.n }, (_, index) => submit(runtime, index))),
  )
  await runtime.close()
  return samples
}
