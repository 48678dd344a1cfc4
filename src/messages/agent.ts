/** What an agent is told. Schemas only. */
import { z } from 'zod'
import { address, failureSchema } from './task.ts'

export const agentMessages = {
  'agent.register': z.object({
    role: z.string().optional(),
    skills: z.array(z.string()),
    capacity: z.int().min(1),
    /** What it wants to hear of what is published, and as which task. */
    topics: z.array(z.object({ pattern: z.string(), task: z.string() })).optional(),
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
  /** It takes no work until all who paused it have resumed it. Without `by` it is an operator's own. */
  'agent.pause': z.object({ reason: z.string().optional(), by: address.optional() }),
  /** By one of those who paused it; without `by` an operator's word, which lifts all pauses. */
  'agent.resume': z.object({ by: address.optional() }),
  'agent.fail': z.object({ error: failureSchema }),
  'agent.stop': z.object({ reason: z.string().optional() }),
} as const

export const agentPublic = ['agent.pause', 'agent.resume', 'agent.stop'] as const
