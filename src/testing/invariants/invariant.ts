/**
 * Invariant: a promise of the runtime as a check that looks on while a simulation runs, and says at once, or at the end,
 * that it does not hold. The numbers are those of the design, and stable. Shapes only.
 */
import type { Watcher } from '../host/watcher.ts'

export interface Invariant {
  readonly number: number
  /** The promise, in one sentence. */
  readonly promise: string
  /**
   * A new check for one simulation; it reports with `life.simulation.break(number, detail)`. Null while the part that the promise
   * speaks of is not built: the place is kept, and nothing is claimed.
   */
  readonly watch: (() => Watcher) | null
}
