/**
 * Dispatcher: matches ready tasks to agents. A decider: it keeps only projections of committed states (who has
 * room, who waits), rebuilt at a start by observing every living actor; its choices are stamped on messages, and a
 * recipient may refuse them.
 */
import type { AgentContext } from '../machines/agent.ts'
import type { TaskContext } from '../machines/task.ts'
import type { Address } from '../messages/address.ts'
import type { Priority } from '../messages/message.ts'
import type { TaskCreate } from '../messages/task.ts'
import { goesFirst, type Ready } from './ready-queue.ts'
import { Roster } from './roster.ts'
import type { AgentLoad, Place, Pool, Running, Slot, Waiting } from './slots.ts'

/** From this many interruptions on a task runs only when no other such task does: a task that ends the process
 * each time then takes down no innocent neighbour a third time. */
const SUSPECT = 2
/** Each so-manieth place goes to who has waited longest, whatever its priority: so nobody starves. */
const FAIR = 16

export class Dispatcher {
  readonly #roster: Roster
  readonly #running = new Map<Address, Running>()
  readonly #waiting = new Map<Address, Place>()
  /** Pools in which somebody waits. */
  readonly #busyPools = new Set<Pool>()
  /** Slots whose load or statistics the agent has not heard of. */
  readonly #untold = new Set<Slot>()
  /** Agents that must warm up in this process life, and have not been told so yet. */
  readonly #cold = new Set<Address>()
  #suspects = 0
  #given = 0 // Places given to those who waited: only a rhythm, it need not survive a restart.
  #closed = false

  /** `handles` says whether an agent has code for a task in this process life. */
  constructor(handles: (agent: string, task: string) => boolean) {
    this.#roster = new Roster(handles)
  }

  /** From now on nobody gets work: the hub is draining. */
  close(): void {
    this.#closed = true
  }

  get waiting(): number {
    return this.#waiting.size
  }

  get running(): number {
    return this.#running.size
  }

