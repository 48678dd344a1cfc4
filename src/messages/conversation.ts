/** What a conversation between agents is told: how much is said in it, that it is stopped, that it may go on. Schemas only. */
import { z } from 'zod'
import type { Address } from './address.ts'
import { rateSchema } from './queue.ts'

/** Tells letters, mailboxes and conversations what no actor among them can know. */
export const POSTMASTER = 'system/postmaster' satisfies Address

/** Of whoever decides: the postmaster's address, a name, an address of mail. */
const by = z.string().min(1).max(200)

export const conversationMessages = {
  /** What agents said in it in one turn, and what of it was refused for its rate, or for a full mailbox. */
  'conversation.load': z.object({
    at: z.number(),
    messages: z.int().min(0),
    refused: z.int().min(0),
    /** How often something may be said in it. */
    rate: rateSchema,
  }),
  'conversation.stop': z.object({
    by,
    reason: z.string().min(1),
    /** Of the guard that stopped it: its code; who answered whom, to the one who would have been next. */
    code: z.string().optional(),
    loop: z.array(z.string()).optional(),
  }),
  'conversation.resume': z.object({ by, reason: z.string().optional() }),
  /** Nobody has anything to say in it any more; of one with so many messages. */
  'conversation.end': z.object({ messages: z.int().min(0) }),
} as const

export const conversationPublic = ['conversation.stop', 'conversation.resume'] as const

/** Where the conversation lives to which what has that correlation belongs. */
export const conversationOf = (correlationId: string): Address =>
  correlationId.startsWith('conversation/')
    ? (correlationId as Address)
    : (`conversation/${correlationId}` as Address)
