/**
 * Deadlock: would a question, once asked, never be answered, because all who could answer wait for whoever asks it? Looked for once, with
 * whoever asks taken for waiting. It looks; it refuses nothing.
 */
import type { TaskContext } from '../../machines/task.ts'
import type { Address } from '../../messages/address.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Dispatcher } from '../dispatcher.ts'
import type { Population } from '../population.ts'
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
  /** Whether a task can go on: undefined as long as it is looked at. */
  readonly #waits = new Map<Address, boolean | undefined>()
  readonly #way: Address[] = []
  #loop: readonly Address[] | undefined

  constructor(parts: DeadlockParts, asker: Address) {
    this.#parts = parts
    this.#asker = asker
  }

  /** The agents along it, from whoever asks back to itself; undefined where an answer may come. */
  loopOf(question: Question): readonly Address[] | undefined {
    const agent = this.#agentOf(this.#asker)
    if (agent === undefined) return undefined
    this.#way.push(agent)
    return this.#isStuck(question) ? this.#loop : undefined
  }

  /** Has nobody room for it but when its answer, or that of another, is there? */
  #isStuck(question: Question): boolean {
    const { roster } = this.#parts.dispatcher
    const named = question.agent === undefined ? undefined : roster.slot(question.agent)
    const slots = question.agent === undefined ? roster.members(roster.crew(question)) : [named]
    let found = false
    for (const slot of slots) {
      if (slot === undefined || !this.#isBlocked(slot, question.queue)) return false
      found = true
    }
    return found
  }

  #isBlocked(slot: Slot, queue: string | undefined): boolean {
    const { quota } = this.#parts.dispatcher.jobs.desk(queue)
    const isFull = slot.running >= slot.capacity
    const isShut = quota.running > 0 && quota.running >= quota.limit
    if (!isFull && !isShut) return false
    this.#way.push(slot.address)
    const waiting = this.#tasksOf(slot.address).filter(task => this.#isWaiting(task))
    this.#way.pop()
    const fromQueue = waiting.filter(task => this.#specOf(task)?.queue === queue)
    return (isFull && waiting.length >= slot.running) || (isShut && fromQueue.length >= quota.running)
  }

  /** Does it wait, along whatever way, for whoever asks? */
  #isWaiting(task: Address): boolean {
    if (task === this.#asker) {
      this.#loop ??= [...this.#way]
      return true
    }
    if (this.#waits.has(task)) return this.#waits.get(task) === true
    this.#waits.set(task, undefined)
    const waits = [...(this.#parts.asked.get(task) ?? [])].some(question => this.#isUnanswered(question))
    this.#waits.set(task, waits)
    return waits
  }

  #isUnanswered(question: Address): boolean {
    const cell = this.#parts.population.loaded(question)
    const spec = this.#specOf(question)
    if (cell === undefined || spec === undefined) return false
    if (cell.state === 'queued') return this.#isStuck(spec)
    const agent = this.#agentOf(question)
    if (cell.state !== 'running' || agent === undefined) return false
    this.#way.push(agent)
    const waits = this.#isWaiting(question)
    this.#way.pop()
    return waits
  }

  /** Tasks of an agent that wait for answers. */
  #tasksOf(agent: Address): Address[] {
    const tasks = new Set([this.#asker, ...this.#parts.asked.keys()])
    return [...tasks].filter(task => this.#agentOf(task) === agent)
  }

  #agentOf(task: Address): Address | undefined {
    return this.#contextOf(task)?.agent ?? undefined
  }

  #specOf(task: Address): TaskCreate | undefined {
    return this.#contextOf(task)?.spec ?? undefined
  }

  #contextOf(task: Address): TaskContext | undefined {
    return this.#parts.population.loaded(task)?.snapshot.context as TaskContext | undefined
  }
}
