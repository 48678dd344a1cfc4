/**
 * runCase(): plays one case on the simulated host, under all invariants and the properties of the user. What it finds it returns; it
 * neither shrinks nor prints.
 */
import { StatorError } from '../../errors.ts'
import { Tape } from '../host/choices.ts'
import type { Crash } from '../host/disk.ts'
import type { Watcher } from '../host/watcher.ts'
import { play } from '../sweep/scenario.ts'
import type { World } from '../world/world.ts'
import type { Case } from './case.ts'
import type { Check } from './options.ts'
import { sceneOf } from './scene.ts'

export interface Ran {
  /** Why it failed; undefined when everything holds. */
  readonly error: Error | undefined
  /** Process lives. */
  readonly lives: number
  /** Writes to the journal in the last of them. */
  readonly writes: number
  /** Signals that became durable in all of them. */
  readonly signals: number
  /** One number for all that happened; 0 where it failed. */
  readonly trace: number
  /** Milliseconds of virtual time. */
  readonly ms: number
  readonly world: World
  /** Faults and events that came into play, by name. */
  readonly struck: readonly string[]
  /** What each property looked at that was not empty. */
  readonly exercised: ReadonlyMap<string, ReadonlySet<string>>
}

/** @throws StatorError (rejects) CHECK_INVALID for options that only a process can find wrong */
export async function runCase(check: Check, drawn: Case, watchers: readonly Watcher[] = []): Promise<Ran> {
  const struck: string[] = []
  const { scenario, world, properties } = sceneOf(check, drawn, what => struck.push(what))
  const seen = { began: 0, now: 0, lives: 0, signals: 0 }
  const clerk: Watcher = {
    starting: life => {
      seen.lives++
      seen.began ||= life.clock.now()
    },
    between: life => {
      seen.now = life.clock.now()
    },
    durable: ({ signals }) => {
      seen.signals += signals.length
    },
    crashed: ({ point }) => {
      struck.push(point)
    },
  }
  const played = await play(scenario, {
    seed: drawn.seed,
    choices: new Tape(drawn.schedule),
    crashes: drawn.faults.flatMap((fault): Crash[] => (fault.kind === 'crash' ? [fault] : [])),
    watchers: [...watchers, clerk],
  }).then(
    ({ trace, writes }) => ({ trace, writes, error: undefined }),
    (error: unknown) => {
      // A check that cannot be played has found nothing.
      if (error instanceof StatorError && error.code === 'CHECK_INVALID') throw error
      return { trace: 0, writes: 0, error: errorOf(error) }
    },
  )
  return {
    ...played,
    lives: seen.lives,
    signals: seen.signals,
    ms: seen.now - seen.began,
    world,
    struck,
    exercised: properties.exercised,
  }
}

const errorOf = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)))
