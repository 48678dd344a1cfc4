/** What the folder gives: a machine explored. Nothing is defined here. */
export type { Invoked } from './children.ts'
export type { MachineCoverage, CoveredState, CoveredTransition } from './coverage.ts'
export { explore } from './explore.ts'
export type {
  Bound,
  Exploration,
  ExploredState,
  ExploredTransition,
  ExploreOptions,
  MachineFault,
  PathStep,
} from './explored.ts'
export type { EventOptions, Payloads } from './payloads.ts'
