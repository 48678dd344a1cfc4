/**
 * stator/testing: checks of workflows and machines, the simulated host that they run on, and the suite that every journal passes. Needs
 * fast-check. Nothing is defined here.
 */
export { arbitraryOf } from './arbitrary/index.ts'
export { checkWorkflow, replay } from './check/check-workflow.ts'
export type { Covered } from './check/coverage.ts'
export { scenarioOf, type ScenarioOptions } from './check/scenario-of.ts'
export { CheckFailed } from './check/failed.ts'
export {
  FAULTS,
  type EndedRun,
  type FaultName,
  type Outside,
  type WorkflowCheckOptions,
} from './check/options.ts'
export type { Report } from './check/tally.ts'
export { Tape, type Choices } from './host/choices.ts'
export { VirtualClock } from './host/clock.ts'
export { CRASH_POINTS, type Crash, type CrashPoint } from './host/disk.ts'
export { Crashed, PromiseBroken, Stuck } from './host/ends.ts'
export { countedIds } from './host/ids.ts'
export { Ledger, type Entry } from './host/ledger.ts'
export { Life, type SimulatedHandler } from './host/life.ts'
export { Dice } from './host/random.ts'
export { settled, SimulatedScheduler } from './host/scheduler.ts'
export { Simulation, type SimulationOptions } from './host/simulation.ts'
export type { Setup } from './host/stage.ts'
export type { Watcher } from './host/watcher.ts'
export { INVARIANTS, invariants } from './invariants/index.ts'
export type { Invariant } from './invariants/invariant.ts'
export * from './journal-suite/index.ts'
export * from './machine/index.ts'
export { crashSweep, SweepFailed, type SweepOptions, type Swept } from './sweep/crash-sweep.ts'
export { play, type Played, type PlayOptions, type Scenario } from './sweep/scenario.ts'
export {
  EFFECT_FAULTS,
  world,
  type Answer,
  type Effect,
  type EffectFault,
  type EffectOptions,
} from './world/effect.ts'
export type { WorldView } from './world/view.ts'
export type { Happening } from './world/world.ts'
