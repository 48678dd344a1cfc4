/**
 * Mail: what makes a task a message to an agent: who says it, in which conversation, on which way it came about. The task itself is
 * the message: its input what is said, its queue the mailbox, its output the answer. Schemas only.
 */
import { z } from 'zod'
import type { Json } from './json.ts'

/** What a message is meant as. */
export const MAIL_TYPES = ['task', 'result', 'query', 'response', 'status', 'error', 'broadcast'] as const
export type MailType = (typeof MAIL_TYPES)[number]

const json = z.unknown() as z.ZodType<Json>

/** Who was looked for, where nobody was named. */
const sought = z.object({ role: z.string().optional(), skills: z.array(z.string()).optional() })

export const mailSchema = z.object({
  type: z.enum(MAIL_TYPES),
  /** Who says it: `agent/<id>` or `client/<name>`. */
  from: z.string(),
  /** Where it was published, if it was. */
  topic: z.string().optional(),
  /** Whoever says it waits for the answer. */
  asks: z.boolean().optional(),
  /** Addresses of the agents by whose messages it came about, the first before all others, its sender last: empty where a client began. */
  path: z.array(z.string()),
  /** The attempt that says it, where one does: its task, and which turn of that. */
  by: z.object({ task: z.string(), turn: z.int() }).optional(),
  /** Set where a specialist is consulted: whom for, and what whoever asks is at. */
  consults: sought
    .extend({
      run: z.string().optional(),
      metadata: z.record(z.string(), json).optional(),
      context: json.optional(),
    })
    .optional(),
})
export type Mail = z.infer<typeof mailSchema>

/** The queue in which the mail of an agent waits. */
export const mailboxOf = (agentId: string): string => `mailbox:${agentId}`
