/** What the folder gives: a machine explored, and a machine checked. Nothing is defined here. */
export { checkMachine } from './check-machine.ts'
export { MachineCheckFailed, type CheckOptions, type CheckReport } from './checked.ts'
export type { Invoked } from './children.ts'
export type { MachineCoverage, CoveredState, CoveredTransition } from './coverage.ts'
export type { Thaw } from './crash.ts'
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
