/** What a queue is told. Schemas only. */
import { z } from 'zod'

/** A token bucket: one token each `interval` milliseconds, at most `burst` of them saved up. */
export const rateSchema = z.object({ interval: z.number().positive(), burst: z.int().min(1) })
export type Rate = z.infer<typeof rateSchema>

export const QUEUE_ORDERS = ['fifo', 'critical-path'] as const

const share = z.object({
  /** Tasks that may run at once. */
  concurrency: z.int().min(1).optional(),
  rates: z.array(rateSchema),
})
export type Share = z.infer<typeof share>

export const queueSpec = share.extend({
  /** What each key has for itself. */
  perKey: share.optional(),
  order: z.enum(QUEUE_ORDERS),
  /** Tasks that may wait in it, whatever for. */
  maxWaiting: z.int().min(1).optional(),
})
export type QueueSpec = z.infer<typeof queueSpec>

/** Tasks that were started at one time, by key; null for those without. */
export const startsSchema = z.array(z.tuple([z.string().nullable(), z.int().min(1)]))
export type Starts = z.infer<typeof startsSchema>

export const queueMessages = {
  'queue.configure': queueSpec,
  /** What the dispatcher started: at that time, which a message on its way may be older than. */
  'queue.load': z.object({ at: z.number(), starts: startsSchema }),
  'queue.pause': z.object({ reason: z.string().optional() }),
  'queue.resume': z.object({}),
  'queue.drain': z.object({ reason: z.string().optional() }),
} as const

export const queuePublic = ['queue.pause', 'queue.resume', 'queue.drain'] as const
