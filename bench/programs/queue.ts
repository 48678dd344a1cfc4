/** W3: n jobs submitted at once, with the four priorities in turn, for an agent that has room for ten. */
import type { Params, Sample } from '../case.ts'
import { queueSamples, WORKERS } from '../load.ts'
import { submit } from './jobs.ts'
import { open, worker } from './noop.ts'

export async function program(params: Params): Promise<readonly Sample[]> {
  const runtime = await open(params, { agents: [worker(WORKERS)] })
  const samples = await queueSamples(params.n, () =>
    Promise.all(
      Array.from({ length: params.n }, async (_, index) => {
        const job = await submit(runtime, index)
        return job.result()
      }),
    ),
  )
  await runtime.close()
  return samples
}
