/**
 * Deadlock: would a question, once asked, never be answered, because all who could answer wait for whoever asks it? Looked for once, with
 * whoever asks taken for waiting. It looks; it refuses nothing.
 */
import type { TaskContext } from '../../machines/task.ts'
import type { Address } from '../../messages/address.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Dispatcher } from '../dispatcher.ts'
import type { Population } from '../population.ts'
import type { Quota } from '../quota.ts'
import type { Slot } from '../slots.ts'

export interface DeadlockParts {
  readonly population: Population
  readonly dispatcher: Dispatcher
  /** Open questions, by the task that waits for them. */
  readonly asked: ReadonlyMap<Address, ReadonlySet<Address>>
}

type Question = Pick<TaskCreate, 'task' | 'role' | 'skills' | 'agent' | 'except' | 'queue'>

export class Deadlock {
  readonly #parts: DeadlockParts
  readonly #asker: Address
  /** Tasks that could be waiting for each other: all that are on any way from the question. */
  readonly #met = new Set<Address>()
  /** Those of them that cannot go on, as far as is known by now. */
  #waiting: ReadonlySet<Address> = new Set()
  /** All tasks that wait for answers. */
  #byAgent: ReadonlyMap<Address, readonly Address[]> | undefined

  constructor(parts: DeadlockParts, asker: Address) {
    this.#parts = parts
    this.#asker = asker
  }

