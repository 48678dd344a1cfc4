/**
 * Roster: the agents that are there, and for which pools of tasks each of them fits. It gives no work and keeps no line: the
 * dispatcher does.
 */
import type { AgentContext } from '../machines/agent.ts'
import { idOf, type Address } from '../messages/address.ts'
import { ReadyQueue } from './ready-queue.ts'
import type { Pool, Slot, Waiting } from './slots.ts'

export class Roster {
  readonly #handles: (agent: string, task: string) => boolean
  readonly #slots = new Map<Address, Slot>()
  readonly #pools = new Map<string, Pool>()

  /** `handles` says whether an agent has code for a task in this process life. */
  constructor(handles: (agent: string, task: string) => boolean) {
    this.#handles = handles
  }

  slot(agent: Address): Slot | undefined {
    return this.#slots.get(agent)
  }

  /** An agent that is there, with the room that it has now. */
  enter(address: Address, state: string, context: AgentContext): Slot {
    const slot = this.#slots.get(address) ?? newSlot(address)
    this.#slots.set(address, slot)
    slot.capacity = context.capacity
    slot.role = context.role
    slot.open = state === 'ready' || state === 'busy'
    for (const pool of this.#pools.values()) this.#join(slot, pool)
    this.refresh(slot)
    return slot
  }

  /** An agent that takes no work, whatever its room. */
  rest(address: Address): void {
    const slot = this.#slots.get(address)
    if (slot === undefined) return
    slot.open = false
    this.refresh(slot)
  }

  /** An agent that is there no more. */
  leave(address: Address): Slot | undefined {
    const slot = this.#slots.get(address)
    if (slot === undefined) return undefined
    for (const pool of slot.pools) pool.free.delete(slot)
    slot.pools.clear()
    this.#slots.delete(address)
    return slot
  }

  /** Puts the slot at the end of the line in its pools, or takes it out where it has no room. */
  refresh(slot: Slot): void {
    const free = slot.open && slot.running < slot.capacity
    for (const pool of slot.pools) {
      pool.free.delete(slot)
      if (free) pool.free.add(slot)
    }
  }

  /** Where such a task waits. Suspects wait in pools of their own, so that they hold up nobody else. */
  pool({ task, role, agent }: Waiting['spec'], sort: 'usual' | 'suspect'): Pool {
    const key = `${sort} ${task} ${role ?? ''} ${agent ?? ''}`
    const known = this.#pools.get(key)
    if (known !== undefined) return known
    const pool: Pool = { task, role, agent, queue: new ReadyQueue(), free: new Set() }
    this.#pools.set(key, pool)
    for (const slot of this.#slots.values()) {
      this.#join(slot, pool)
      this.refresh(slot)
    }
    return pool
  }

  #join(slot: Slot, pool: Pool): void {
    const fits =
      (pool.agent === undefined || pool.agent === slot.address) &&
      (pool.role === undefined || pool.role === slot.role) &&
      this.#handles(idOf(slot.address), pool.task)
    if (fits) slot.pools.add(pool)
    else {
      slot.pools.delete(pool)
      pool.free.delete(slot)
    }
  }
}

function newSlot(address: Address): Slot {
  return {
    address,
    capacity: 1,
    role: null,
    open: false,
    running: 0,
    told: 0,
    done: 0,
    failed: 0,
    busyMs: 0,
    pools: new Set(),
  }
}
