/**
 * runtime.tasks: the task queue as services use it: work goes in, is looked at, waited for, called off. It joins the parts that
 * do that; it decides nothing itself.
 */
import type { TaskDefinition } from '../actors/task.ts'
import { checkName } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import { TaskHandle, type HandleHost, type WaitOptions } from './handles.ts'
import type { SubmitOptions } from './options.ts'
import type { Submissions } from './submissions.ts'

export interface TasksParts {
  readonly handles: HandleHost
  readonly submissions: Submissions
}

export class TasksView {
  readonly #parts: TasksParts

  constructor(parts: TasksParts) {
    this.#parts = parts
  }

  /**
   * Puts one task in its queue, by the definition that is registered by its name. Settles when that is durable. Errors as for
   * `runtime.start`, and @throws StatorError (rejects) ALREADY_REGISTERED: a task of that name with other policies is;
   * DEFINITION_INVALID: no task
   */
  async enqueue<I, O, Given, Made>(
    task: TaskDefinition<I, O, Given, Made>,
    input: Given,
    options: SubmitOptions = {},
  ): Promise<TaskHandle<O>> {
    return this.#parts.submissions.submit(task, input, options)
  }

  /** The handle of a task, from any process life. @throws StatorError ADDRESS_INVALID */
  get(id: string): TaskHandle {
    return new TaskHandle(this.#parts.handles, `task/${checkName(id, 'task id')}`)
  }

  /** The output of a task, once it has completed. @throws StatorError (rejects) as `TaskHandle.result` */
  async result(id: string, options: WaitOptions = {}): Promise<Json> {
    return this.get(id).result(options)
  }

  /** Calls one off, whatever it does; one that has ended is left alone. @throws StatorError (rejects) NOT_FOUND */
  async cancel(id: string, reason?: string): Promise<void> {
    return this.get(id).cancel(reason)
  }
}