  /** The agents along it, from whoever asks back to itself; undefined where an answer may come, or none came before it was asked. */
  loopOf(question: Question): readonly Address[] | undefined {
    const agent = this.#agentOf(this.#asker)
    if (agent === undefined || !this.#isFull(question)) return undefined
    this.#meet(question)
    this.#met.delete(this.#asker)
    this.#hold(this.#met)
    if (this.#isStuck(question)) return undefined
    this.#hold(new Set([this.#asker, ...this.#met]))
    return this.#isStuck(question) ? this.#way(question, [agent], new Set()) : undefined
  }

  /** Who has the room that it needs, and what those wait for, and so on. */
  #meet(question: Question): void {
    if (!this.#isFull(question)) return
    for (const task of this.#slotsOf(question).flatMap(slot => this.#tasksAt(slot))) this.#meetTask(task)
  }

  #meetTask(task: Address): void {
    if (this.#met.has(task)) return
    this.#met.add(task)
    for (const question of this.#questionsOf(task)) {
      const spec = this.#contextOf(question)?.spec ?? undefined
      if (this.#stateOf(question) === 'running') this.#meetTask(question)
      else if (spec !== undefined) this.#meet(spec)
    }
  }

  /** Of these all are let go that can go on, until no more can. */
  #hold(tasks: ReadonlySet<Address>): void {
    const waiting = new Set(tasks)
    this.#waiting = waiting
    for (let size = -1; size !== waiting.size;) {
      size = waiting.size
      for (const task of waiting)
        if (task !== this.#asker && !this.#questionsOf(task).some(question => this.#isUnanswered(question)))
          waiting.delete(task)
    }
  }

  #isUnanswered(question: Address): boolean {
    const spec = this.#contextOf(question)?.spec ?? undefined
    const state = this.#stateOf(question)
    if (state === 'running') return this.#waiting.has(question)
    return state === 'queued' && spec !== undefined && this.#isStuck(spec)
  }

  /** Has nobody room for it now? */
  #isFull(question: Question): boolean {
    const { quota } = this.#parts.dispatcher.jobs.desk(question.queue)
    const slots = this.#slotsOf(question)
    const hasRoom = (slot: Slot): boolean =>
      slot.running < slot.capacity && !isUsedUp(quota) && !isUsedUp(this.#roleOf(slot))
    return slots.length > 0 && !slots.some(slot => hasRoom(slot))
  }

  /** Has nobody room for it but when its answer, or that of another, is there? */
  #isStuck(question: Question): boolean {
    const slots = this.#slotsOf(question)
    return slots.length > 0 && slots.every(slot => this.#isBlocked(slot, question.queue))
  }

  /** Do all those wait that have its room, or that of the queue, or what its role may do at once? */
  #isBlocked(slot: Slot, queue: string | undefined): boolean {
    const { quota } = this.#parts.dispatcher.jobs.desk(queue)
    const role = this.#roleOf(slot)
    const waiting = this.#tasksAt(slot).filter(task => this.#waiting.has(task))
    const own = waiting.filter(task => this.#agentOf(task) === slot.address)
    const fromQueue = own.filter(task => this.#contextOf(task)?.spec?.queue === queue)
    return (
      (slot.running >= slot.capacity && own.length >= slot.running) ||
      (isUsedUp(quota) && fromQueue.length >= quota.running) ||
      (role !== undefined && isUsedUp(role) && waiting.length >= role.running)
    )
  }

  /** Along tasks that wait, from the question to whoever asks it. */
  #way(question: Question, way: readonly Address[], seen: Set<Address>): readonly Address[] | undefined {
    for (const slot of this.#slotsOf(question))
      for (const task of this.#tasksAt(slot)) {
        const agent = this.#agentOf(task)
        const there = [
          ...way,
          slot.address,
          ...(agent === undefined || agent === slot.address ? [] : [agent]),
        ]
        const found = this.#wayFrom(task, there, seen)
        if (found !== undefined) return found
      }
    return undefined
  }

  #wayFrom(task: Address, way: readonly Address[], seen: Set<Address>): readonly Address[] | undefined {
    if (task === this.#asker) return way
    if (seen.has(task) || !this.#waiting.has(task)) return undefined
    seen.add(task)
    for (const question of this.#questionsOf(task)) {
      const { spec = null, agent = null } = this.#contextOf(question) ?? {}
      const isRunning = this.#stateOf(question) === 'running' && agent !== null
      const found = isRunning
        ? this.#wayFrom(question, [...way, agent], seen)
        : spec === null
          ? undefined
          : this.#way(spec, way, seen)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Who could take it. */
  #slotsOf(question: Question): readonly Slot[] {
    const { roster } = this.#parts.dispatcher
    if (question.agent === undefined) return [...roster.members(roster.crew(question))]
    const named = roster.slot(question.agent)
    return named === undefined ? [] : [named]
  }

  /** Tasks that wait for answers, of an agent, and of its role where that may not do more. */
  #tasksAt(slot: Slot): readonly Address[] {
    const { roster } = this.#parts.dispatcher
    this.#byAgent ??= this.#sorted()
    if (!isUsedUp(this.#roleOf(slot))) return this.#byAgent.get(slot.address) ?? []
    const isOfIt = (agent: Address): boolean => roster.slot(agent)?.role === slot.role
    return [...this.#byAgent].flatMap(([agent, tasks]) => (isOfIt(agent) ? tasks : []))
  }

  #sorted(): ReadonlyMap<Address, readonly Address[]> {
    const sorted = new Map<Address, Address[]>()
    for (const task of new Set([this.#asker, ...this.#parts.asked.keys()])) {
      const agent = this.#agentOf(task)
      if (agent === undefined) continue
      const others = sorted.get(agent)
      if (others === undefined) sorted.set(agent, [task])
      else others.push(task)
    }
    return sorted
  }

  #roleOf({ role }: Slot): Quota | undefined {
    return role === null ? undefined : this.#parts.dispatcher.quotas.role(role)
  }

  #questionsOf(task: Address): Address[] {
    return [...(this.#parts.asked.get(task) ?? [])]
  }

  #agentOf(task: Address): Address | undefined {
    return this.#contextOf(task)?.agent ?? undefined
  }

  #stateOf(task: Address): string | undefined {
    return this.#parts.population.loaded(task)?.state
  }

  #contextOf(task: Address): TaskContext | undefined {
    return this.#parts.population.loaded(task)?.snapshot.context as TaskContext | undefined
  }
}

/** Somebody has it, and nobody else may. */
const isUsedUp = (quota: Quota | undefined): boolean =>
  quota !== undefined && quota.running > 0 && quota.running >= quota.limit
