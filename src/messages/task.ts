/**
 * What a task is told. The hub validates with these schemas what comes from outside; machines infer their events
 * from them. No behaviour here.
 */
import { z } from 'zod'
import type { Address } from './address.ts'
import type { Json } from './json.ts'
import { amountsSchema } from './budget.ts'
import { mailSchema } from './mail.ts'

export const json = z.unknown() as z.ZodType<Json>
export const address = z.string() as unknown as z.ZodType<Address>

/** What stood in the way of a task, and in the way of that, nearest first. */
export const reasonsSchema = z.array(
  z.object({ task: z.string(), code: z.string(), message: z.string().optional() }),
)

export const failureSchema = z.object({
  name: z.string(),
  message: z.string(),
  code: z.string(),
  retryable: z.boolean().optional(),
  reasons: reasonsSchema.optional(),
})

/** Intervals in milliseconds. */
export const retrySchema = z.object({
  /** Attempts in all, the first included. */
  maxAttempts: z.int().min(1),
  initialInterval: z.number().min(0),
  /** Factor from one interval to the next. */
  backoff: z.number().min(1),
  maxInterval: z.number().min(0),
  /** full: 0..interval; equal: half fixed, half random; none. */
  jitter: z.enum(['full', 'equal', 'none']),
  /** Names or codes of errors that no further attempt can help. */
  nonRetryable: z.array(z.string()).optional(),
})
export type RetryPolicy = z.infer<typeof retrySchema>

export const INTERRUPTED_POLICIES = ['retry', 'fail', 'hold'] as const

/** Of a sub-step that was begun and of which nobody knows the end: once more under its key, ask its code, ask somebody. */
export const UNCERTAIN_POLICIES = ['retry', 'reconcile', 'gate'] as const

const lane = z.object({ name: z.string(), limit: z.int().min(1) })
export type Lane = z.infer<typeof lane>

/** All that a task needs for its whole life, frozen at its creation. What is absent has its default. */
export const taskCreate = z.object({
  task: z.string(),
  input: json,
  role: z.string().optional(),
  /** Its agent must have all of them. */
  skills: z.array(z.string()).optional(),
  /** The only agent that may do it. */
  agent: address.optional(),
  /** An agent that may not do it. */
  except: address.optional(),
  /** The queue it waits in; absent: `default`. */
  queue: z.string().optional(),
  /** Whose share of the queue it uses, such as a customer or a provider. */
  key: z.string().optional(),
  /** At most so many of the same name run at once: the worker limit of a group; or several of these. */
  lane: z.union([lane, z.array(lane)]).optional(),
  retry: retrySchema.optional(),
  /** Milliseconds for one attempt. */
  timeout: z.number().optional(),
  /** Milliseconds that it may wait for an agent, each time it waits. */
  queueTimeout: z.number().optional(),
  /** Milliseconds between two signs of life of its handler. */
  heartbeat: z.number().optional(),
  /** Milliseconds from when it first could run to its end, all attempts and waits included. */
  overall: z.number().optional(),
  onInterrupted: z.enum(INTERRUPTED_POLICIES).optional(),
  /** What becomes of a sub-step of which nobody knows whether it happened. Set where they are announced before they begin. */
  uncertain: z.enum(UNCERTAIN_POLICIES).optional(),
  /** Set aside of its budget before each attempt begins, where it has one. */
  budget: amountsSchema.optional(),
  /** Not before this time, milliseconds since the epoch. */
  startAt: z.number().optional(),
  /** What must complete first; it may not exist yet. */
  after: z.array(address).optional(),
  /** Tasks on the longest way from here to the end of its workflow, itself included. */
  path: z.int().optional(),
  /**
   * Its result is kept for tasks that ask for the same, by this version of its definition, for so many milliseconds. `refresh`: it
   * runs, whatever is kept.
   */
  cache: z.object({ version: z.string(), ttl: z.number(), refresh: z.boolean().optional() }).optional(),
  /** The result that was there already. Put in by the hub, which says in the stamp whose it is; erased like any payload. */
  output: json.optional(),
  parent: address.optional(),
  /** Index of the step in the parent's plan. */
  step: z.int().optional(),
  /** Which visit of that step it is of, and which item of a map. */
  visit: z.int().optional(),
  item: z.int().optional(),
  /** It undoes that step. */
  undo: z.boolean().optional(),
  /** Its parent is told the output itself, and not only that there is one. */
  tellsOutput: z.boolean().optional(),
  /** Set when a dependency failed: the task ends at once as blocked. */
  blocked: z.object({ by: z.string(), code: z.string(), reasons: reasonsSchema.optional() }).optional(),
  metadata: z.record(z.string(), json).optional(),
  /** Set where it is a message to an agent. */
  mail: mailSchema.optional(),
})
export type TaskCreate = z.infer<typeof taskCreate>

