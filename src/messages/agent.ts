/** What an agent is told. Schemas only. */
import { z } from 'zod'
import { mailboxSchema, messageRateSchema } from './mailbox.ts'
import { rateSchema } from './queue.ts'
import { address, failureSchema, json, retrySchema } from './task.ts'

export const GIVEN_UP = ['quarantine', 'stop'] as const

/** What follows from the failures of an agent. Times in milliseconds. */
export const supervisionSchema = z.object({
  /** So many within this time are too many: it is restarted. */
  failures: z.object({ max: z.int().min(1), within: z.number().min(1) }),
  /** What it waits before each restart. */
  restart: retrySchema.pick({ initialInterval: true, backoff: true, maxInterval: true, jitter: true }),
  /** After so many restarts within this time it is given up instead. */
  intensity: z.object({ max: z.int().min(0), within: z.number().min(1) }),
  giveUp: z.enum(GIVEN_UP),
  /** A human is asked whether a quarantined one goes on. */
  escalate: z
    .object({ approvers: z.array(z.string()).optional(), expires: z.number().min(0).optional() })
    .optional(),
  /** What waits for it alone goes to others, once it is given up. */
  reassign: z.boolean(),
})
export type Supervision = z.infer<typeof supervisionSchema>

export const agentMessages = {
  'agent.register': z.object({
    role: z.string().optional(),
    skills: z.array(z.string()),
    capacity: z.int().min(1),
    mailbox: mailboxSchema.optional(),
    messages: messageRateSchema.optional(),
    /** What it wants to hear of what is published, and as which task. */
    topics: z.array(z.object({ pattern: z.string(), task: z.string() })).optional(),
    supervision: supervisionSchema.optional(),
  }),
  /** The process that holds its code is up; `ready` false while it warms up. */
  'agent.online': z.object({ ready: z.boolean() }),
  'agent.offline': z.object({}),
  /** Net change of its load since the last one: tasks running now, and what ended meanwhile. */
  'agent.load': z.object({
    running: z.int().min(0),
    done: z.int().min(0),
    failed: z.int().min(0),
    /** Milliseconds that those tasks ran. */
    busyMs: z.number().min(0),
  }),
  /** Messages of its in one turn, to whomever; how many it may say, and how often. */
  'agent.said': z.object({ at: z.number(), messages: z.int().min(1), rate: rateSchema }),
  /** It takes no work until all who paused it have resumed it. Without `by` it is an operator's own. */
  'agent.pause': z.object({ reason: z.string().optional(), by: address.optional() }),
  /** By one of those who paused it; without `by` an operator's word, which lifts all pauses. */
  'agent.resume': z.object({ by: address.optional() }),
  /** It could not warm up. `random` in 0..1 feeds the jitter of a restart. */
  'agent.fail': z.object({ error: failureSchema, random: z.number().optional() }),
  /** An attempt of its failed; told to those only that are supervised. */
  'agent.fault': z.object({ task: address, error: failureSchema, random: z.number() }),
  /** Its timer: it has waited long enough. */
  'agent.restart': z.object({ id: z.string(), event: z.string(), setSeq: z.int() }),
  /** From the gate that was opened for it: how that ended. */
  'step.done': z.object({
    step: z.int(),
    status: z.enum(['completed', 'failed', 'cancelled']),
    output: json.optional(),
    error: failureSchema.optional(),
  }),
  'agent.stop': z.object({ reason: z.string().optional() }),
} as const

export const agentPublic = ['agent.pause', 'agent.resume', 'agent.stop'] as const
