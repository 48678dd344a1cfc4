/** Client options: what a client says of itself beside its message. */
import { z } from 'zod'
import { parse } from '../../actors/schema.ts'

export interface ClientOptions {
  /** The name of a client that is known: see `runtime.client(name)`. Default: the local one. */
  readonly from?: string
  /** 1 to 200 characters. The same key with the same message is said once, also after a restart. */
  readonly idempotencyKey?: string
}

/** The rest is looked at by whoever it is for. */
const shape = z.looseObject({
  from: z.string().optional(),
  idempotencyKey: z.string().min(1).max(200).optional(),
})

/** @throws StatorError INPUT_INVALID */
export const clientKey = (options: unknown): ClientOptions =>
  parse(shape, options, 'INPUT_INVALID', 'options') as ClientOptions
