/**
 * createRuntime(): puts the parts together, starts from the journal, and is what a service holds. Logic belongs in
 * the parts: this file only joins them.
 */
import { pino } from 'pino'
import type { Observable } from 'rxjs'
import type { AgentDefinition } from '../actors/agent.ts'
import type { TaskGraph } from '../actors/graph.ts'
import { parse } from '../actors/schema.ts'
import type { AnyTask, TaskDefinition } from '../actors/task.ts'
import type { Logger } from '../actors/task-context.ts'
import type { AnyWorkflow, WorkflowDefinition } from '../actors/workflow.ts'
import { StatorError } from '../errors.ts'
import { hubMachine } from '../machines/hub.ts'
import type { TaskContext as TaskState } from '../machines/task.ts'
import { checkName, HUB, type Address, rootOf } from '../messages/address.ts'
import { toMs, type Duration } from '../messages/duration.ts'
import type { Json } from '../messages/json.ts'
import type { Priority } from '../messages/message.ts'
import type { Signal } from '../messages/signal.ts'
import { ActorsView, type HeldActor } from './actors-view.ts'
import { AgentsView } from './agents-view.ts'
import type { Hold } from './cell.ts'
import { Dispatcher } from './dispatcher.ts'
import { checkPriority, Door, fromHub, type SendOptions } from './door.ts'
import { input } from './envelope.ts'
import { Endings, type Ending } from './endings.ts'
import type { Effect } from './effect.ts'
import { Run, TaskHandle, type HandleHost } from './handles.ts'
import { systemHost, type Host } from './host.ts'
import type { HistoryFilter, Journal } from './journal.ts'
import { Kernel } from './kernel.ts'
import type { Released } from './kernel-parts.ts'
import { limitsOf, type Limits } from './limits.ts'
import { LocalExecutor } from './local-executor.ts'
import { memory } from './memory-journal.ts'
import { endingOf } from './outcome.ts'
import { pastCell } from './past.ts'
import { Population } from './population.ts'
import { recover } from './recovery.ts'
import { Registry } from './registry.ts'
import { prune } from './retention.ts'
import { ContainedObservable, SignalStream } from './signal-stream.ts'
import { createRoot } from './xstate.ts'

export interface RuntimeOptions {
  /** Where everything is kept. Default: in memory, lost with the process. */
  journal?: Journal
  agents?: readonly AgentDefinition[]
  // The variance of inputs and outputs does not matter for a list of them.
  workflows?: readonly WorkflowDefinition<never, never>[] | readonly AnyWorkflow[]
  /** Tasks that no agent here handles, yet graphs may name. */
  tasks?: readonly AnyTask[]
  limits?: Partial<Limits>
  /** Default: pino at level `warn`. */
  logger?: Logger
  /** Clock, ids, randomness and scheduler; for tests and simulations. */
  host?: Partial<Host>
}

export interface StartOptions extends SendOptions {
  /** Names the run or task: one part, unique for ever. Also its idempotency key, unless one is given. Default: random. */
  id?: string
  /** The same key with the same input gives the first run, also after its end. */
  idempotencyKey?: string
  priority?: Priority
  metadata?: Readonly<Record<string, Json>>
}

export interface SubmitOptions extends StartOptions {
  /** Not before this time, in milliseconds since the epoch. */
  startAt?: number
  /** The only agent that may do it. */
  agent?: string
}

export interface ReadOptions {
  /** A position from `cursorOf`, 'start', or 'now'. Default 'now'. */
  from?: string
  types?: readonly string[]
  task?: string
  workflow?: string
  agent?: string
}

export interface RuntimeStatus {
  readonly hub: string
  readonly position: number
  readonly actors: number
  readonly waitingTasks: number
  readonly runningTasks: number
  readonly inbox: number
  readonly held: number
}

const CLIENT: Address = 'client/local'

export type Runtime = RuntimeImpl

