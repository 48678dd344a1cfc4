/** W3 with half as many agents as jobs, each with room for one: jobs for any of their role, and jobs that name theirs. */
import { agent, task } from 'stator'
import { z } from 'zod'
import type { Params, Sample } from '../case.ts'
import { crowdSamples } from '../load.ts'
import { submit } from './jobs.ts'
import { open } from './noop.ts'

const role = 'worker'
const job = task('job', { input: z.number(), output: z.number(), role })
const idOf = (index: number): string => `agent-${index}`

export async function program(params: Params): Promise<readonly Sample[]> {
  const agents = Math.ceil(params.n / 2)
  const runtime = await open(params, {})
  const samples = await crowdSamples(params.n, agents, {
    register: index => runtime.agents.register(agent(idOf(index), { role }).handle(job, async n => n)),
    anyone: async index => (await submit(runtime, index, job)).result(),
    named: async (index, to) => (await submit(runtime, index, job, { agent: idOf(to) })).result(),
  })
  await runtime.close()
  return samples
}
