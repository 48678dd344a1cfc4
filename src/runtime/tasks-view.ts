/**
 * runtime.tasks: the task queue as services use it: work goes in, is looked at, waited for, called off. It joins the parts that
 * do that; it decides nothing itself.
 */
import { DEFAULT_QUEUE } from '../actors/queue.ts'
import type { TaskDefinition } from '../actors/task.ts'
import { checkId, type Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { GroupHandle } from './group-handle.ts'
import type { Groups } from './groups.ts'
import { TaskHandle, type HandleHost, type WaitOptions } from './handles.ts'
import type { Dependency, GroupItem, GroupOptions, SubmitOptions } from './options.ts'
import type { QueueHandle } from './queue-handle.ts'
import type { MayStart, Queues } from './queues.ts'
import type { SchedulesView } from './schedules-view.ts'
import type { Submissions } from './submissions.ts'
import type { TaskCounts, TaskFilter, TaskPage } from './task-list.ts'

export interface TasksParts {
  readonly queues: Queues
  readonly handles: HandleHost
  readonly submissions: Submissions
  readonly groups: Groups
  readonly schedules: SchedulesView
  /** The critical path below a task. */
  readonly pathOf: (address: Address) => number
}

export class TasksView {
  /** Tasks that are run again and again. */
  readonly schedules: SchedulesView
  readonly #parts: TasksParts

  constructor(parts: TasksParts) {
    this.#parts = parts
    this.schedules = parts.schedules
  }

  /**
   * Puts one task in its queue, by the definition that is registered by its name. Settles when that is durable. Errors as for
   * `runtime.start`, and @throws StatorError (rejects) ALREADY_REGISTERED: a task of that name with other policies is;
   * DEFINITION_INVALID: no task
   */
  enqueue<I, O, Given, Made>(
    task: TaskDefinition<I, O, Given, Made>,
    input: Given,
    options: SubmitOptions = {},
  ): Promise<TaskHandle<O>> {
    return options?.group === undefined
      ? this.#parts.submissions.submit(task, input, options)
      : this.#parts.groups.enqueue(task, input, options, options.group)
  }

  /**
   * Puts many tasks in their queues at once, all or none, as one group; they may name one another in `after`. Settles when that is
   * durable. Errors as for `enqueue`, of any of them, and @throws StatorError (rejects) CYCLE, spelled out in its details;
   * INPUT_INVALID: more than 10,000 tasks; MESSAGE_TOO_LARGE: more than 64 messages may be (limits.messageBytes)
   */
  async enqueueAll(items: readonly GroupItem[], options: GroupOptions = {}): Promise<GroupHandle> {
    return this.#parts.groups.enqueueAll(items, options)
  }

  /**
   * Makes a task wait for others as well, as long as it has not started. Settles when that is durable.
   * @throws StatorError (rejects) CYCLE, spelled out in its details; EVENT_REFUSED: it has started; RECIPIENT_UNKNOWN: it has ended, or
   * never was; ADDRESS_INVALID; INPUT_INVALID: none, or more than limits.dependencies
   */
  async depend(id: string, after: readonly Dependency[]): Promise<void> {
    return this.#parts.groups.depend(id, after)
  }

  /** How many tasks the longest chain has that waits for this one, itself included. 1 where none does. @throws StatorError ADDRESS_INVALID */
  criticalPath(id: string): number {
    return this.#parts.pathOf(`task/${checkId(id, 'task id')}`)
  }

  /** The handle of a group, from any process life. @throws StatorError ADDRESS_INVALID */
  group(id: string): GroupHandle {
    return this.#parts.groups.handle(id)
  }

  /** The handle of a task, from any process life; of a step, by `run/step`. Typed where its definition is given. @throws StatorError ADDRESS_INVALID */
  get<I, O, Given, Made>(task: TaskDefinition<I, O, Given, Made>, id: string): TaskHandle<O>
  get(id: string): TaskHandle
  get(first: unknown, second?: string): TaskHandle {
    return new TaskHandle(this.#parts.handles, `task/${checkId(second ?? first, 'task id')}`)
  }

  /** The output of a task, once it has completed. @throws StatorError (rejects) as `TaskHandle.result` */
  async result(id: string, options: WaitOptions = {}): Promise<Json> {
    return this.get(id).result(options)
  }

  /** Calls one off, whatever it does; one that has ended is left alone. @throws StatorError (rejects) RECIPIENT_UNKNOWN: it never was */
  async cancel(id: string, reason?: string): Promise<void> {
    return this.get(id).cancel(reason)
  }

  /** A queue: what is in it, who goes next, to be paused, resumed, drained. @throws StatorError QUEUE_UNKNOWN */
  queue(name: string = DEFAULT_QUEUE): QueueHandle {
    return this.#parts.queues.queue(name)
  }

  /**
   * Tasks that fit, a page at a time (`limit`, 1 to 1,000, default 100), oldest first: by creation; where a state is asked for in which
   * tasks have ended, by their end. A page may be short and still name a `next` one. @throws StatorError INPUT_INVALID
   */
  list(options: TaskFilter & { limit?: number; cursor?: string } = {}): TaskPage {
    return this.#parts.queues.list(options)
  }

  /** How many tasks live, by state. @throws StatorError INPUT_INVALID */
  count(options: Pick<TaskFilter, 'queue' | 'type'> = {}): TaskCounts {
    return this.#parts.queues.count(options)
  }

  /** Calls off all living tasks that fit; resolves with how many, when that is durable. @throws StatorError (rejects) INPUT_INVALID */
  async cancelAll(filter: TaskFilter, reason?: string): Promise<number> {
    return this.#parts.queues.cancelAll(filter, reason)
  }

  /**
   * May that agent start that task now? Yes; or no, with all the reasons: role, skills, dependencies, time, pause, rate, concurrency,
   * capacity. @throws StatorError NOT_FOUND (the task does not live), AGENT_UNKNOWN
   */
  mayStart(task: string, agent: string): MayStart {
    return this.#parts.queues.mayStart(task, agent)
  }
}
