/** Options: what the calls of a runtime can be given, and what it says of itself. Shapes only. */
import type { AgentDefinition } from '../actors/agent.ts'
import type { CacheUse } from '../actors/create.ts'
import type { AnyTask } from '../actors/task.ts'
import type { Logger } from '../actors/task-context.ts'
import type { AnyWorkflow, WorkflowDefinition } from '../actors/workflow.ts'
import type { Json } from '../messages/json.ts'
import type { Priority } from '../messages/message.ts'
import type { SendOptions } from './door.ts'
import type { Host } from './host.ts'
import type { Journal } from './journal.ts'
import type { Limits } from './limits.ts'

export interface RuntimeOptions {
  /** Where everything is kept. Default: in memory, lost with the process. */
  journal?: Journal
  agents?: readonly AgentDefinition[]
  // The variance of inputs and outputs does not matter for a list of them.
  workflows?: readonly WorkflowDefinition<never, never, never>[] | readonly AnyWorkflow[]
  /** Tasks that no agent here handles, yet graphs may name. */
  tasks?: readonly AnyTask[]
  limits?: Partial<Limits>
  /** Default: pino at level `warn`. */
  logger?: Logger
  /** Clock, ids, randomness and scheduler; for tests and simulations. */
  host?: Partial<Host>
}

export interface StartOptions extends SendOptions {
  /** Names the run or task: one part. No other may have it as long as the journal has a record of this one, erased or not. Also its idempotency key, unless one is given. Default: random. */
  id?: string
  /** 1 to 200 characters. The same key with the same input gives the first run, also after its end. */
  idempotencyKey?: string
  priority?: Priority
  metadata?: Readonly<Record<string, Json>>
}

export interface SubmitOptions extends StartOptions {
  /** Not before this time: a date, or milliseconds since the epoch, which are rounded. */
  startAt?: number | Date
  /** The only agent that may do it. */
  agent?: string
  /**
   * Of a task whose definition has `cache`: `use` a result that is kept; `bypass` it, and keep none; `refresh` it: run, and keep the
   * new one. One that must wait first, for a time or for other tasks, runs. Default `use`.
   */
  cache?: CacheUse
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
  readonly inbox: number
  readonly held: number
}
