/**
 * agent(): who does work, as its users declare it: an id, a role, a capacity, and code for the tasks it can do.
 * One interface whatever is behind it: a function, a shell command, an HTTP call or a model.
 */
import { z } from 'zod'
import { StatorError } from '../errors.ts'
import { checkName } from '../messages/address.ts'
import type { Supervision } from '../messages/agent.ts'
import { toMs, type Duration } from '../messages/duration.ts'
import { checkPattern } from '../messages/topic.ts'
import {
  mailboxSchema,
  messageRateSchema,
  type MAILBOX_OVERFLOWS,
  type MailboxSpec,
  type MessageRate,
} from '../messages/mailbox.ts'
import { func, parse } from './schema.ts'
import { checkTask } from './shapes.ts'
import { supervisionOf, type SupervisionOptions } from './supervision.ts'
import type { AnyTask, TaskDefinition } from './task.ts'
import type { TaskContext } from './task-context.ts'

export interface AgentOptions {
  /** What it is: tasks with a role go to agents of that role only. */
  role?: string
  skills?: readonly string[]
  /** Tasks it may run at once. Default 1. */
  capacity?: number
  /** Runs once a process life before it gets work, and after each restart; while it runs the agent is idle, if it throws, in error. */
  warmUp?: () => Promise<void> | void
  /** A warm-up that takes longer has failed. Default 30 minutes (limits.taskTimeout). */
  warmUpTimeout?: Duration
  /** How much mail may wait for it, and what becomes of more. */
  mailbox?: MailboxOptions
  /** How much it may say to others, in all conversations together. */
  messages?: MessageRateOptions
  /** What follows when it fails again and again (docs/supervision.md). Default: nothing; each task has its own retries. */
  supervision?: SupervisionOptions
}

/** Holds for the record of the agent: also while its code is away. */
export interface MailboxOptions {
  /** Messages that may wait. Default limits.mailbox (1,000). */
  limit?: number
  /**
   * Of a message for which there is no room: `refuse` (default) tells its sender (MAILBOX_FULL); `drop-oldest` makes a dead letter of who has
   * waited longest, `drop-newest` of the message itself. Who asks is refused, or hears that the question was dropped.
   */
  overflow?: (typeof MAILBOX_OVERFLOWS)[number]
}

/** Holds for the record of the agent: also while other code of it runs. A message to many counts once for each of them. */
export interface MessageRateOptions {
  /** Messages a minute. Default limits.agentRate (12,000). More are refused: MESSAGE_RATE. */
  perMinute?: number
  /** Messages that it may say at once, after it was silent. Default: those of a minute. */
  burst?: number
}

export type Handler<I, O> = (input: I, ctx: TaskContext) => Promise<O> | O

/** What an agent wants to hear of what is published, and as which task. */
export interface Subscription {
  readonly pattern: string
  readonly task: string
}

interface Bound {
  readonly task: AnyTask
  readonly run: Handler<never, unknown>
}

/** What the hub records of an agent must be JSON, and what it calls a function. The role is checked by itself. */
const optionsShape = z.object({
  skills: z.array(z.string()).optional(),
  capacity: z.int().min(1).optional(),
  warmUp: func.optional(),
  mailbox: z.strictObject(mailboxSchema.shape).optional(),
  messages: z.strictObject(messageRateSchema.shape).optional(),
  // They have checks of their own.
  warmUpTimeout: z.unknown().optional(),
  supervision: z.unknown().optional(),
})

export class AgentDefinition {
  readonly kind = 'agent'
  readonly id: string
  readonly role: string | undefined
  readonly skills: readonly string[]
  readonly capacity: number
  readonly warmUp: (() => Promise<void> | void) | undefined
  /** In milliseconds, where it is limited by itself. */
  readonly warmUpTimeout: number | undefined
  readonly supervision: Supervision | undefined
  readonly mailbox: MailboxSpec | undefined
  readonly messages: MessageRate | undefined
  readonly #options: AgentOptions
  /** By name of the task. */
  readonly handlers: ReadonlyMap<string, Bound>
  readonly subscriptions: readonly Subscription[]

