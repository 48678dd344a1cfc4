/** W3 at half load: n jobs at once tell what the queue can do; then n more arrive at half of that rate, whether or not others are done. */
import type { Params, Sample } from '../case.ts'
import { halfLoadSamples, WORKERS } from '../load.ts'
import { submit } from './jobs.ts'
import { open, worker } from './noop.ts'

export async function program(params: Params): Promise<readonly Sample[]> {
  const runtime = await open(params, { agents: [worker(WORKERS)] })
  const samples = await halfLoadSamples(params.n, async (index, acknowledged) => {
    const job = await submit(runtime, index)
    acknowledged()
    await job.result()
  })
  await runtime.close()
  return samples
}
