/** Places of invariants that speak of parts which are not built yet: the promise is kept here, and nothing is claimed. */
import type { Invariant } from './invariant.ts'

/** With compensations: steps that name what undoes them, and pivots. */
export const saga: Invariant = {
  number: 12,
  promise:
    'A saga ends committed, compensated, or held for an operator; only steps that ran or may have run are compensated, in reverse dependency order; after the pivot, none.',
  watch: null,
}

/** With locks and leases: their actors give the tokens. */
export const fencing: Invariant = {
  number: 13,
  promise: 'Fencing tokens only grow; leases expire; lock cycles are detected.',
  watch: null,
}
