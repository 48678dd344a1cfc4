/** Shelf: a world in which tasks work on shared values, for tests of what they promise. */
import { agent, sharedContext, task, workflow, type Handler } from 'stator'
import type { Life, Setup, SimulatedHandler, Simulation } from 'stator/testing'
import { z } from 'zod'
import { worldOf } from './world.ts'

export const board = sharedContext('board', {
  count: z.int(),
  notes: z.array(z.string()),
  plan: z.object({ goal: z.string(), steps: z.array(z.string()).default([]) }),
})
export const files = sharedContext('files', z.string())

const input = z.object({ n: z.int() })
export const work = task('work', { input, output: z.unknown(), retry: { maxAttempts: 3, jitter: 'none' } })
export const crew = workflow('crew', { input })
  .step('first', work, ({ input: { n } }) => ({ n }))
  .step('second', work, ({ input: { n } }) => ({ n: n + 1 }))

export type Work = SimulatedHandler<z.infer<typeof input>, unknown>

/** Two agents that do it, and all that they share. */
export const shelfSetup =
  (run: Work, capacity = 8) =>
  (life: Life): Setup => ({
    agents: ['ann', 'bob'].map(id =>
      agent(id, { capacity }).handle(work, life.handler(run) as Handler<{ n: number }, unknown>),
    ),
    workflows: [crew],
    contexts: [board, files],
  })

export function shelfOf(run: Work, options: { limits?: object; seed?: number } = {}): Simulation {
  return worldOf(shelfSetup(run), options)
}
