/** Slots, crews and jobs: the dispatcher's picture of who has room, who fits, and who there is to do. Shapes only. */
import type { Address } from '../messages/address.ts'
import type { Priority } from '../messages/message.ts'
import type { Starts } from '../messages/queue.ts'
import type { TaskCreate } from '../messages/task.ts'
import type { Desk } from './desk.ts'
import type { Line, Place } from './line.ts'
import type { Quota } from './quota.ts'

/** An agent, as far as the dispatcher cares. */
export interface Slot {
  readonly address: Address
  capacity: number
  role: string | null
  skills: readonly string[]
  /** Ready or busy: takes work when it has room. */
  open: boolean
  running: number
  /** Tasks that it was given: gives those of low priority their turn. */
  starts: number
  /** What the agent was last told. */
  told: number
  done: number
  failed: number
  busyMs: number
  readonly crews: Set<Crew>
}

/** The agents that can do the same tasks. */
export interface Crew {
  readonly task: string
  readonly role: string | undefined
  readonly skills: readonly string[]
  readonly agent: Address | undefined
  /** Who is not of it, although it fits. */
  readonly except: Address | undefined
  /** Agents with room, the one that was given work longest ago first. */
  readonly free: Set<Slot>
  /** Where tasks wait for them, by queue; of each, by priority and sort. */
  readonly lines: Map<Desk, (Line | undefined)[]>
  /** How many of those lines somebody may start from now. */
  openLines: number
}

/** What decides which agents fit. */
export type Fitting = Pick<TaskCreate, 'task' | 'role' | 'skills' | 'agent' | 'except'>

/** What decides where a task waits. */
export type Placing = Fitting & Pick<TaskCreate, 'queue' | 'key' | 'lane' | 'path' | 'parent' | 'mail'>

/** A living task. */
export interface Job {
  readonly task: Address
  readonly type: string
  readonly desk: Desk
  readonly priority: Priority
  /** What it is a part of: while that is paused, it is given to nobody. */
  readonly run: Address | undefined
  /** The only agent that may do it; and whether it is a message to that one. */
  agent: Address | undefined
  readonly isMail: boolean
  /** It was running at two or more crashes: see the dispatcher. */
  suspect: boolean
  state: string
  /** The signal with which it entered that state. */
  seq: number
  /** Tasks on the longest way from here to the end of what waits for it, itself included. */
  path: number
  place: Place | null
  running: { readonly slot: Slot; readonly quotas: readonly Quota[] } | null
}

/** A task that waits, as it is known of one that is parked. */
export interface Waiting {
  readonly task: Address
  readonly state: 'queued' | 'pending'
  readonly spec: Placing
  readonly interruptions: number
  readonly priority: Priority
  /** The signal with which it entered that state. */
  readonly seq: number
}

export interface AgentLoad {
  readonly agent: Address
  readonly running: number
  readonly done: number
  readonly failed: number
  readonly busyMs: number
}

export interface QueueLoad {
  readonly queue: Address
  readonly load: { readonly at: number; readonly starts: Starts }
}