export const lanesOf = ({ lane: given }: Pick<TaskCreate, 'lane'>): readonly Lane[] =>
  given === undefined ? [] : Array.isArray(given) ? given : [given]

/** Why a letter lies among the dead. */
export const DEAD_REASONS = [
  /** Its mailbox was full. */
  'overflow',
  /** Nobody handled it in its time. */
  'expired',
  /** Its attempts are used up. */
  'failed',
  /** Its agent was unregistered. */
  'agent-stopped',
  /** A guard or an operator stopped its conversation. */
  'conversation-stopped',
  /** A guard would not let it through. */
  'guard',
] as const
export type DeadReason = (typeof DEAD_REASONS)[number]

/** That a letter cannot be delivered, and why: with a code of the catalogue. */
export const undeliveredSchema = z.object({ reason: z.enum(DEAD_REASONS), error: failureSchema })
export type Undelivered = z.infer<typeof undeliveredSchema>

/**
 * What the hub stamps on the creation of a task: who starts it at once; whose result it has been given as its output; or, of a letter,
 * that it cannot be delivered.
 */
export type TaskStamp =
  { readonly agent: Address } | { readonly from: Address } | { readonly dead: Undelivered } | null

/** How something ended that others depend on. */
export const DEPENDENCY_ENDINGS = ['completed', 'failed', 'cancelled', 'blocked'] as const

const timer = z.object({ id: z.string(), event: z.string(), setSeq: z.int() })

/** How it came to be known what had become of a sub-step, and by whom. */
const resolution = z.object({
  how: z.enum(['reconciled', 'gate', 'operator', 'handler']),
  by: z.string().min(1).max(200),
  reason: z.string().max(10_000).optional(),
})
export type Resolution = z.infer<typeof resolution>

export const taskMessages = {
  'task.create': taskCreate,
  /** It must wait for these as well; until it has started. */
  'task.depend': z.object({ after: z.array(address).min(1) }),
  'dependency.done': z.object({
    on: address,
    status: z.enum(DEPENDENCY_ENDINGS),
    /** Why it did not complete, nearest first: itself, and what stood in its way. */
    reasons: reasonsSchema.optional(),
  }),
  /** It waits for one agent, which was given up: from now on for this one, or, where that is null, for any of the role. */
  'task.reassign': z.object({ agent: address.nullable(), role: z.string().optional(), reason: z.string() }),
  /** The dispatcher's choice. */
  'task.start': z.object({ agent: address }),
  'task.done': z.object({ turn: z.int(), output: json }),
  /** `random` in 0..1 feeds the jitter, so that a replay waits as long. */
  'task.failed': z.object({
    turn: z.int(),
    error: failureSchema,
    random: z.number(),
    /** The handler's own word on when to try again, in milliseconds. */
    retryAfter: z.number().min(0).optional(),
  }),
  'task.progress': z.object({
    turn: z.int(),
    percent: z.number().min(0).max(100),
    note: z.string().optional(),
  }),
  /** A `ctx.do` that has its result. */
  'task.recorded': z.object({ turn: z.int(), name: z.string(), value: json, ...resolution.partial().shape }),
  /** A `ctx.do` that is about to begin. */
  'task.intended': z.object({ turn: z.int(), name: z.string() }),
  /** Of one that was begun it is known now whether it happened, and what came of it. `turn`: from the attempt that asked. */
  'task.resolved': z.object({
    turn: z.int().optional(),
    name: z.string(),
    done: z.boolean(),
    value: json.optional(),
    ...resolution.shape,
  }),
  /** Its agent gives it to another, or to anybody else of a role; `queue` is where it waits then, if not where it did. */
  'task.handOff': z.object({
    turn: z.int(),
    to: z.object({ agent: address.optional(), role: z.string().optional(), queue: z.string().optional() }),
    note: z.string().optional(),
  }),
  /** Found running at a start: `clean` after a graceful close, which does not count. */
  'task.interrupted': z.object({ clean: z.boolean() }),
  /** Its timers: it waited too long for an agent; it is not done in time. */
  'task.overdue': timer,
  'task.expired': timer,
  'task.cancel': z.object({ reason: z.string().optional() }),
  /** An operator's word to a held task. */
  'task.retry': z.object({}),
  'task.fail': z.object({ reason: z.string() }),
  /** To a letter: it will not be handled. */
  'task.drop': undeliveredSchema,
  /** An operator's word to a dead letter: it is delivered once more; nobody wants it. */
  'task.replay': z.object({}),
  'task.discard': z.object({ by: z.string().min(1).max(200), reason: z.string().min(1) }),
} as const

/** Those that a client may send. */
export const taskPublic = [
  'task.depend',
  'task.cancel',
  'task.retry',
  'task.fail',
  'task.replay',
  'task.discard',
] as const
