/**
 * W7: memory with n idle actors. `parked` looks at the process that parked them, `restarted` at the next process life, which finds
 * them parked and never had them in memory.
 */
import type { Params, Sample } from '../case.ts'
import { run } from '../process.ts'
import { memoryInUse, memorySamples } from '../rss.ts'
import { begin, populate } from './population.ts'

export async function program(params: Params): Promise<readonly Sample[]> {
  const { n, mode } = params
  if (mode === 'restarted') await run('programs/population', params)
  const before = await memoryInUse()
  const runtime = await begin(params, mode === 'parked' || mode === 'restarted' ? 1 : 10 * n)
  if (mode !== 'restarted') await populate(runtime, params)
  const after = await memoryInUse()
  const { actors } = runtime.status()
  await runtime.close()
  return [...memorySamples(before, after, n), { metric: 'actors_in_memory', value: actors }]
}
