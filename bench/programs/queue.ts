/** W3: n jobs submitted at once, with the four priorities in turn, for an agent that has room for ten. */
import { PRIORITIES } from 'stator'
import type { Params, Sample } from '../case.ts'
import { queueSamples } from '../load.ts'
import { noop, open, worker } from './noop.ts'

const WORKERS = 10

export async function program(params: Params): Promise<readonly Sample[]> {
  const runtime = await open(params, { agents: [worker(WORKERS)] })
  const samples = await queueSamples(params.n, () =>
    Promise.all(
      Array.from({ length: params.n }, async (_, index) => {
        const priority = PRIORITIES[index % PRIORITIES.length] ?? 'normal'
        const job = await runtime.submit(noop, index, { priority, whenFull: 'wait' })
        return job.result()
      }),
    ),
  )
  await runtime.close()
  return samples
}
