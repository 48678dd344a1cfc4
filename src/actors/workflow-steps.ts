/**
 * What can be declared in a workflow, with its types: which outputs a step can see, what it may leave out. Types only; what they
 * do is in workflow.ts and declare.ts.
 */
import type { Duration } from '../messages/duration.ts'
import type { GateDefinition } from './gate.ts'
import type { SignalDefinition } from './signals.ts'
import type { AnyTask, RetryOptions, TaskDefinition } from './task.ts'
import type { WorkflowDefinition } from './workflow.ts'

/** What users' code is given: the input of the run, the outputs of the steps before, and what updates may have changed. */
export interface Provided<Input, Outputs, Vars> {
  readonly input: Input
  readonly outputs: Outputs
  readonly vars: Vars
}

export type Mapper<Input, Outputs, Vars, Made> = (from: Provided<Input, Outputs, Vars>) => Made

/** What a step's gate asks, where it is made of the run's outputs: each of these goes before what gate() was given. */
export interface GateMappers<Input, Outputs, Vars> {
  readonly title?: Mapper<Input, Outputs, Vars, string>
  readonly reason?: Mapper<Input, Outputs, Vars, string>
  readonly details?: Mapper<Input, Outputs, Vars, unknown>
  readonly attemptedSolutions?: Mapper<Input, Outputs, Vars, readonly string[]>
  readonly approvers?: Mapper<Input, Outputs, Vars, readonly string[]>
}

/** What a compensation is given: what the step was, and what came of it. Without an output nobody knows how it ended. */
export interface Undo<I, O> {
  input: I
  output?: O
}

export interface StepOptions<I, O> {
  /**
   * The task that undoes this step: run when the workflow does not come to its end, if the step ran or may have. It is given
   * `{ input, output? }`, must be idempotent, and is tried by its own retry policy (default: five attempts).
   */
  compensate?: AnyTask & { readonly accepts?: (given: Undo<I, O>) => void }
  /** Once it has completed nothing is undone any more: what fails after it waits for an operator. Not in groups that run beside others, loops or maps. */
  pivot?: boolean
  /** Overrides of the task's own. */
  role?: string
  retry?: RetryOptions
  timeout?: Duration
}

/** A mapper may be left out only where the step accepts the workflow's own input. */
export type StepArgs<Input, Outputs, Vars, Wanted, Options> = [Input] extends [Wanted]
  ? [mapperOrOptions?: Mapper<Input, Outputs, Vars, Wanted> | Options, options?: Options]
  : [mapper: Mapper<Input, Outputs, Vars, Wanted>, options?: Options]

/** Anything that is started as a run: what `workflow()` makes. */
export interface Startable<in out I, in out R, in out Wanted> {
  readonly kind: 'workflow'
  readonly name: string
  readonly version: string
  /** Only for the compiler. */
  readonly of?: { input: I; result: R; wanted: Wanted }
}

export type WaitOptions<Input, Outputs, Vars> =
  | { for: Duration; until?: never }
  /** A date, an ISO text, or milliseconds since the epoch. */
  | { until: Mapper<Input, Outputs, Vars, Date | string | number>; for?: never }

export interface SignalWait<D, Given> {
  signal: SignalDefinition<D, Given>
  /** Without the signal by then it fails (WAIT_TIMEOUT). Default: it waits for ever. */
  timeout?: Duration
}

export interface MapOptions<I, O> extends Pick<
  StepOptions<I, O>,
  'compensate' | 'role' | 'retry' | 'timeout'
> {
  /** Items at once. Default: as many as agents have room for. */
  limit?: number
}

/** The item itself may be the input only where the step accepts it. */
export type MapArgs<Input, Outputs, Vars, Item, Wanted, Options> = [Item] extends [Wanted]
  ? [options?: Options & { each?: EachItem<Input, Outputs, Vars, Item, Wanted> }]
  : [options: Options & { each: EachItem<Input, Outputs, Vars, Item, Wanted> }]

export type EachItem<Input, Outputs, Vars, Item, Wanted> = (
  item: Item,
  from: Provided<Input, Outputs, Vars> & { readonly index: number },
) => Wanted

export interface LoopOptions<Input, Outputs, Vars> {
  /** Asked before each round; outputs of its body are there from the second on. */
  while: Mapper<Input, Outputs, Vars, boolean>
  /** Rounds at most: one more fails the run (LOOP_LIMIT). */
  max: number
}

/** Steps in a row, as a part of a workflow: declared like one. */
export type Row<Input, Outputs, Vars> = WorkflowDefinition<Input, Outputs, Input, Vars>

/** The cases of a branch, asked in order; the first whose condition holds is taken. */
export interface Cases<Input, Outputs, Vars, Grown = unknown> {
  when<More>(
    name: string,
    condition: Mapper<Input, Outputs, Vars, boolean>,
    build: (steps: Row<Input, Outputs, Vars>) => Row<Input, More, Vars>,
  ): Cases<Input, Outputs, Vars, Grown & Partial<More>>
  /** Where no other holds. Without it, that fails the run (BRANCH_UNMATCHED). */
  otherwise<More>(
    name: string,
    build: (steps: Row<Input, Outputs, Vars>) => Row<Input, More, Vars>,
  ): Cases<Input, Outputs, Vars, Grown & Partial<More>>
}

export type Named<Name extends string, O> = { readonly [K in Name]: O }

/** What a parallel group can declare. Its parts see the outputs from before the group, not those of each other. */
export interface ParallelSteps<Input, Outputs, Vars, Grown = Outputs> {
  step<Name extends string, I, O, Wanted, Made>(
    name: Name,
    task: TaskDefinition<I, O, Wanted, Made>,
    ...args: StepArgs<Input, Outputs, Vars, Wanted, Omit<StepOptions<I, O>, 'pivot'>>
  ): ParallelSteps<Input, Outputs, Vars, Grown & Named<Name, O>>
  step<Name extends string, I, R, Wanted>(
    name: Name,
    workflow: Startable<I, R, Wanted>,
    ...args: StepArgs<Input, Outputs, Vars, Wanted, never>
  ): ParallelSteps<Input, Outputs, Vars, Grown & Named<Name, R>>
  step<Name extends string, Made>(
    name: Name,
    gate: GateDefinition<Made>,
    question?: Mapper<Input, Outputs, Vars, unknown> | GateMappers<Input, Outputs, Vars>,
  ): ParallelSteps<Input, Outputs, Vars, Grown & Named<Name, Made>>
  map<Name extends string, Item, I, O, Wanted, Made>(
    name: Name,
    list: Mapper<Input, Outputs, Vars, readonly Item[]>,
    task: TaskDefinition<I, O, Wanted, Made>,
    ...args: MapArgs<Input, Outputs, Vars, Item, Wanted, MapOptions<I, O>>
  ): ParallelSteps<Input, Outputs, Vars, Grown & Named<Name, readonly O[]>>
  /** Several, one after the other, beside the rest: also what stands in no parallel group by itself, such as a loop. */
  sequence<More>(
    name: string,
    build: (steps: Row<Input, Outputs, Vars>) => Row<Input, More, Vars>,
  ): ParallelSteps<Input, Outputs, Vars, Grown & More>
}
