/** What checkMachine takes, gives back and throws: shapes and the error. Judges nothing. */
import type { AnyStateMachine, InputFrom, SnapshotFrom } from 'xstate'
import type { ErrorCode } from '../../errors.ts'
import type { Thaw } from './crash.ts'
import type { MachineCoverage } from './coverage.ts'
import type { EventOptions } from './payloads.ts'
import type { Invoked } from './children.ts'

export interface CheckOptions<M extends AnyStateMachine> extends EventOptions {
  readonly input?: InputFrom<M>
  /** How invoked and spawned actors may end, as in `explore`; they are never run. */
  readonly invoked?: Invoked
  /**
   * Must hold at the start and after every step: false breaks it; undefined says that it does not apply here, and one that
   * never applies fails as vacuous.
   */
  readonly always?: Readonly<Record<string, (snapshot: SnapshotFrom<M>) => boolean | undefined>>
  /** Must hold at the end of every run, once no more than delays and ends of invoked actors have happened. */
  readonly eventually?: (snapshot: SnapshotFrom<M>) => boolean
  /** Random sequences. Default 100. */
  readonly runs?: number
  /** The same seed gives the same runs. Default 1. */
  readonly seed?: number
  /** Of a failure: replays that one run. */
  readonly path?: string
  /** Events that a run takes at most; those that the state refuses are not counted. Default 30. */
  readonly maxEvents?: number
  /** Makes the live context from its JSON, where the runtime of the machine does so. Default: the JSON itself. */
  readonly thaw?: Thaw
}

export interface CheckReport {
  readonly machine: string
  readonly runs: number
  /** Steps in all runs. */
  readonly steps: number
  readonly seed: number
  readonly coverage: MachineCoverage
  format(): string
  toString(): string
}

export type BrokenPromise = Omit<MachineCheckFailed, keyof Error | 'code'>

/** A promise that a machine broke. Its message is the shortest trace found, the coverage, and how to see it again. */
export class MachineCheckFailed extends Error {
  readonly code: ErrorCode = 'CHECK_FAILED'
  readonly machine: string
  /** Which promise: `always: never paid twice`, `survives a restart`, ... */
  readonly promise: string
  readonly detail: string
  /** The shrunk run: one line for each step. */
  readonly trace: readonly string[]
  readonly seed: number
  /** Of the shrunk run, for the option `path`. */
  readonly path: string
  readonly coverage: MachineCoverage

  constructor(message: string, told: BrokenPromise) {
    super(message)
    this.name = 'MachineCheckFailed'
    this.machine = told.machine
    this.promise = told.promise
    this.detail = told.detail
    this.trace = told.trace
    this.seed = told.seed
    this.path = told.path
    this.coverage = told.coverage
  }
}
