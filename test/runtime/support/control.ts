/** What the tests of control share: an agent whose work takes a second, and a world with one run in it. */
import { agent, task, type Run } from 'stator'
import type { Life, Setup, Simulation } from 'stator/testing'
import { z } from 'zod'
import { worldOf } from './world.ts'

export const SECOND = 1_000
export const n = z.object({ n: z.number() })
export const work = task('work', { input: n, output: n })
/** It fails each time that it is given a negative number. */
export const frail = task('frail', { input: n, output: n })
export const undo = task('undo', { input: z.unknown(), output: z.unknown(), retry: { maxAttempts: 1 } })
/** It cannot be undone. */
export const stuck = task('stuck', { input: z.unknown(), output: z.unknown(), retry: { maxAttempts: 1 } })

type N = z.infer<typeof n>

/** The name of the task whose work begins, and on what. */
export type Started = (name: string, input: unknown) => void

export function staff(life: Life, capacity = 8, started: Started = () => {}): NonNullable<Setup['agents']> {
  const slowly =
    (name: string, then: (input: N) => N) =>
    async (input: N): Promise<N> => {
      started(name, input)
      await life.wait(SECOND)
      return then(input)
    }
  const grown = ({ n: value }: N): N => ({ n: value + 1 })
  const fails = (input: N): N => {
    if (input.n < 0) throw new Error('below zero')
    return grown(input)
  }
  return [
    agent('ann', { capacity })
      .handle(work, life.handler(slowly('work', grown)))
      .handle(frail, life.handler(slowly('frail', fails)))
      .handle(
        undo,
        life.handler(async (input: unknown) => {
          started('undo', input)
          await life.wait(SECOND)
          return 'undone'
        }),
      )
      .handle(
        stuck,
        life.handler((): unknown => {
          throw new Error('it will not go')
        }),
      ),
  ]
}

/** A world in which this workflow is registered, and a run `r` of it that has just begun. */
export async function running(
  definition: unknown,
  input: unknown = { n: 1 },
  options: { capacity?: number; started?: Started } = {},
): Promise<{ world: Simulation; life: Life; run: Run }> {
  const { capacity, started } = options
  const world = worldOf(
    life => ({ agents: staff(life, capacity, started), workflows: [definition] }) as unknown as Setup,
  )
  const life = await world.boot()
  const run = (await life.until(
    life.runtime.start(definition as never, input as never, { id: 'r' }),
  )) as unknown as Run
  return { world, life, run }
}

/** The process dies, and comes back. */
export async function reborn(world: Simulation, life: Life): Promise<{ life: Life; run: Run }> {
  life.die()
  const next = await world.boot()
  return { life: next, run: next.runtime.run('r') }
}
