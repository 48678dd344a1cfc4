/**
 * createRuntime(): puts the parts together, starts from the journal, and is what a service holds. Logic belongs in
 * the parts: this file only joins them.
 */
import type { Observable } from 'rxjs'
import type { FlowDocument } from '../actors/flow-document.ts'
import type { TaskGraph } from '../actors/graph.ts'
import type { TaskDefinition } from '../actors/task.ts'
import type { Startable } from '../actors/workflow-steps.ts'
import { checkName, type Address } from '../messages/address.ts'
import { toMs, type Duration } from '../messages/duration.ts'
import type { Json } from '../messages/json.ts'
import type { Priority } from '../messages/message.ts'
import type { Signal } from '../messages/signal.ts'
import type { HeldActor } from './actors-view.ts'
import { assemble } from './assemble.ts'
import { checkHistoryFilter, checkReadOptions } from './check-filter.ts'
import { checkCall } from './check-options.ts'
import { filterOf, positionOf } from './cursor.ts'
import { checkForkOptions, forkOf, type ForkOptions } from './fork.ts'
import { TaskHandle, type HandleHost } from './handles.ts'
import { letGo } from './held.ts'
import type { HistoryFilter, Journal } from './journal.ts'
import type { Lifetime, LifetimeParts } from './lifetime.ts'
import type {
  ReadOptions,
  RuntimeOptions,
  RuntimeStatus,
  SendOptions,
  StartOptions,
  SubmitOptions,
} from './options.ts'
import type { Report, Reporter } from './report/report.ts'
import { prune } from './retention.ts'
import { Run } from './run-handle.ts'
import { CLIENT, type Submissions } from './submissions.ts'
import { Views } from './views.ts'

export type Runtime = RuntimeImpl

/**
 * Opens the journal, restores what lives in it, and goes on.
 * @throws StatorError (rejects) JOURNAL_OWNED, JOURNAL_NEWER, JOURNAL_DAMAGED, JOURNAL_FAILED, ALREADY_REGISTERED,
 * DEFINITION_INVALID, PREFLIGHT_FAILED
 */
export async function createRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const runtime = new RuntimeImpl(options)
  await runtime.begin()
  return runtime
}

class RuntimeImpl extends Views {
  readonly #parts: LifetimeParts
  readonly #lifetime: Lifetime
  readonly #handles: HandleHost
  readonly #submissions: Submissions
  readonly #reporter: Reporter

  constructor(options: RuntimeOptions) {
    const { views, parts, lifetime, handles, submissions, reporter } = assemble(options)
    super(views)
    this.#parts = parts
    this.#lifetime = lifetime
    this.#handles = handles
    this.#submissions = submissions
    this.#reporter = reporter
  }

  /** Restores from the journal and starts the loop. Called once, by createRuntime. */
  async begin(): Promise<void> {
    await this.#lifetime.begin()
    for (const held of this.held()) this.#parts.log.error(held, 'an actor is held')
  }

  /** Live signals of everything, from now on. A subscriber that throws, or whose promise rejects, harms nobody. */
  get signals$(): Observable<Signal> {
    return this.#parts.stream.signals$
  }

  /**
   * Starts a workflow. Settles when the start is durable.
   * @throws StatorError (rejects) INPUT_INVALID, NOT_FOUND (workflow not registered), TASK_UNHANDLED, IDEMPOTENCY_CONFLICT,
   * HUB_BUSY, CLOSED, and what JSON is refused with
   */
  async start<Input, Outputs, Given>(
    workflow: Startable<Input, Outputs, Given>,
    data: Given,
    options: StartOptions = {},
  ): Promise<Run<Outputs>> {
    return this.#submissions.start(workflow, data, options)
  }

  /**
   * Starts a graph given as data; results come by step id. Errors as for `start`, and
   * @throws StatorError (rejects) DEFINITION_INVALID, ADDRESS_INVALID, DEPENDENCY_UNKNOWN, CYCLE: no graph
   */
  async startGraph(graph: TaskGraph, options: StartOptions = {}): Promise<Run> {
    return this.#submissions.startGraph(graph, options)
  }

  /**
   * Starts a workflow given as data, such as a planner's; outputs come by step. Errors as for `start`, and those of `flow()`:
   * @throws StatorError (rejects) DEFINITION_INVALID, ADDRESS_INVALID, DEPENDENCY_UNKNOWN, PREFLIGHT_FAILED
   */
  async startFlow(document: FlowDocument, data?: unknown, options: StartOptions = {}): Promise<Run> {
    return this.#submissions.startFlow(document, data, options)
  }

  /**
   * Submits one task, by the definition that is registered by its name. Settles when that is durable. Errors as for `start`, and
   * @throws StatorError (rejects) ALREADY_REGISTERED: a task of that name with other policies is; DEFINITION_INVALID: no task
   */
  submit<I, O, Given, Made>(
    task: TaskDefinition<I, O, Given, Made>,
    data: Given,
    options: SubmitOptions = {},
  ): Promise<TaskHandle<O>> {
    return this.tasks.enqueue(task, data, options)
  }

