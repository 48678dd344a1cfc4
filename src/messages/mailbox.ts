/** A mailbox as its agent has it: how much mail may wait, and what becomes of more; and how much the agent may say. Schemas only. */
import { z } from 'zod'

/** Of mail for which there is no room: who sends it is refused; who has waited longest gives way; it lies among the dead itself. */
export const MAILBOX_OVERFLOWS = ['refuse', 'drop-oldest', 'drop-newest'] as const

export const mailboxSchema = z.object({
  limit: z.int().min(1).optional(),
  overflow: z.enum(MAILBOX_OVERFLOWS).optional(),
})
export type MailboxSpec = z.infer<typeof mailboxSchema>

/** What an agent may say, to whomever: so many messages a minute, and so many at once. */
export const messageRateSchema = z.object({
  perMinute: z.int().min(1).optional(),
  burst: z.int().min(1).optional(),
})
export type MessageRate = z.infer<typeof messageRateSchema>
