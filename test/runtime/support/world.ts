/** One process of one simulation, for tests that look at a single promise. */
import { agent, task, type Handler, type Limits, type TaskDefinition, type TaskOptions } from 'stator'
import { z } from 'zod'
import type { MemoryState } from '../../../src/runtime/memory-journal.ts'
import { invariants, Simulation, type Life, type SimulatedHandler, type Setup } from 'stator/testing'

export const text = z.object({ text: z.string() })

/** A world with these definitions, not yet started. `watched` is false where its handlers also work for others than its own runtime. */
export function worldOf(
  setup: (life: Life) => Setup,
  options: { seed?: number; limits?: Partial<Limits>; state?: MemoryState; watched?: boolean } = {},
): Simulation {
  const { seed = 1, limits = {}, state, watched = true } = options
  return new Simulation({ seed, limits, setup, watchers: watched ? invariants() : [] }, state)
}

type Text = typeof text
type Said = z.infer<Text>
type Job = TaskDefinition<Said>

/** One task, one agent, one handler. */
export function single(
  run: SimulatedHandler<Said, unknown>,
  options: Omit<TaskOptions<Text, z.ZodUnknown>, 'input'> & {
    capacity?: number
    limits?: Partial<Limits>
    watched?: boolean
  } = {},
): { world: Simulation; job: Job } {
  const { capacity = 1, limits = {}, watched = true, ...policies } = options
  const job: Job = task('job', { input: text, ...policies })
  const setup = (life: Life): Setup => ({
    agents: [agent('ann', { capacity }).handle(job, life.handler(run) as Handler<Said, unknown>)],
  })
  return { world: worldOf(setup, { limits, watched }), job }
}

/** The code of the error that a promise rejects with. */
export async function codeOf(life: Life, promise: Promise<unknown>): Promise<string> {
  try {
    await life.until(promise)
    return 'none'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}
