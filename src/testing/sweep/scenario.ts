/**
 * Scenario: something that clients do with a runtime, written so that each process life may begin it anew, and the play of it
 * through any number of crashes. It knows no promise but that it comes to an end.
 */
import { StatorError } from '../../errors.ts'
import type { Limits } from '../../runtime/limits.ts'
import type { Choices } from '../host/choices.ts'
import type { Crash } from '../host/disk.ts'
import { Crashed } from '../host/ends.ts'
import type { Life } from '../host/life.ts'
import { Simulation } from '../host/simulation.ts'
import type { Setup } from '../host/stage.ts'
import type { Watcher } from '../host/watcher.ts'
import { invariants } from '../invariants/index.ts'

export interface Scenario {
  readonly name: string
  readonly limits?: Partial<Limits>
  readonly setup: (life: Life) => Setup
  /** From the first word to the outcome, as JSON; what was said before a crash is said again. */
  readonly play: (life: Life) => Promise<unknown>
  /** Who looks on while it is played, beside the invariants. */
  readonly watchers?: readonly Watcher[]
}

export interface PlayOptions {
  readonly seed?: number
  readonly choices?: Choices
  /** One crash after another, each in a process life of its own, and then a life without. */
  readonly crashes?: readonly Crash[]
  /** Beside the invariants and those of the scenario; told of everything before them. */
  readonly watchers?: readonly Watcher[]
}

export interface Played {
  /** What the scenario gave, as JSON with sorted keys. */
  readonly outcome: string
  /** Writes to the journal: of the last life, and of its start alone. */
  readonly writes: number
  readonly startWrites: number
  readonly trace: number
  readonly lives: number
  readonly simulation: Simulation
}

/** Plays it to its end. @throws PromiseBroken, Stuck, and what the scenario throws */
export async function play(scenario: Scenario, options: PlayOptions = {}): Promise<Played> {
  const { seed = 1, choices, crashes = [], watchers = [] } = options
  const simulation = new Simulation({
    seed,
    setup: scenario.setup,
    watchers: [...watchers, ...invariants(), ...(scenario.watchers ?? [])],
    ...(choices === undefined ? {} : { choices }),
    ...(scenario.limits === undefined ? {} : { limits: scenario.limits }),
  })
  for (let lives = 1; ; lives++) {
    const crash = crashes[lives - 1]
    let life: Life | undefined
    try {
      life = await simulation.boot(crash)
      const startWrites = simulation.writes
      const outcome = sorted(await scenario.play(life))
      await simulation.drain(life)
      if (!life.isUp) {
        life.die()
        continue
      }
      const { writes, trace } = simulation
      return { outcome, writes, startWrites, trace, lives, simulation }
    } catch (error) {
      // A disk that takes nothing ends a life as well: the process is started again.
      if (crash?.point === 'refused' && stopped(error)) simulation.kill()
      else if (!(error instanceof Crashed)) throw error
    }
  }
}

function stopped(error: unknown): boolean {
  return error instanceof StatorError && (error.code === 'JOURNAL_FAILED' || error.code === 'CLOSED')
}

/** JSON that does not depend on the order of keys. */
export function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
