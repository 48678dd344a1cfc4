/**
 * Dispatcher: matches ready tasks to agents. A decider: it keeps only projections of committed states (who has room, who waits,
 * what is used up), rebuilt at a start by observing every living actor; its choices are stamped on messages, and a recipient may
 * refuse them. In which order those go who wait, and why nobody starves, is said in lines.ts.
 */
import type { AgentContext } from '../machines/agent.ts'
import type { QueueContext } from '../machines/queue.ts'
import type { TaskContext } from '../machines/task.ts'
import { idOf, type Address } from '../messages/address.ts'
import type { Priority } from '../messages/message.ts'
import type { TaskCreate } from '../messages/task.ts'
import { Jobs } from './jobs.ts'
import { namedBy } from './line.ts'
import { isContended, Lines } from './lines.ts'
import type { Quota } from './quota.ts'
import { Quotas } from './quotas.ts'
import { Roster } from './roster.ts'
import { Shelf } from './shelf.ts'
import type { Job, Slot, Waiting } from './slots.ts'
import { Workload } from './workload.ts'

/** From this many interruptions on a task runs only when no other such task does: a task that ends the process
 * each time then takes down no innocent neighbour a third time. */
const SUSPECT = 2
/** From a dead letter nobody is kept: it waits for an operator, in no line. */
const GONE = new Set(['completed', 'failed', 'cancelled', 'blocked', 'dead'])

export interface DispatcherParts {
  /** Has an agent code for a task in this process life? */
  readonly handles: (agent: string, task: string) => boolean
  /** How many tasks agents of a role may run at once, all together. */
  readonly roles?: ReadonlyMap<string, number>
}

export class Dispatcher {
  readonly roster: Roster
  readonly workload = new Workload()
  readonly jobs = new Jobs()
  readonly quotas: Quotas
  readonly lines: Lines
  readonly shelf: Shelf
  /** Agents that must warm up in this process life, and have not been told so yet. */
  readonly #cold = new Set<Address>()
  #running = 0
  #at = 0
  #closed = false

