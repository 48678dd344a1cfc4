/**
 * Mail: what makes a task a message to an agent: who says it, in which conversation, on which way it came about. The task itself is
 * the message: its input what is said, its queue the mailbox, its output the answer. Schemas only.
 */
import { z } from 'zod'

/** What a message is meant as. */
export const MAIL_TYPES = ['task', 'result', 'query', 'response', 'status', 'error', 'broadcast'] as const
export type MailType = (typeof MAIL_TYPES)[number]

export const mailSchema = z.object({
  type: z.enum(MAIL_TYPES),
  /** Who says it: `agent/<id>` or `client/<name>`. */
  from: z.string(),
  /** Where it was published, if it was. */
  topic: z.string().optional(),
  /** Whoever says it waits for the answer. */
  asks: z.boolean().optional(),
  /** The agents by whose messages it came about, the first before all others, its sender last: empty where a client began. */
  path: z.array(z.string()),
})
export type Mail = z.infer<typeof mailSchema>
