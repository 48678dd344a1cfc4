/**
 * crashSweep(): a scenario, played once for each place where its process can die, and once more for each place where the start
 * after that can. All places, not a sample. It judges nothing but the outcome: the rest is the invariants'.
 */
import { StatorError } from '../../errors.ts'
import { CRASH_POINTS, type Crash, type CrashPoint } from '../host/disk.ts'
import { PromiseBroken } from '../host/ends.ts'
import type { Watcher } from '../host/watcher.ts'
import { play, type Played, type Scenario } from './scenario.ts'

export interface SweepOptions {
  /** Default 1. */
  readonly seed?: number
  /** Default: all of them. */
  readonly points?: readonly (CrashPoint | 'refused')[]
  /** Also a second crash, at each write of the start after the first. Default true. */
  readonly twice?: boolean
  /** Beside the invariants; new ones for each play. */
  readonly watchers?: () => readonly Watcher[]
}

export interface Swept {
  /** Writes of the undisturbed play; each of them is a place. */
  readonly writes: number
  /** Plays with one crash, and with two. */
  readonly once: number
  readonly twice: number
  /** What the scenario gave, every time, as JSON. */
  readonly outcome: string
}

/** What a play of a sweep did wrong, and where its process died. */
export class SweepFailed extends Error {
  readonly crashes: readonly Crash[]

  constructor(scenario: string, crashes: readonly Crash[], cause: unknown) {
    const places = crashes.map(({ write, point }) => `write ${write} (${point})`).join(', then ')
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(`${scenario}, dead at ${places === '' ? 'no place' : places}: ${reason}`, { cause })
    this.name = 'SweepFailed'
    this.crashes = crashes
  }
}

const EVERYWHERE = [...CRASH_POINTS, 'refused'] as const

/**
 * Plays it undisturbed, then through every crash. The outcome must be the same each time. A scenario that remembers something of its
 * play is given as a function that makes a new one.
 * @throws SweepFailed with what went wrong as its cause: PromiseBroken, Stuck, or what the scenario threw; StatorError CHECK_INVALID
 * for points that there are not
 */
export async function crashSweep(
  scenario: Scenario | (() => Scenario),
  options: SweepOptions = {},
): Promise<Swept> {
  const { seed = 1, points = EVERYWHERE, twice = true } = options
  const unknown = points.filter(point => !EVERYWHERE.includes(point))
  if (unknown.length > 0 || points.length === 0)
    throw new StatorError('CHECK_INVALID', {
      option: 'points',
      reason: `${unknown.join(', ') || 'none'}: there are ${EVERYWHERE.join(', ')}`,
    })
  const plain = await attempt(scenario, seed, [], options)
  const counts = { once: 0, twice: 0 }
  for (let write = 1; write <= plain.writes; write++)
    for (const point of points) {
      const first = { write, point }
      const once = await attempt(scenario, seed, [first], options, plain.outcome)
      counts.once++
      const starts = twice ? once.startWrites : 0
      for (let again = 1; again <= starts; again++)
        for (const second of points) {
          await attempt(scenario, seed, [first, { write: again, point: second }], options, plain.outcome)
          counts.twice++
        }
    }
  return { writes: plain.writes, ...counts, outcome: plain.outcome }
}

async function attempt(
  given: Scenario | (() => Scenario),
  seed: number,
  crashes: readonly Crash[],
  options: SweepOptions,
  expected?: string,
): Promise<Played> {
  const scenario = typeof given === 'function' ? given() : given
  try {
    const watchers = options.watchers?.() ?? []
    const played = await play(scenario, { seed, crashes, watchers })
    if (played.outcome !== (expected ?? played.outcome))
      throw new PromiseBroken('outcome', `${played.outcome} instead of ${expected}`)
    return played
  } catch (error) {
    throw new SweepFailed(scenario.name, crashes, error)
  }
}
