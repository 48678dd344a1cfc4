/** Places of invariants that speak of parts which are not built yet: the promise is kept here, and nothing is claimed. */
import type { Invariant } from './invariant.ts'

/** With locks and leases: their actors give the tokens. */
export const fencing: Invariant = {
  number: 13,
  promise: 'Fencing tokens only grow; leases expire; lock cycles are detected.',
  watch: null,
}