  constructor(
    id: string,
    options: AgentOptions,
    handlers: ReadonlyMap<string, Bound>,
    subscriptions: readonly Subscription[] = [],
  ) {
    this.id = checkName(id, 'agent id')
    parse(optionsShape, options, 'DEFINITION_INVALID', `options of agent ${id}`)
    this.role = options.role === undefined ? undefined : checkName(options.role, 'role')
    // A copy: what the hub is told of an agent does not change behind its back.
    this.skills = Object.freeze([...(options.skills ?? [])])
    this.capacity = options.capacity ?? 1
    this.warmUp = options.warmUp
    const { warmUpTimeout, supervision } = options
    this.warmUpTimeout = warmUpTimeout === undefined ? undefined : toMs(warmUpTimeout, 'warmUpTimeout')
    this.supervision =
      supervision === undefined ? undefined : supervisionOf(supervision, `supervision of agent ${id}`)
    this.mailbox = options.mailbox === undefined ? undefined : Object.freeze({ ...options.mailbox })
    this.messages = options.messages === undefined ? undefined : Object.freeze({ ...options.messages })
    this.#options = { ...options, skills: this.skills }
    this.handlers = handlers
    this.subscriptions = Object.freeze([...subscriptions])
  }

  /**
   * The same agent, able to do one more sort of task.
   * @throws StatorError ALREADY_REGISTERED when it has code for that task, DEFINITION_INVALID when one of the two is missing
   */
  handle<I, O, Given, Made>(
    task: TaskDefinition<I, O, Given, Made>,
    run: Handler<I, NoInfer<Made>>,
  ): AgentDefinition {
    const known = checkTask(task, `task of agent ${this.id}`)
    parse(func, run, 'DEFINITION_INVALID', `code of agent ${this.id} for ${known.name}`)
    if (this.handlers.has(known.name))
      throw new StatorError('ALREADY_REGISTERED', { agent: this.id, task: known.name })
    const handlers = new Map(this.handlers).set(known.name, {
      task: known,
      run: run as Handler<never, unknown>,
    })
    return new AgentDefinition(this.id, this.#options, handlers, this.subscriptions)
  }

  /**
   * The same agent, which hears of what is published about such topics as that task: words with dots between them, `*` for any one word,
   * `**` at the end for any number. Without `run` by the code that it has for the task. Part of what is recorded of it, so that it
   * gets what is published while it is away.
   * @throws StatorError DEFINITION_INVALID: no pattern, or no code; ALREADY_REGISTERED: two sorts of code
   */
  subscribe<I, O, Given, Made>(
    patterns: string | readonly string[],
    task: TaskDefinition<I, O, Given, Made>,
    run?: Handler<I, NoInfer<Made>>,
  ): AgentDefinition {
    const able = run === undefined ? this : this.handle(task, run)
    const { name } = checkTask(task, `task of agent ${this.id}`)
    if (!able.handlers.has(name))
      throw new StatorError('DEFINITION_INVALID', {
        agent: this.id,
        task: name,
        reason: 'it has no code for it',
      })
    const wanted = (typeof patterns === 'string' ? [patterns] : patterns).map(checkPattern)
    const more = wanted
      .filter(pattern => !this.subscriptions.some(known => known.pattern === pattern && known.task === name))
      .map(pattern => ({ pattern, task: name }))
    return new AgentDefinition(this.id, this.#options, able.handlers, [...this.subscriptions, ...more])
  }
}

/** @throws StatorError ADDRESS_INVALID (id, role), DEFINITION_INVALID (skills, capacity, warmUp, supervision) */
export function agent(id: string, options: AgentOptions = {}): AgentDefinition {
  return new AgentDefinition(id, options, new Map())
}
