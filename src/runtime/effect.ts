/** Effect: work asked of the outside, and the port that does it. Its intent is recorded before it starts. */
import type { HandOff } from '../actors/mail-calls.ts'
import type { Address } from '../messages/address.ts'
import type { TaskCreate } from '../messages/task.ts'

export interface Effect {
  readonly task: Address
  readonly agent: Address
  /** Names this attempt: outcomes of another turn are stale. */
  readonly turn: number
  /** From 1; interruptions are not attempts. */
  readonly attempt: number
  readonly spec: TaskCreate
  readonly correlationId: string
  readonly depth: number
  /** By which hand-offs it came to its agent, if by any. */
  readonly handedOver?: readonly HandOff[]
}

export interface Executor {
  /** How much was given up, and has not settled. */
  readonly abandoned: number
  /** Starts the work. Never throws, never calls back before it returns. */
  start(effect: Effect): void
  /** Aborts the work of a task, if that turn of it still runs. */
  stop(task: Address, turn: number, reason: string): void
  /** Settles when nothing runs any more. */
  drained(): Promise<void>
  /** Aborts everything; what it still reports is ignored by its owner. */
  close(): void
}
