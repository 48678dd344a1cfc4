/** Case: one thing that is measured, and what its process says about it. Types only. */
import type { ProgramName } from './programs.ts'

/** What a program is told. Numbers and words only: they travel to another process. */
export interface Params {
  /** Workflows, tasks, jobs, steps or actors, as the workload has it. */
  readonly n: number
  readonly journal: 'sqlite' | 'memory'
  /** Which variant of its program runs; each program names its own. */
  readonly mode: string
  /** An empty folder for databases, removed afterwards. */
  readonly dir: string
}

/** One figure of one run. `part` tells apart figures of one run that have the same metric, such as cold and warm. */
export interface Sample {
  readonly metric: string
  readonly value: number
  readonly part?: string | undefined
}

export interface Case {
  readonly workload: string
  /** The limit that this measures; absent where Stator itself is measured. */
  readonly limit?: string
  /** Of a limit: the subject that it is the limit of; absent where it is that of all. */
  readonly of?: string
  /** Words for the journal and its durability; for a limit, its name. */
  readonly subject: string
  /** A limit belongs to the cases of its workload that have the same size. */
  readonly size: string
  /** What else tells this variant apart, such as the sort of workflow. */
  readonly sort?: string
  /** What runs in the process. */
  readonly program: ProgramName
  readonly params: Omit<Params, 'dir'>
  /** Flags of Node that the process needs. */
  readonly flags?: readonly string[]
}

/** A benchmark in a process of its own. */
export type Program = (params: Params) => Promise<readonly Sample[]>
