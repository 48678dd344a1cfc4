/**
 * What a task is told. The hub validates with these schemas what comes from outside; machines infer their events
 * from them. No behaviour here.
 */
import { z } from 'zod'
import type { Address } from './address.ts'
import type { Json } from './json.ts'

export const json = z.unknown() as z.ZodType<Json>
export const address = z.string() as unknown as z.ZodType<Address>

export const failureSchema = z.object({
  name: z.string(),
  message: z.string(),
  code: z.string(),
  retryable: z.boolean().optional(),
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
})
export type RetryPolicy = z.infer<typeof retrySchema>

export const INTERRUPTED_POLICIES = ['retry', 'fail', 'hold'] as const

/** All that a task needs for its whole life, frozen at its creation. What is absent has its default. */
export const taskCreate = z.object({
  task: z.string(),
  input: json,
  role: z.string().optional(),
  /** The only agent that may do it. */
  agent: address.optional(),
  retry: retrySchema.optional(),
  /** Milliseconds for one attempt. */
  timeout: z.number().optional(),
  onInterrupted: z.enum(INTERRUPTED_POLICIES).optional(),
  /** Not before this time, milliseconds since the epoch. */
  startAt: z.number().optional(),
  parent: address.optional(),
  /** Index of the step in the parent's plan. */
  step: z.int().optional(),
  /** Set when a dependency failed: the task ends at once as blocked. */
  blocked: z.object({ by: z.string(), code: z.string() }).optional(),
  metadata: z.record(z.string(), json).optional(),
})
export type TaskCreate = z.infer<typeof taskCreate>

export const taskMessages = {
  'task.create': taskCreate,
  /** The dispatcher's choice. */
  'task.start': z.object({ agent: address }),
  'task.done': z.object({ turn: z.int(), output: json }),
  /** `random` in 0..1 feeds the jitter, so that a replay waits as long. */
  'task.failed': z.object({ turn: z.int(), error: failureSchema, random: z.number() }),
  'task.progress': z.object({
    turn: z.int(),
    percent: z.number().min(0).max(100),
    note: z.string().optional(),
  }),
  /** A `ctx.do` that has its result. */
  'task.recorded': z.object({ turn: z.int(), name: z.string(), value: json }),
  /** Found running at a start: `clean` after a graceful close, which does not count. */
  'task.interrupted': z.object({ clean: z.boolean() }),
  'task.cancel': z.object({ reason: z.string().optional() }),
  /** An operator's word to a held task. */
  'task.retry': z.object({}),
  'task.fail': z.object({ reason: z.string() }),
} as const

/** Those that a client may send. */
export const taskPublic = ['task.cancel', 'task.retry', 'task.fail'] as const
