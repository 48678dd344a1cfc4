/** Options: what the calls of a runtime can be given, and what it says of itself. Shapes only. */
import type { AgentDefinition } from '../actors/agent.ts'
import type { CacheUse } from '../actors/create.ts'
import type { QueueDefinition } from '../actors/queue.ts'
import type { AnyContext, ContextDefinition } from '../actors/shared-context.ts'
import type { AnyTask } from '../actors/task.ts'
import type { Logger } from '../actors/task-context.ts'
import type { AnyWorkflow, WorkflowDefinition } from '../actors/workflow.ts'
import type { Address } from '../messages/address.ts'
import type { Duration } from '../messages/duration.ts'
import type { GroupMode } from '../messages/group.ts'
import type { Json } from '../messages/json.ts'
import type { Priority } from '../messages/message.ts'
import type { BudgetOption } from './budget/limits.ts'
import type { Effects } from './effects.ts'
import type { PreflightCode } from '../preflight/codes.ts'
import type { NotifyGate } from './gate/notifier.ts'
import type { Host } from './host.ts'
import type { Journal, Origin } from './journal.ts'
import type { Limits } from './limits.ts'

/** Which findings of the pre-flight are refused, and which are not looked for; all others are logged. */
export interface PreflightRules {
  /** Codes, or `errors`: all findings that are errors. Default: none. */
  readonly refuse?: 'errors' | readonly PreflightCode[]
  readonly ignore?: readonly PreflightCode[]
}

export interface RuntimeOptions {
  /** Where everything is kept. Default: in memory, lost with the process. */
  journal?: Journal
  agents?: readonly AgentDefinition[]
  // The variance of inputs and outputs does not matter for a list of them.
  workflows?: readonly WorkflowDefinition<never, never, never>[] | readonly AnyWorkflow[]
  /** Tasks that no agent here handles, yet graphs may name. */
  tasks?: readonly AnyTask[]
  /** Where tasks wait, beside the queue `default`, which limits nothing unless it is given here. */
  queues?: readonly QueueDefinition[]
  /** Values that agents share. */
  contexts?: readonly ContextDefinition<never, never>[] | readonly AnyContext[]
  /** What agents of a role may do at once, all together. Default: what each has capacity for. */
  roles?: Readonly<Record<string, { concurrency?: number }>>
  /**
   * What is done with findings about workflows (docs/preflight.md): `warn` logs each of them, once; `refuse` throws PREFLIGHT_FAILED
   * when there are errors, and logs the warnings. Default 'warn'.
   */
  preflight?: 'off' | 'warn' | 'refuse' | PreflightRules
  limits?: Partial<Limits>
  /**
   * Who is told of what happens, after it is durable. `gate`: of gates that open, are given to others, and end, so that people hear of
   * them; at least once, in the order of each gate. It may return a promise; what it throws is logged, and harms nobody.
   */
  notify?: { readonly gate?: NotifyGate }
  /**
   * What stands in for the code of agents, none of which runs then, to ask "what if": mocks, and answers by hand (`runtime.effects`)
   * for tasks that have none. What was running goes on: it is not interrupted. Default: agents do their work themselves.
   */
  effects?: Effects
  /** Default: pino at level `warn`. */
  logger?: Logger
  /** Clock, ids, randomness and scheduler; for tests and simulations. */
  host?: Partial<Host>
}

export interface SendOptions {
  /** What to do when the inbox of the hub, or the queue, is full. Default 'refuse', with HUB_BUSY or QUEUE_FULL. */
  readonly whenFull?: 'refuse' | 'wait'
}

export interface SayOptions extends SendOptions {
  /** 1 to 200 characters. The same key with the same data is said once, also after a restart: who says it again hears what was answered. */
  readonly idempotencyKey?: string
}

export interface StartOptions extends SendOptions {
  /** Names the run or task: one part. No other may have it as long as the journal has a record of this one, erased or not. Also its idempotency key, unless one is given. Default: random. */
  id?: string
  /** 1 to 200 characters. The same key with the same input gives the first run, also after its end. */
  idempotencyKey?: string
  /** Default normal. A number of 0 to 100 falls into one of the four: below 25 low, 50 normal, 75 high. */
  priority?: Priority | number
  metadata?: Readonly<Record<string, Json>>
  /**
   * What it and all below it may use up: limits, or the id of a budget that is open already. Default: what it is charged to is not
   * limited, and not counted.
   */
  budget?: BudgetOption
  /** The project that it is done for, with all below it: one that is open. Default: none. */
  project?: string
}

/** The id of a task, or the address or handle of a task, a run or a group. */
export type Dependency = string | { readonly address: Address }

export interface SubmitOptions extends StartOptions {
  /** Not before this time: a date, or milliseconds since the epoch, which are rounded. */
  startAt?: number | Date
  /** Not before so long from now: from when it was given to the runtime. Not together with `startAt`. */
  delay?: Duration
  /** The only agent that may do it. */
  agent?: string
  /**
   * What must complete before it: ids of tasks, addresses (`workflow/release`, `group/nightly`), or handles. They need not exist yet:
   * then it waits for them to. At most limits.dependencies. What was pruned is as if it had never been. Default: nothing.
   */
  after?: readonly Dependency[]
  /** The group that it belongs to: an open one (see `enqueueAll`). */
  group?: string
  /** The queue that it waits in. Default: that of the task. */
  queue?: string
  /** Whose share of the queue it uses. Default: what the task's `key` says of the input. */
  key?: string
  /**
   * Of a task whose definition has `cache`: `use` a result that is kept; `bypass` it, and keep none; `refresh` it: run, and keep the
   * new one. One that must wait first, for a time or for other tasks, runs. Default `use`.
   */
  cache?: CacheUse
}

/** One task of a group. */
export interface GroupItem extends Omit<SubmitOptions, 'idempotencyKey' | 'whenFull' | 'group'> {
  readonly task: AnyTask
  readonly input?: unknown
}

export interface GroupOptions extends StartOptions {
  /** `sequence`: each task after the one before it, up to the first that does not complete; the rest is blocked. Default `parallel`. */
  mode?: GroupMode
  /** At most so many of its tasks run at once. Default: as many as agents have room for. */
  concurrency?: number
  /** More tasks may be added, until it is sealed. Default false: it ends with the last of these. */
  open?: boolean
}

export interface ReadOptions {
  /** A position from `cursorOf`, 'start', or 'now'. Default 'now'. */
  from?: string
  types?: readonly string[]
  /** By recipient: of one task, or of one agent. */
  task?: string
  agent?: string
  /** Of a run and all its tasks. */
  workflow?: string
}

/** Counts of the moment; once the hub has `failed`, of what was under way, which may never have been written. */
export interface RuntimeStatus {
  /** The state of the hub: `running`, `failed` and so on. */
  readonly hub: string
  /** The last signal that is durable and was published. */
  readonly position: number
  readonly actors: number
  readonly waitingTasks: number
  readonly runningTasks: number
  /** Handlers that were given up, by a timeout or a cancel, and have not settled: they hold no slot, and still use the process. */
  readonly abandoned: number
  readonly inbox: number
  readonly held: number
  /** Where its history comes from, in a journal that was forked. */
  readonly origin: Origin | null
}
