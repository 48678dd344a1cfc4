/** Mutant: a bug that is planted in one file of the source, and the promise that it breaks. Shapes only. */
import type { ActName } from '../simulation/acts.ts'

export interface Mutant {
  /** Short, and unique in the catalogue. */
  readonly name: string
  /** What the code does wrong, in one sentence. */
  readonly words: string
  /** From the root of the repository. */
  readonly file: `src/${string}`
  /** Stands there exactly once. */
  readonly find: string
  readonly replace: string
  /** The number of the invariant that has to see it. */
  readonly invariant: number
  /** What must be played for it to show; it is hunted in campaigns with that act, all others in such as have none. */
  readonly act?: ActName
}
