/**
 * Migration: a run as it is shown to those who bring it to another version of its definition, and what the hub tells an actor that goes
 * on with another one. Schemas and shapes only.
 */
import { z } from 'zod'
import { json } from './task.ts'

/** The message by which an actor goes on with another definition. From the hub alone. */
export const MIGRATE = 'hub.migrate'

/** `'waiting'`, or `{ review: 'waiting' }` where states lie in states. */
export type StateValue = string | { readonly [state: string]: StateValue }
const stateValue: z.ZodType<StateValue> = z.lazy(() =>
  z.union([z.string(), z.record(z.string(), stateValue)]),
)

const timer = z.strictObject({
  id: z.string().min(1),
  /** The event that the machine gets: `xstate.after.<delay>.<id of the state>`. */
  event: z.string().min(1),
  /** Milliseconds since the epoch. */
  due: z.number(),
})

/** What else a machine's snapshot has goes along as it is. */
export const runSnapshot = z.looseObject({
  value: stateValue,
  context: json,
  /** For each history state that has one, the states that it leads back to. */
  historyValue: z.record(z.string(), json).optional(),
  timers: z.array(timer),
})

/** A run between two messages, as JSON. */
export type RunSnapshot = z.infer<typeof runSnapshot>

/**
 * Makes of a run of another version one of this version; it is given a copy of its own. Synchronous and pure: it is tried on every run
 * beforehand, and what it gives when a runtime starts is recorded and never made again.
 */
export type Migrate = (snapshot: RunSnapshot) => RunSnapshot
