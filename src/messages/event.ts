/** Event: a signal on its way into a machine, with its data typed by the schema of its type. */
import type { z } from 'zod'
import type { Signal } from './signal.ts'

export type EventsOf<M extends Record<string, z.ZodType>> = {
  [T in keyof M & string]: Omit<Signal, 'type' | 'data'> & { readonly type: T; readonly data: z.infer<M[T]> }
}[keyof M & string]
