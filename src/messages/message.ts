/**
 * Message: what an actor or a client asks the hub to route. Holds no time and no position: those the hub gives.
 */
import type { Address } from './address.ts'
import type { Json } from './json.ts'

/** Highest first; the four levels of every queue. */
export const PRIORITIES = ['critical', 'high', 'normal', 'low'] as const
export type Priority = (typeof PRIORITIES)[number]

export interface Message {
  readonly type: string
  readonly to: Address
  readonly from: Address
  readonly priority: Priority
  /** What belongs together: the address of the run (or of the task, where there is no run). */
  readonly correlationId: string
  readonly data: Json
}
