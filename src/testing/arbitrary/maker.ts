/** Maker: what those who make lists and objects ask for their parts. A type, and nothing else. */
import type { Arbitrary } from 'fast-check'
import type { Shape } from './shape.ts'

/** What makes values; undefined where no value fits. */
export type Made<T = unknown> = Arbitrary<T> | undefined

export interface Maker {
  /** How many elements there may be more than must be. */
  readonly most: number
  /** A list may be as long as it is allowed to be, up to this. */
  readonly longest: number
  /** Values of a part; `at` says where in the whole it is, for who reads an error. */
  make(shape: Shape, at: string): Made
  /** Keys of a record: texts that its key schema takes. */
  key(names: Shape, at: string): Made<string>
}
