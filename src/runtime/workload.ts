/** Workload: what agents and queues have not heard of yet: how much runs, how much was done, what of their rates is used up. */
import type { Failure } from '../errors.ts'
import type { TaskContext } from '../machines/task.ts'
import type { Desk } from './desk.ts'
import type { AgentLoad, QueueLoad, Slot } from './slots.ts'

export class Workload {
  readonly #slots = new Set<Slot>()
  readonly #desks = new Set<Desk>()
  /** Agents that were unregistered while they still had work. */
  readonly #left = new WeakSet<Slot>()

  /** Something of this agent is to be told. */
  changed(slot: Slot): void {
    if (!this.#left.has(slot)) this.#slots.add(slot)
  }

  /** One that is there no more hears nothing. */
  left(slot: Slot): void {
    this.#left.add(slot)
    this.#slots.delete(slot)
  }

  /** A task was started from a queue. */
  started(desk: Desk, key: string | undefined, at: number): void {
    if (desk.started(key, at)) this.#desks.add(desk)
  }

  /** Counts an attempt that ended by itself: of one that was interrupted, or cut short for its task was out of time, nothing is known. */
  ended(slot: Slot, state: string, { error, startedAt }: TaskContext, at: number): void {
    const isCut = error !== null && isOwn(error)
    const failed = ['failed', 'retrying', 'dead'].includes(state) && !isCut
    if (state === 'completed') slot.done++
    else if (failed) slot.failed++
    if (state === 'completed' || failed) slot.busyMs += Math.max(0, at - startedAt)
  }

  /** Agents whose number of running tasks changed since they were told; with `all`, also those with new statistics. */
  agents(all: boolean): AgentLoad[] {
    const loads: AgentLoad[] = []
    for (const slot of this.#slots) {
      const { address: agent, running, done, failed, busyMs } = slot
      if (!all && running === slot.told) continue
      loads.push({ agent, running, done, failed, busyMs })
      slot.told = running
      slot.done = 0
      slot.failed = 0
      slot.busyMs = 0
      this.#slots.delete(slot)
    }
    return loads
  }

  /** Queues from which tasks were started, where that uses something up. */
  queues(): QueueLoad[] {
    const loads: QueueLoad[] = []
    for (const desk of this.#desks) {
      const load = desk.untold()
      if (load !== undefined) loads.push({ queue: desk.address, load })
    }
    this.#desks.clear()
    return loads
  }
}

/** What the task itself says of how it ended: what its handler throws may have the same code, of something that it waited for. */
const isOwn = ({ name, code }: Failure): boolean =>
  (name === 'Interrupted' && code === 'INTERRUPTED') || (name === 'Expired' && code === 'TASK_EXPIRED')
