/** Slots and pools: the dispatcher's picture of who has room and who waits. Shapes only. */
import type { Address } from '../messages/address.ts'
import type { Priority } from '../messages/message.ts'
import type { TaskCreate } from '../messages/task.ts'
import type { Ready, ReadyQueue } from './ready-queue.ts'

/** An agent, as far as the dispatcher cares. */
export interface Slot {
  readonly address: Address
  capacity: number
  role: string | null
  /** Ready or busy: takes work when it has room. */
  open: boolean
  running: number
  /** What the agent was last told. */
  told: number
  done: number
  failed: number
  busyMs: number
  readonly pools: Set<Pool>
}

/** Tasks that the same agents can do. */
export interface Pool {
  readonly task: string
  readonly role: string | undefined
  readonly agent: Address | undefined
  readonly queue: ReadyQueue
  /** Agents with room, the one that was given work longest ago first. */
  readonly free: Set<Slot>
}

export interface Running {
  readonly slot: Slot
  readonly suspect: boolean
}

/** A place in a line. */
export interface Place extends Ready {
  readonly pool: Pool
}

/** What decides where a task waits. */
export interface Waiting {
  readonly task: Address
  readonly spec: Pick<TaskCreate, 'task' | 'role' | 'agent'>
  readonly interruptions: number
  readonly priority: Priority
  /** The signal with which it became ready. */
  readonly seq: number
}

export interface AgentLoad {
  readonly agent: Address
  readonly running: number
  readonly done: number
  readonly failed: number
  readonly busyMs: number
}