  /** The handle of a run, from any process life. */
  run<Input, Outputs, Given>(_workflow: Startable<Input, Outputs, Given>, id: string): Run<Outputs>
  run(id: string): Run
  run(first: unknown, second?: string): Run {
    return new Run(this.#handles, `workflow/${checkName(second ?? first, 'run id')}`)
  }

  /** The handle of a task, from any process life. */
  task<I, O, Given, Made>(_task: TaskDefinition<I, O, Given, Made>, id: string): TaskHandle<O>
  task(id: string): TaskHandle
  task(first: unknown, second?: string): TaskHandle {
    return new TaskHandle(this.#handles, `task/${checkName(second ?? first, 'task id')}`)
  }

  /** Makes a name known as a sender. @throws StatorError ADDRESS_INVALID */
  client(name: string): Address {
    const address: Address = `client/${checkName(name, 'client name')}`
    this.#parts.registry.addClient(address)
    return address
  }

  /** Any message that the recipient's kind takes from outside. See `Door.send` for the errors. */
  async send(
    message: { type: string; to: Address; from?: Address; data?: Json; priority?: Priority },
    options?: SendOptions,
  ): Promise<Signal> {
    return this.#parts.door.send({ from: CLIENT, ...message }, options)
  }

  /**
   * History, then live, as an async iterable without gap or duplicate that never holds the hub up. It ends with the runtime once
   * everything was read. A close waits for no reader: one that is further behind than memory holds (limits.history) rejects with
   * CLOSED, whose details name the cursor to go on `from` after the next start, as `after`. @throws StatorError INPUT_INVALID
   */
  signals(options: ReadOptions = {}): AsyncIterable<Signal> {
    checkReadOptions(options)
    const after =
      options.from === undefined || options.from === 'now'
        ? this.#parts.stream.position
        : positionOf(options.from)
    return this.#parts.stream.read({ ...filterOf(options), after })
  }

  /** What was recorded; see HistoryFilter. @throws StatorError INPUT_INVALID, CLOSED, JOURNAL_FAILED */
  history(filter: HistoryFilter = {}): Signal[] {
    this.#lifetime.requireJournal()
    return this.#parts.journal.query(checkHistoryFilter(filter))
  }

  /** The latest signals that fit and are still in memory (limits.history). @throws StatorError INPUT_INVALID */
  recent(filter: HistoryFilter = {}): Signal[] {
    return this.#parts.stream.recent(checkHistoryFilter(filter))
  }

  status(): RuntimeStatus {
    return {
      hub: String((this.#parts.hub.getSnapshot() as { value: unknown }).value),
      position: this.#parts.stream.position,
      actors: this.#parts.population.size,
      waitingTasks: this.#parts.dispatcher.waiting,
      runningTasks: this.#parts.dispatcher.running,
      abandoned: this.#parts.executor.abandoned,
      inbox: this.#parts.kernel.inboxLength,
      held: this.actors.heldCount,
      origin: this.#lifetime.origin,
    }
  }

  /**
   * The whole hub at a glance, as plain JSON: what is in which state. Reads no journal and looks at no task, so that it can be polled: it
   * costs what agents, queues and projects cost. @throws StatorError JOURNAL_FAILED
   */
  report(): Report {
    return this.#reporter.report(this.status())
  }

  /** Actors that do not move until somebody acts, and why. @throws StatorError JOURNAL_FAILED */
  held(): HeldActor[] {
    return this.actors.held()
  }

  /**
   * Lets a held actor go on: the message it stumbled over is delivered again, and its mail after it.
   * @throws StatorError (rejects) NOT_FOUND; EVENT_REFUSED: it is not held; HELD where only another definition can help; CLOSED
   */
  async release(address: Address): Promise<void> {
    await letGo({ ...this.#parts, lifetime: this.#lifetime }, address)
  }

  /**
   * Erases runs and tasks that ended longer ago than this, and with them the results that were kept of them for others. Returns
   * how many. What lives is not touched.
   * @throws StatorError INPUT_INVALID, DEFINITION_INVALID (no duration), CLOSED, JOURNAL_FAILED
   */
  prune(options: { olderThan: Duration }): number {
    this.#lifetime.requireOpen()
    checkCall(options)
    const now = this.#parts.clock.now()
    return prune(this.#parts, { until: now - toMs(options.olderThan, 'olderThan'), now })
  }

  /**
   * A journal of its own with what is durable of this one, up to a position; see `fork`. This runtime goes on as if nothing were.
   * @throws StatorError INPUT_INVALID, DEFINITION_INVALID, FORK_IMPOSSIBLE, JOURNAL_USED, JOURNAL_FAILED, CLOSED
   */
  fork(options: ForkOptions = {}): Journal {
    this.#lifetime.requireJournal()
    checkForkOptions(options)
    return forkOf(this.#parts.journal, { newId: this.#parts.ids, ...options })
  }

  /** Checks every record of the journal. Returns the first bad position, or null. */
  verify(): { readonly firstBad: number } | null {
    this.#lifetime.requireJournal()
    return this.#parts.journal.verify()
  }

  /**
   * Closes gracefully: accepts and starts nothing more, lets what runs end for up to `drain` (default 0), aborts the
   * rest and leaves it for the next start, checkpoints everything. Closing twice is no error and can only shorten the wait: the
   * shortest drain counts, so a second close() stops it now. @throws StatorError (rejects) INPUT_INVALID, DEFINITION_INVALID
   */
  async close(options: { drain?: Duration } = {}): Promise<void> {
    return this.#lifetime.close(options)
  }

  /** Closes. A close that is under way goes on as it was asked to. */
  async [Symbol.asyncDispose](): Promise<void> {
    return this.#lifetime.dispose()
  }
}