/**
 * Opens the journal, restores what lives in it, and goes on.
 * @throws StatorError (rejects) JOURNAL_OWNED, JOURNAL_NEWER, JOURNAL_DAMAGED, JOURNAL_FAILED, ALREADY_REGISTERED,
 * DEFINITION_INVALID
 */
export async function createRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const runtime = new RuntimeImpl(options)
  await runtime.begin()
  return runtime
}

class RuntimeImpl {
  readonly agents: AgentsView
  readonly actors: ActorsView
  readonly #journal: Journal
  readonly #host: Host
  readonly #limits: Limits
  readonly #log: Logger
  readonly #registry: Registry
  readonly #hub = createRoot(hubMachine)
  readonly #population: Population
  readonly #dispatcher: Dispatcher
  readonly #kernel: Kernel
  readonly #door: Door
  readonly #executor: LocalExecutor
  readonly #endings = new Endings()
  readonly #handles: HandleHost
  #stream: SignalStream
  #journalId = ''
  #stopped: StatorError | undefined
  #closing: Promise<void> | undefined

  constructor(options: RuntimeOptions) {
    this.#limits = limitsOf(options.limits)
    this.#host = { ...systemHost, ...options.host }
    this.#journal = options.journal ?? memory()
    this.#log = options.logger ?? pino({ name: 'stator', level: 'warn' })
    const admit = (value: unknown): Json => Door.admit(value, this.#limits)
    this.#registry = new Registry(admit)
    for (const task of options.tasks ?? []) this.#registry.addTask(task)
    for (const workflow of options.workflows ?? []) this.#registry.addWorkflow(workflow as AnyWorkflow)
    for (const agent of options.agents ?? []) this.#registry.addAgent(agent)
    this.#registry.addClient(CLIENT)
    this.#population = new Population(this.#journal, this.#registry, this.#hub)
    this.#dispatcher = new Dispatcher((agent, task) => this.#registry.handles(agent, task))
    this.#kernel = new Kernel({
      journal: this.#journal,
      clock: this.#host.clock,
      scheduler: this.#host.scheduler,
      limits: this.#limits,
      population: this.#population,
      dispatcher: this.#dispatcher,
      hub: this.#hub,
      release: released => this.#release(released),
      failed: error => this.#failed(error),
    })
    const open = (): void => this.#requireOpen()
    const { kernel, registry, population, dispatcher } = {
      kernel: this.#kernel,
      registry: this.#registry,
      population: this.#population,
      dispatcher: this.#dispatcher,
    }
    this.#door = new Door({
      kernel,
      journal: this.#journal,
      registry,
      population,
      limits: this.#limits,
      open,
    })
    this.#executor = new LocalExecutor({
      clock: this.#host.clock,
      random: this.#host.random,
      log: this.#log,
      taskTimeout: this.#limits.taskTimeout,
      journalId: () => this.#journalId,
      agent: id => registry.agent(id),
      admit,
      recorded: task => new Map(this.#journal.results(task).map(result => [result.name, result.value])),
      report: (effect, type, data, wait) => this.#report(effect, type, data, wait),
    })
    const send = (type: string, to: Address, data: Json): Promise<Signal> =>
      this.#door.send({ type, to, from: CLIENT, data })
    this.agents = new AgentsView({ registry, population, dispatcher, kernel, open, send })
    this.actors = new ActorsView(population, this.#journal)
    this.#stream = new SignalStream(this.#journal, this.#limits.history, 0, this.#log)
    this.#handles = {
      journal: this.#journal,
      clock: this.#host.clock,
      ended: address => this.#ended(address),
      cell: address => population.find(address),
      ending: address => endingOf(this.#journal, address),
      past: ending => pastCell(this.#journal, registry, this.#hub, ending),
      send,
      observe: filter => this.#observe(filter),
      read: filter => this.#stream.read(filter),
    }
  }

  /** Live signals of everything, from now on. A subscriber that throws harms nobody. */
  get signals$(): Observable<Signal> {
    return this.#stream.signals$
  }

  /** Restores from the journal and starts the loop. Called once, by createRuntime. */
  async begin(): Promise<void> {
    const state = this.#journal.open({ newId: this.#host.ids })
    try {
      this.#journalId = state.id
      this.#stream = new SignalStream(this.#journal, this.#limits.history, state.last.seq, this.#log)
      for (const warning of state.warnings) this.#log.warn(warning, warning.message)
      const parts = {
        journal: this.#journal,
        population: this.#population,
        delivery: this.#kernel.delivery,
        dispatcher: this.#dispatcher,
        timers: this.#kernel.timers,
      }
      const recovered = recover(parts, state)
      const { tailAfter, clean } = state
      this.#kernel.begin({ ...state.last, tailAfter, clean, pending: recovered.pending })
      const started = this.#tellHub('hub.start')
      // Before any agent is there: nothing starts as long as the last end is not told.
      for (const task of recovered.interrupted)
        this.#kernel.push(fromHub('task.interrupted', task, { clean }))
      const agents = this.#registry.agents().map(agent => this.agents.bringUp(agent))
      this.#sendAbsentHome()
      this.#kernel.start()
      await Promise.all([started, ...agents])
    } catch (error) {
      this.#kernel.stop(new StatorError('CLOSED', {}, { cause: error }))
      this.#journal.close()
      throw error
    }
    for (const held of this.held()) this.#log.error(held, 'an actor is held')
  }

  /**
   * Starts a workflow. Settles when the start is durable.
   * @throws StatorError (rejects) INPUT_INVALID, NOT_FOUND (workflow not registered), TASK_UNHANDLED, IDEMPOTENCY_CONFLICT,
   * HUB_BUSY, CLOSED, and what JSON is refused with
   */
  async start<Input, Outputs>(
    workflow: WorkflowDefinition<Input, Outputs>,
    data: Input,
    options: StartOptions = {},
  ): Promise<Run<Outputs>> {
    const { definition, workflow: known } = this.#registry.workflow(workflow as unknown as AnyWorkflow)
    const raw = this.#admit(data)
    const parsed = this.#admit(parse(known.input, raw, 'INPUT_INVALID', `input of workflow ${known.name}`))
    for (const { step, task } of known.declared) this.#requireHandled(step.task, step.role ?? task.spec.role)
    const { name, version, hash } = definition.ref
    const address = await this.#start({ workflow: name, version, hash, input: parsed }, raw, options)
    return new Run<Outputs>(this.#handles, address)
  }

  /** Starts a graph given as data; results come by step id. Errors as for `start`. */
  async startGraph(graph: TaskGraph, options: StartOptions = {}): Promise<Run> {
    const plan = this.#admit(graph.plan) as unknown as TaskGraph['plan']
    for (const step of plan.steps) {
      const task = this.#registry.task(step.task)
      if (task === undefined) throw new StatorError('TASK_UNHANDLED', { task: step.task, step: step.name })
      this.#requireHandled(step.task, step.role ?? task.spec.role)
      // An input that later outputs complete can only be checked then.
      if (step.bind === undefined)
        parse(task.input, step.input, 'INPUT_INVALID', `input of step ${step.name}`)
    }
    const hash = this.#registry.hashOfGraph(plan)
    const address = await this.#start(
      { workflow: 'graph', version: '1', hash, input: null, plan: plan as unknown as Json },
      hash,
      options,
    )
    return new Run(this.#handles, address)
  }

  /** Submits one task. Settles when that is durable. Errors as for `start`. */
  async submit<I, O>(
    task: TaskDefinition<I, O>,
    data: I,
    options: SubmitOptions = {},
  ): Promise<TaskHandle<O>> {
    const raw = this.#admit(data)
    const parsed = this.#admit(parse(task.input, raw, 'INPUT_INVALID', `input of task ${task.name}`))
    if (this.#registry.task(task.name) === undefined) this.#registry.addTask(task as unknown as AnyTask)
    this.#requireHandled(task.name, task.spec.role)
    const create = {
      ...task.spec,
      task: task.name,
      input: parsed,
      ...(options.startAt === undefined ? {} : { startAt: options.startAt }),
      ...(options.agent === undefined ? {} : { agent: `agent/${checkName(options.agent, 'agent id')}` }),
      ...(options.metadata === undefined ? {} : { metadata: this.#admit(options.metadata) }),
    }
    const to: Address = `task/${this.#idOf(options)}`
    const address = await this.#create('task.create', to, create as Json, [task.name, raw], options)
    return new TaskHandle<O>(this.#handles, address)
  }

  /** The handle of a run, from any process life. */
  run<Input, Outputs>(_workflow: WorkflowDefinition<Input, Outputs>, id: string): Run<Outputs>
  run(id: string): Run
  run(first: unknown, second?: string): Run {
    return new Run(this.#handles, `workflow/${checkName(second ?? first, 'run id')}`)
  }

  /** The handle of a task, from any process life. */
  task<I, O>(_task: TaskDefinition<I, O>, id: string): TaskHandle<O>
  task(id: string): TaskHandle
  task(first: unknown, second?: string): TaskHandle {
    return new TaskHandle(this.#handles, `task/${checkName(second ?? first, 'task id')}`)
  }

  /** Makes a name known as a sender. @throws StatorError ADDRESS_INVALID */
  client(name: string): Address {
    const address: Address = `client/${checkName(name, 'client name')}`
    this.#registry.addClient(address)
    return address
  }

  /** Any message that the recipient's kind takes from outside. See `Door.send` for the errors. */
  async send(
    message: { type: string; to: Address; from?: Address; data?: Json; priority?: Priority },
    options?: SendOptions,
  ): Promise<Signal> {
    return this.#door.send({ from: CLIENT, ...message }, options)
  }

  /** History, then live, as an async iterable that never loses and never holds the hub up; it ends with the runtime. */
  signals(options: ReadOptions = {}): AsyncIterable<Signal> {
    const after =
      options.from === undefined || options.from === 'now' ? this.#stream.position : positionOf(options.from)
    return this.#stream.read({ ...filterOf(options), after })
  }

  /** What was recorded; see HistoryFilter. */
  history(filter: HistoryFilter = {}): Signal[] {
    this.#requireJournal()
    return this.#journal.query(filter)
  }

  /** The latest signals that are still in memory (limits.history). */
  recent(filter: HistoryFilter = {}): Signal[] {
    return this.#stream.recent(filter)
  }

  status(): RuntimeStatus {
    return {
      hub: String((this.#hub.getSnapshot() as { value: unknown }).value),
      position: this.#stream.position,
      actors: this.#population.size,
      waitingTasks: this.#dispatcher.waiting,
      runningTasks: this.#dispatcher.running,
      inbox: this.#kernel.inboxLength,
      held: this.held().length,
    }
  }

  /** Actors that do not move until somebody acts, and why. */
  held(): HeldActor[] {
    return this.actors.held()
  }

  /**
   * Lets a held actor go on: the message it stumbled over is delivered again, and its mail after it.
   * @throws StatorError (rejects) NOT_FOUND; HELD where only another definition can help
   */
  async release(address: Address): Promise<void> {
    const stranded = this.#population.stranded().get(address)
    if (stranded !== undefined) throw heldError(address, stranded)
    const cell = this.#population.require(address)
    if (cell.held === null) {
      await this.#door.send({ type: 'task.retry', to: address, from: CLIENT, data: {} })
      return
    }
    await this.#tellHub('hub.release', { address })
  }

  /** Erases runs and tasks that ended longer ago than this. Returns how many. What lives is not touched. */
  prune(options: { olderThan: Duration }): number {
    this.#requireOpen()
    return prune(
      this.#journal,
      this.#population,
      this.#host.clock.now() - toMs(options.olderThan, 'olderThan'),
    )
  }

  /** Checks every record of the journal. Returns the first bad position, or null. */
  verify(): { readonly firstBad: number } | null {
    this.#requireJournal()
    return this.#journal.verify()
  }

  /**
   * Closes gracefully: accepts and starts nothing more, lets what runs end for up to `drain` (default 0), aborts the
   * rest and leaves it for the next start, checkpoints everything. Closing twice is no error.
   */
  close(options: { drain?: Duration } = {}): Promise<void> {
    this.#closing ??= this.#close(toMs(options.drain ?? 0, 'drain'))
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(drain: number): Promise<void> {
    if (this.#stopped === undefined) {
      this.#dispatcher.close()
      await this.#tellHub('hub.drain').catch(() => {})
      if (drain > 0) await this.#drained(drain)
    }
    this.#executor.close()
    if (this.#stopped === undefined) {
      for (const agent of this.#registry.agents())
        this.#kernel.push(fromHub('agent.offline', `agent/${agent.id}`, {}))
      await this.#tellHub('hub.close').catch(() => {})
      this.#kernel.finish()
    }
    const closed = this.#stopped ?? new StatorError('CLOSED')
    this.#kernel.stop(closed)
    this.#stopped = closed
    this.#endings.fail(undefined, closed)
    this.#door.close()
    this.#stream.close()
    this.#journal.close()
  }

  async #drained(ms: number): Promise<void> {
    let cancel = (): void => {}
    const late = new Promise<void>(resolve => {
      cancel = this.#host.clock.after(ms, resolve)
    })
    await Promise.race([this.#executor.drained(), late])
    cancel()
  }

  #release(released: Released): void {
    for (const { task, turn, reason } of released.stops) this.#executor.stop(task, turn, reason)
    for (const { cell, turn } of released.starts) {
      const { agent, spec, attempts, turn: current } = cell.snapshot.context as TaskState
      // Cancelled, or moved on, in the same turn: there is nothing to start.
      if (current !== turn || agent === null || spec === null || cell.state !== 'running') continue
      const { address: task, correlationId, depth } = cell
      this.#executor.start({ task, agent, turn, attempt: attempts, spec, correlationId, depth })
    }
    this.#stream.publish(released.signals)
    for (const { address, hold } of released.held)
      if (hold !== null) this.#endings.fail(address, heldError(address, hold))
    for (const { cell, signal } of released.endings) this.#endings.tell(cell.address, { cell, signal })
    this.#door.letIn()
  }

  #report(effect: Effect, type: string, data: Json, wait: boolean): Promise<void> | undefined {
    const message = {
      type,
      to: effect.task,
      from: effect.agent,
      data,
      correlationId: effect.correlationId,
      priority: 'normal',
    } as const
    if (!wait) {
      this.#kernel.push(input(message, { depth: effect.depth }))
      return undefined
    }
    return new Promise((resolve, reject) => {
      const committed = (signal: Signal): void => {
        if (signal.refused === null) resolve()
        else reject(new StatorError('STALE_ATTEMPT', { task: effect.task, reason: signal.refused.code }))
      }
      this.#kernel.push(input(message, { depth: effect.depth, ack: { committed, failed: reject } }))
    })
  }

  async #ended(address: Address): Promise<Ending> {
    const cell = this.#population.find(address)
    const stranded = this.#population.stranded().get(address)
    const hold = cell?.hold ?? stranded
    if (hold !== undefined && hold !== null) throw heldError(address, hold)
    if (cell === undefined) {
      this.#requireJournal()
      const signal = endingOf(this.#journal, address)
      if (signal !== undefined) return { signal, cell: undefined }
      // A step that has not been reached yet.
      const root = rootOf(address)
      if (root === address || this.#population.find(root) === undefined)
        throw new StatorError('NOT_FOUND', { address })
    }
    if (this.#stopped !== undefined) throw this.#stopped
    return this.#endings.wait(address)
  }

  async #start(
    data: { workflow: string; version: string; hash: string; input: Json; plan?: Json },
    raw: Json,
    options: StartOptions,
  ): Promise<Address> {
    const metadata = options.metadata === undefined ? {} : { metadata: this.#admit(options.metadata) }
    return this.#create(
      'workflow.start',
      `workflow/${this.#idOf(options)}`,
      { ...data, ...metadata },
      [data.workflow, raw],
      options,
    )
  }

  async #create(type: string, to: Address, data: Json, raw: Json, options: StartOptions): Promise<Address> {
    const name = options.idempotencyKey ?? (options.id === undefined ? undefined : `id:${to}`)
    const key = name === undefined ? undefined : { key: name, raw }
    const priority = checkPriority(options.priority)
    return this.#door.create({ type, to, from: CLIENT, data, priority, correlationId: to, key }, options)
  }

  #idOf(options: StartOptions): string {
    return options.id === undefined ? this.#host.ids() : checkName(options.id, 'id')
  }

  #observe(filter: HistoryFilter): Observable<Signal> {
    return new ContainedObservable<Signal>(this.#log, subscriber => {
      const reader = this.#stream.read({ ...filter, after: filter.after ?? 0 })
      const pump = async (): Promise<void> => {
        for await (const signal of reader) {
          if (subscriber.closed) return
          subscriber.next(signal)
          if (signal.final && signal.to === (filter.actor ?? filter.correlationId)) break
        }
        subscriber.complete()
      }
      pump().catch((error: unknown) => subscriber.error(error))
      return () => void reader.return()
    })
  }

  #tellHub(type: string, data: Json = {}): Promise<Signal> {
    return new Promise((resolve, reject) => {
      this.#kernel.push(fromHub(type, HUB, data, { ack: { committed: resolve, failed: reject } }))
    })
  }

  /** Agents in the journal whose code is not in this process life. */
  #sendAbsentHome(): void {
    for (const cell of this.#population.cells()) {
      if (cell.definition.kind.kind !== 'agent' || cell.state === 'offline' || cell.state === 'paused')
        continue
      if (this.#registry.agent(cell.address.slice('agent/'.length)) === undefined)
        this.#kernel.push(fromHub('agent.offline', cell.address, {}))
    }
  }

  #failed(error: StatorError): void {
    if (this.#stopped !== undefined) return
    this.#stopped = error
    if (error.code !== 'CLOSED') {
      this.#hub.send({ type: 'hub.fail' })
      this.#log.error({ err: error }, 'the hub has stopped')
    }
    this.#executor.close()
    this.#endings.fail(undefined, error)
    this.#door.close()
    this.#stream.close(error.code === 'CLOSED' ? undefined : error)
  }

  #admit(value: unknown): Json {
    return Door.admit(value, this.#limits)
  }

  #requireHandled(task: string, role: string | undefined): void {
    if (!this.#registry.isHandled(task, role))
      throw new StatorError('TASK_UNHANDLED', { task, ...(role === undefined ? {} : { role }) })
  }

  #requireOpen(): void {
    if (this.#stopped !== undefined) throw this.#stopped
    if (this.#closing !== undefined) throw new StatorError('CLOSED')
  }

  #requireJournal(): void {
    if (this.#closing !== undefined && this.#stopped !== undefined) throw this.#stopped
  }
}

/** A signal's place in history, to read on from later: opaque, and only good for the same journal. */
export function cursorOf(signal: Signal): string {
  return signal.seq.toString(36)
}

function heldError(address: Address, { code, reason }: Hold): StatorError {
  return new StatorError('HELD', { address, code, reason })
}

function positionOf(cursor: string): number {
  if (cursor === 'start') return 0
  const position = Number.parseInt(cursor, 36)
  if (!/^[0-9a-z]+$/.test(cursor) || !Number.isSafeInteger(position))
    throw new StatorError('INPUT_INVALID', { cursor })
  return position
}

function filterOf(options: ReadOptions): HistoryFilter {
  const actor =
    options.agent === undefined
      ? options.task === undefined
        ? undefined
        : `task/${options.task}`
      : `agent/${options.agent}`
  return {
    ...(options.types === undefined ? {} : { types: options.types }),
    ...(actor === undefined ? {} : { actor: actor as Address }),
    ...(options.workflow === undefined ? {} : { correlationId: `workflow/${options.workflow}` }),
  }
}
