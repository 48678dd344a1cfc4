/**
 * What a module that runs in a thread is given, and the type it is written by. Types only: a module that imports them
 * loads nothing.
 */
import type { TaskContext } from '../actors/task-context.ts'
import type { TaskDefinition } from '../actors/task.ts'

/**
 * The `ctx` of a module in a thread: what a handler in the hub's thread has. `signal` is told by message, so code that
 * never yields does not see it abort, and is ended by force. What goes through `do`, `log` and the result is copied.
 */
export interface WorkerContext extends Pick<
  TaskContext,
  'task' | 'agent' | 'attempt' | 'idempotencyKey' | 'metadata' | 'signal' | 'progress' | 'do' | 'log'
> {
  /** Says that the work goes on; never throws. Of use where the task has a heartbeat. */
  heartbeat(): void
}

/** A function for `worker()`, where its input and output are known. */
export type WorkerHandler<I = unknown, O = unknown> = (input: I, ctx: WorkerContext) => Promise<O> | O

/**
 * The same, of a task. Import the task as a type only, so that the thread need not load it:
 *
 *     import type { resize } from './tasks.ts'
 *     export default ((input, ctx) => …) satisfies WorkerFor<typeof resize>
 */
export type WorkerFor<Task> =
  Task extends TaskDefinition<infer I, infer _O, infer _Given, infer Made> ? WorkerHandler<I, Made> : never
