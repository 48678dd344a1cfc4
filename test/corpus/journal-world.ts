/**
 * What the journals of every release have in common: how their work is played to a cut, how it goes on from there, and what their
 * manifests say. What work that is, each release's own `world.ts` says.
 */
import type { Address, Json, Journal, Runtime, RuntimeOptions } from 'stator'
import { createRuntime } from 'stator'
import { VirtualClock } from 'stator/testing'
import { pass, startOfTime } from '../ledger/support.ts'

export interface JournalWorld {
  /** From its beginning to the cut, in milliseconds. */
  readonly length: number
  readonly definitions: (isLast: boolean) => Pick<RuntimeOptions, 'agents' | 'queues' | 'tasks' | 'workflows'>
  /** What is asked for in the first life. */
  readonly begin: (runtime: Runtime, now: number) => Promise<void>
  /** What is asked for in the last. */
  readonly finish: (runtime: Runtime) => Promise<void>
}

/** How a journal was left: after a graceful close, with all in its checkpoints; or by a kill, with most of it in the tail. */
export const LEFT = ['closed', 'killed'] as const
export type Left = (typeof LEFT)[number]

/** What was true when the journals were written, by the code that wrote them. */
export interface Manifest {
  /** For each journal, the living actors and their states. */
  readonly standing: Readonly<Record<Left, Readonly<Record<Address, string>>>>
  /** For each, how all that ended had ended when the work was played to its end. */
  readonly ends: Readonly<Record<Left, Readonly<Record<Address, End>>>>
}

interface End {
  readonly state: string
  readonly output: Json
}

/** Between the cut and the next life. */
const BREAK = 600_000
/** Long enough for everything to end. */
const REST = 10 * 86_400_000

/** The first life, up to the cut; who calls it closes the journal, or leaves it as a kill would. */
export async function playToCut(world: JournalWorld, journal: Journal, left: Left): Promise<Runtime> {
  const clock = new VirtualClock(startOfTime)
  // One that is killed has written few checkpoints.
  const limits = left === 'killed' ? { idle: world.length * 10, tail: 60 } : {}
  const runtime = await createRuntime({
    ...world.definitions(false),
    preflight: 'off',
    journal,
    limits: { taskTimeout: REST, ...limits },
    host: { clock },
  })
  await world.begin(runtime, clock.now())
  await pass(clock, world.length)
  return runtime
}

/** The last life, up to the end of everything. */
export async function playOn(world: JournalWorld, journal: Journal): Promise<Manifest['ends'][Left]> {
  const clock = new VirtualClock(startOfTime + world.length + BREAK)
  const runtime = await createRuntime({
    ...world.definitions(true),
    preflight: 'off',
    journal,
    host: { clock },
  })
  await world.finish(runtime)
  await pass(clock, REST)
  const ends: Record<Address, End> = {}
  for (const { to, toState, final, data } of history(runtime)) {
    const output = (data as { output?: Json } | null)?.output ?? null
    if (final) ends[to] = { state: toState ?? '', output }
  }
  await runtime.close()
  return ends
}

/** Living actors and their states, as a runtime sees them. */
export function standing(runtime: Runtime): Record<Address, string> {
  return Object.fromEntries(runtime.actors.list().map(({ address, state }) => [address, state]))
}

function* history(runtime: Runtime): Generator<ReturnType<Runtime['history']>[number]> {
  const limit = 1_000
  for (let after = 0; ;) {
    const page = runtime.history({ after, limit })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < limit) return
    after = last.seq
  }
}