  /** An agent for a task that is being created, where one is free and nobody waits before it. */
  choose(task: Address, spec: TaskCreate): Address | null {
    if (this.#closed || spec.blocked !== undefined || spec.startAt !== undefined) return null
    const pool = this.#roster.pool(spec, 'usual')
    if (pool.queue.size > 0 || this.#isContended(pool)) return null
    return this.#occupy(task, pool, false)
  }

  /** The next task that waits and has a free agent, with the agent; the place is taken at once. */
  next(): { task: Address; agent: Address } | null {
    if (this.#closed) return null
    const longest = this.#given % FAIR === FAIR - 1
    let best: { pool: Pool; ready: Ready } | undefined
    for (const pool of this.#busyPools) {
      if (pool.queue.size === 0) this.#busyPools.delete(pool)
      else if (pool.free.size > 0) {
        const ready = pool.queue.peek(longest)
        if (ready === undefined || !this.#mayRun(ready)) continue
        if (best === undefined || goesFirst(ready, best.ready, longest)) best = { pool, ready }
      }
    }
    if (best === undefined) return null
    best.pool.queue.take(best.ready)
    this.#given++
    const { task } = best.ready
    this.#waiting.delete(task)
    const agent = this.#occupy(task, best.pool, best.ready.suspect)
    return agent === null ? null : { task, agent }
  }

  /** True while somebody waits for whom there is an agent: then the hub must take another turn. */
  hasWork(): boolean {
    if (this.#closed) return false
    for (const pool of this.#busyPools) {
      const ready = pool.free.size > 0 ? pool.queue.peek() : undefined
      if (ready !== undefined && this.#mayRun(ready)) return true
    }
    return false
  }

  /** Agents whose number of running tasks changed since they were told; with `all`, also those with new statistics. */
  loads(all: boolean): AgentLoad[] {
    const loads: AgentLoad[] = []
    for (const slot of this.#untold) {
      if (!all && slot.running === slot.told) continue
      loads.push({
        agent: slot.address,
        running: slot.running,
        done: slot.done,
        failed: slot.failed,
        busyMs: slot.busyMs,
      })
      slot.told = slot.running
      slot.done = 0
      slot.failed = 0
      slot.busyMs = 0
      this.#untold.delete(slot)
    }
    return loads
  }

  /** A task is in this state now. `seq` is the signal with which it entered it. */
  task(
    task: Address,
    state: string,
    context: TaskContext,
    priority: Priority,
    seq: number,
    at: number,
  ): void {
    if (state !== 'queued') this.#forget(task)
    if (state === 'running') {
      if (context.agent !== null && !this.#running.has(task)) this.#adopt(task, context)
      return
    }
    this.#leave(task, state, context, at)
    if (state === 'queued' && context.spec !== null)
      this.wait({ task, spec: context.spec, interruptions: context.interruptions, priority, seq })
  }

  /** A task that is queued: it may be parked, and keep its place. */
  wait({ task, spec, interruptions, priority, seq }: Waiting): void {
    if (this.#waiting.has(task)) return
    const suspect = interruptions >= SUSPECT
    const pool = this.#roster.pool(spec, suspect ? 'suspect' : 'usual')
    const place: Place = { task, priority, seq, suspect, gone: false, pool }
    pool.queue.push(place)
    this.#waiting.set(task, place)
    this.#busyPools.add(pool)
  }

  /** A task that does not move: it waits for nobody, and takes nobody's place. */
  drop(task: Address): void {
    this.#forget(task)
    this.lost(task)
  }

  /** A task that was given to an agent is not there any more: its place is free again. */
  lost(task: Address): void {
    const running = this.#running.get(task)
    if (running === undefined) return
    this.#running.delete(task)
    running.slot.running--
    if (running.suspect) this.#suspects--
    this.#untold.add(running.slot)
    this.#roster.refresh(running.slot)
  }

  /** A task left running before the tail that was replayed: count it into statistics that the agent never heard of. */
  count(agent: Address, state: string, ms: number): void {
    const slot = this.#roster.slot(agent)
    if (slot === undefined) return
    if (state === 'completed') slot.done++
    else slot.failed++
    slot.busyMs += ms
    this.#untold.add(slot)
  }

  /** An agent is in this state now. */
  agent(address: Address, state: string, context: AgentContext): void {
    if (state === 'stopped') {
      const left = this.#roster.leave(address)
      if (left !== undefined) this.#untold.delete(left)
      return
    }
    if (state !== 'ready' && state !== 'busy') this.#cold.delete(address)
    const slot = this.#roster.enter(address, this.#cold.has(address) ? 'idle' : state, context)
    if (slot.told === context.running) return
    slot.told = context.running
    this.#untold.add(slot)
  }

  /** Its record may say that it is ready: that was in another process life. It gets nothing until it hears that it must warm up. */
  cold(address: Address): void {
    this.#cold.add(address)
    this.#roster.rest(address)
  }

  /** Running tasks of an agent. */
  runningOf(agent: Address): number {
    return this.#roster.slot(agent)?.running ?? 0
  }

  /** Does somebody of another pool wait for a place that this one would take? Then they go by `next`, in order. */
  #isContended(wanted: Pool): boolean {
    const [slot] = wanted.free
    if (slot === undefined || this.#busyPools.size === 0) return false
    return [...this.#busyPools].some(pool => pool.queue.size > 0 && pool.free.has(slot))
  }

  #mayRun(ready: Ready): boolean {
    return !ready.suspect || this.#suspects === 0
  }

  #occupy(task: Address, pool: Pool, suspect: boolean): Address | null {
    const [slot] = pool.free
    if (slot === undefined) return null
    slot.running++
    if (suspect) this.#suspects++
    this.#running.set(task, { slot, suspect })
    this.#untold.add(slot)
    this.#roster.refresh(slot)
    return slot.address
  }

  /** A task found running, without a choice of ours: at a start, or after a stamp that was copied. */
  #adopt(task: Address, context: TaskContext): void {
    const slot = this.#roster.slot(context.agent as Address)
    if (slot === undefined) return
    slot.running++
    this.#running.set(task, { slot, suspect: context.interruptions >= SUSPECT })
    if (context.interruptions >= SUSPECT) this.#suspects++
    this.#untold.add(slot)
    this.#roster.refresh(slot)
  }

  #leave(task: Address, state: string, context: TaskContext, at: number): void {
    const slot = this.#running.get(task)?.slot
    if (slot === undefined) return
    // Attempts that ended by themselves: nobody knows how long an interrupted one ran.
    const failed = (state === 'failed' || state === 'retrying') && context.error?.code !== 'INTERRUPTED'
    if (state === 'completed') slot.done++
    else if (failed) slot.failed++
    if (state === 'completed' || failed) slot.busyMs += Math.max(0, at - context.startedAt)
    this.lost(task)
  }

  #forget(task: Address): void {
    const place = this.#waiting.get(task)
    if (place === undefined) return
    place.pool.queue.remove(place)
    this.#waiting.delete(task)
  }
}