  constructor({ handles, roles = new Map() }: DispatcherParts) {
    this.quotas = new Quotas(roles)
    this.lines = new Lines(this.quotas.suspects)
    this.shelf = new Shelf({
      enter: (job, placing) => {
        const own = this.quotas.own(job.desk, placing, this.#at)
        this.lines.enter(job, this.roster.crew(placing), namedBy(placing), own)
      },
      leave: job => this.lines.leave(job),
    })
    this.roster = new Roster({
      handles,
      role: name => this.quotas.role(name),
      turned: crew => this.lines.turned(crew),
    })
  }

  /** From now on nobody gets work: the hub is draining. */
  close(): void {
    this.#closed = true
  }

  get waiting(): number {
    return this.shelf.size
  }

  get running(): number {
    return this.#running
  }

  /** When somebody may start for whom it is too early now; else Infinity. */
  get wakeAt(): number {
    return this.#closed ? Number.POSITIVE_INFINITY : this.quotas.wakeAt
  }

  /** An agent for a task that is being created, where one is free and nobody waits before it. */
  choose(task: Address, spec: TaskCreate, priority: Priority, at: number): Address | null {
    const waits = spec.blocked !== undefined || (spec.after?.length ?? 0) > 0 || (spec.startAt ?? 0) > at
    if (this.#closed || waits || this.shelf.isPaused(spec.parent)) return null
    this.#now(at)
    const [slot] = this.roster.crew(spec).free
    if (slot === undefined || isContended(slot)) return null
    const desk = this.jobs.desk(spec.queue)
    const quotas = [desk.quota, ...this.quotas.own(desk, spec, at)]
    if (!quotas.every(({ open }) => open)) return null
    const job = this.jobs.enter(task, spec, priority)
    this.#occupy(job, slot, quotas, spec.key)
    return slot.address
  }

  /** The next task that waits and may start, with its agent; the place is taken at once. */
  next(at: number): { task: Address; agent: Address } | null {
    if (this.#closed) return null
    this.#now(at)
    const best = this.lines.best()
    const [slot] = best?.crew.free ?? []
    if (best === undefined || slot === undefined) return null
    const place = this.lines.turn(slot, best).head()
    const job = place === undefined ? undefined : this.jobs.get(place.task)
    if (place === undefined || job === undefined) return null
    const { quotas, key } = place.track
    this.shelf.leave(job)
    const suspects = job.suspect ? [this.quotas.suspects] : []
    this.#occupy(job, slot, [job.desk.quota, ...quotas, ...suspects], key)
    return { task: job.task, agent: slot.address }
  }

  /** True while somebody waits who may start: then the hub must take another turn. */
  hasWork(at: number): boolean {
    if (this.#closed) return false
    this.#now(at)
    return this.lines.best() !== undefined
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
    this.#now(at)
    const { spec } = context
    const known = this.jobs.get(task)
    if (spec === null || GONE.has(state)) {
      if (known !== undefined) this.#end(known, state, context)
      return
    }
    const job = known ?? this.jobs.enter(task, spec, priority)
    if (state !== 'running' && job.state === 'running') this.#count(job, state, context)
    this.jobs.stand(job, state, seq)
    // Of a question whoever waits for it may be the other one: held back for each other, neither would ever end.
    job.suspect = context.interruptions >= SUSPECT && spec.mail?.asks !== true
    if (state === 'running') this.#adopt(job, spec, context)
    else if (state !== 'queued' || job.running !== null) this.#free(job)
    // It may have come to be for others meanwhile.
    if (state !== 'queued' || job.agent !== spec.agent) this.shelf.leave(job)
    job.agent = spec.agent
    if (state === 'queued' && !this.shelf.has(job)) this.shelf.enter(job, spec)
  }

  /** A task that waits, for an agent or for others: it may be parked, and keep its place. */
  wait({ task, spec, state, interruptions, priority, seq }: Waiting): void {
    if (this.jobs.get(task) !== undefined) return
    const job = this.jobs.enter(task, spec, priority)
    this.jobs.stand(job, state, seq)
    job.suspect = interruptions >= SUSPECT
    if (state === 'queued') this.shelf.enter(job, spec)
  }

  /** So many tasks wait one after the other from here on, itself included. */
  rank(task: Address, path: number): void {
    const job = this.jobs.get(task)
    if (job === undefined || job.path === path) return
    job.path = path
    if (!job.desk.isFifo) this.#again(job)
  }

  /** A task that does not move: it waits for nobody, and takes nobody's place. */
  drop(task: Address): void {
    const job = this.jobs.get(task)
    if (job === undefined) return
    this.shelf.leave(job)
    this.#free(job)
  }

  /** A task that was given to an agent is not there any more. */
  lost(task: Address): void {
    this.drop(task)
    const job = this.jobs.get(task)
    if (job !== undefined) this.jobs.leave(job)
  }

  /** A task left running before the tail that was replayed: count it into statistics that the agent never heard of. */
  count(agent: Address, state: string, ms: number): void {
    const slot = this.roster.slot(agent)
    if (slot === undefined) return
    if (state === 'completed') slot.done++
    else slot.failed++
    slot.starts++
    slot.busyMs += ms
    this.workload.changed(slot)
  }

  /** An agent is in this state now. */
  agent(address: Address, state: string, context: AgentContext): void {
    if (state === 'stopped') {
      const left = this.roster.leave(address)
      if (left !== undefined) this.workload.left(left)
      return
    }
    if (state !== 'ready' && state !== 'busy') this.#cold.delete(address)
    const slot = this.roster.enter(address, this.#cold.has(address) ? 'idle' : state, context)
    if (slot.told === context.running) return
    slot.told = context.running
    this.workload.changed(slot)
  }

  /** Its record may say that it is ready: that was in another process life. It gets nothing until it hears that it must warm up. */
  cold(address: Address): void {
    this.#cold.add(address)
    this.roster.rest(address)
  }

  /** A queue is in this state now. */
  queue(address: Address, state: string, context: QueueContext, at: number): void {
    this.#now(at)
    const desk = this.jobs.desk(idOf(address))
    const wasFifo = desk.isFifo
    desk.follow(state, context)
    for (const quota of [desk.quota, ...desk.keys()]) this.quotas.changed(quota, at)
    if (wasFifo === desk.isFifo) return
    for (const job of this.jobs.all()) if (job.desk === desk) this.#again(job)
  }

  /** Running tasks of an agent. */
  runningOf(agent: Address): number {
    return this.roster.slot(agent)?.running ?? 0
  }

  #now(at: number): void {
    this.#at = Math.max(this.#at, at)
    this.quotas.come(this.#at)
  }

  /** Its place once more, after the order of its queue has changed. */
  #again(job: Job | undefined): void {
    if (job?.place === null || job === undefined) return
    const { track } = job.place
    track.remove(job.place)
    this.lines.place(job, track)
  }

  #occupy(job: Job, slot: Slot, needed: readonly Quota[], key: string | undefined): void {
    const quotas = this.#withRole(slot, needed)
    slot.starts++
    this.#run(job, slot, quotas)
    this.quotas.take(quotas, this.#at)
    this.workload.started(job.desk, key, this.#at)
    this.roster.refresh(slot)
  }

  /** A task found running, without a choice of ours: at a start, or after a stamp that was copied. */
  #adopt(job: Job, spec: TaskCreate, { agent }: TaskContext): void {
    const slot = agent === null || job.running !== null ? undefined : this.roster.slot(agent)
    if (slot === undefined) return
    const own = this.quotas.own(job.desk, spec, this.#at)
    const suspects = job.suspect ? [this.quotas.suspects] : []
    const quotas = this.#withRole(slot, [job.desk.quota, ...own, ...suspects])
    this.#run(job, slot, quotas)
    this.quotas.hold(quotas, this.#at)
    this.roster.refresh(slot)
  }

  /** What a start needs, with what its agent's role allows. */
  #withRole({ role }: Slot, needed: readonly Quota[]): readonly Quota[] {
    const quota = role === null ? undefined : this.quotas.role(role)
    return quota === undefined ? needed : [...needed, quota]
  }

  #run(job: Job, slot: Slot, quotas: readonly Quota[]): void {
    slot.running++
    job.running = { slot, quotas }
    this.#running++
    this.workload.changed(slot)
  }

  /** What it held is free again. */
  #free(job: Job): void {
    if (job.running === null) return
    const { slot, quotas } = job.running
    job.running = null
    this.#running--
    slot.running--
    this.workload.changed(slot)
    this.quotas.give(quotas, this.#at)
    this.roster.refresh(slot)
  }

  #count({ running }: Job, state: string, context: TaskContext): void {
    if (running !== null) this.workload.ended(running.slot, state, context, this.#at)
  }

  #end(job: Job, state: string, context: TaskContext): void {
    if (job.state === 'running') this.#count(job, state, context)
    this.lost(job.task)
  }
}
