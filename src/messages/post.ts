/** What a post is told: one message to many agents, with whom it goes to fixed in it. Schemas only. */
import { z } from 'zod'
import { address, taskCreate } from './task.ts'

const postSend = z.object({
  /** What the task of each recipient is created with, beside whose it is. */
  create: taskCreate,
  /** In this order; with the mailbox of each. */
  recipients: z.array(z.object({ agent: address, queue: z.string() })),
})
export type PostSend = z.infer<typeof postSend>

export const postMessages = { 'post.send': postSend } as const

/** Clients and agents send by `runtime.mail` and `ctx`, and not by hand. */
export const postPublic = [] as const
