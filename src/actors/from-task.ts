/**
 * fromTask(): a Stator task as the source of an `invoke` in an XState machine. The logic is inert: it says which task is meant, and
 * what its input and output are for XState's types. The hub runs the task; nothing here ever runs anything.
 */
import type { ActorLogic, EventObject, Snapshot } from 'xstate'
import { checkTask } from './shapes.ts'
import type { AnyTask, TaskDefinition } from './task.ts'

/** What XState knows of a task that is invoked: that it is under way. How it ends comes as an event. */
export type TaskSnapshot<Output, Given> = Snapshot<Output> & { readonly input: Given | undefined }

/** The source of an `invoke`; its `output` and `input` are those of the task. */
export interface TaskLogic<Output, Given> extends ActorLogic<
  TaskSnapshot<Output, Given>,
  EventObject,
  Given
> {
  readonly task: AnyTask
}

const tasks = new WeakMap<object, AnyTask>()

/**
 * Lets a machine of one's own invoke a task: `setup({ actors: { build: fromTask(build) } })`. Under plain XState it never ends: give
 * that a `fromPromise` by `machine.provide()` where a test wants one.
 * @throws StatorError DEFINITION_INVALID: no task
 */
export function fromTask<I, O, Given, Made>(task: TaskDefinition<I, O, Given, Made>): TaskLogic<O, Given> {
  const known = checkTask(task, 'the task of fromTask()')
  const logic: TaskLogic<O, Given> = {
    task: known,
    getInitialSnapshot: (_scope, input) => ({ status: 'active', output: undefined, error: undefined, input }),
    transition: snapshot => snapshot,
    restoreSnapshot: snapshot => snapshot as TaskSnapshot<O, Given>,
    getPersistedSnapshot: snapshot => snapshot,
  }
  tasks.set(logic, known)
  return logic
}

/** The task behind an actor logic; undefined where it is any other logic. */
export function taskOf(logic: unknown): AnyTask | undefined {
  return typeof logic === 'object' && logic !== null ? tasks.get(logic) : undefined
}
