/**
 * Questions: who waits for whose answer. A decider: what somebody who is not there any more waits for is called off, what an attempt that
 * is over still says is refused, and so is a question that could never be answered. A projection of living tasks; it answers nothing.
 */
import type { Why } from '../../actors/kind.ts'
import type { TaskContext } from '../../machines/task.ts'
import { HUB, type Address } from '../../messages/address.ts'
import type { Mail } from '../../messages/mail.ts'
import type { Signal } from '../../messages/signal.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Cell } from '../cell.ts'
import type { Decider, Gone } from '../decider.ts'
import type { Dispatcher } from '../dispatcher.ts'
import { input, type Envelope } from '../envelope.ts'
import type { Population } from '../population.ts'
import { Deadlock } from './deadlock.ts'

export interface QuestionsParts {
  readonly population: Population
  readonly dispatcher: Dispatcher
}

export class Questions implements Decider {
  readonly wakeAt = Number.POSITIVE_INFINITY
  readonly #parts: QuestionsParts
  /** Open ones, with the task that waits for each; and the other way round. */
  readonly #askers = new Map<Address, Address>()
  readonly #asked = new Map<Address, Set<Address>>()
  readonly #calledOff: Address[] = []

  constructor(parts: QuestionsParts) {
    this.#parts = parts
  }

  observe({ address, definition, state, snapshot }: Cell): void {
    if (definition.kind.kind !== 'task') return
    // Replayed, it asks anew.
    if (state === 'dead') this.#callOff(address)
    const { mail } = (snapshot.context as TaskContext).spec ?? {}
    if (mail?.asks !== true || mail.by === undefined || this.#askers.has(address)) return
    const asker = mail.by.task as Address
    this.#askers.set(address, asker)
    this.#asked.set(asker, (this.#asked.get(asker) ?? new Set<Address>()).add(address))
    if (!this.#parts.population.lives(asker)) this.#calledOff.push(address)
  }

  ended({ address }: Gone): void {
    this.#callOff(address)
    const asker = this.#askers.get(address)
    if (asker === undefined) return
    this.#askers.delete(address)
    const others = this.#asked.get(asker)
    others?.delete(address)
    if (others?.size === 0) this.#asked.delete(asker)
  }

  objection(signal: Signal): Why | undefined {
    const mail = mailIn(signal)
    if (mail?.by === undefined) return undefined
    const { task, turn } = mail.by
    const cell = this.#parts.population.loaded(task as Address)
    if (cell?.state !== 'running' || (cell.snapshot.context as TaskContext).turn !== turn)
      return { code: 'STALE_ATTEMPT', message: 'the attempt that says it is over', details: { task } }
    return mail.asks === true ? this.#cycle(task as Address, signal.data as unknown as TaskCreate) : undefined
  }

  hasWork(): boolean {
    return this.#calledOff.length > 0
  }

  next(): Envelope | undefined {
    for (let to = this.#calledOff.shift(); to !== undefined; to = this.#calledOff.shift()) {
      if (!this.#askers.has(to)) continue
      const { correlationId = to, depth = 0 } = this.#parts.population.find(to) ?? {}
      const data = { reason: 'nobody waits for the answer any more' }
      return input({ type: 'task.cancel', to, from: HUB, data, correlationId }, { depth })
    }
    return undefined
  }

  #callOff(asker: Address): void {
    this.#calledOff.push(...(this.#asked.get(asker) ?? []))
  }

  #cycle(asker: Address, question: TaskCreate): Why | undefined {
    const agents = new Deadlock({ ...this.#parts, asked: this.#asked }, asker).loopOf(question)
    if (agents === undefined) return undefined
    const loop = agents.map(agent => agent.slice('agent/'.length))
    return { code: 'ASK_CYCLE', message: loop.join(' → '), details: { loop } }
  }
}

function mailIn({ type, data }: Signal): Mail | undefined {
  if (type === 'task.create') return (data as Partial<TaskCreate>).mail
  return type === 'post.send' ? (data as { create?: Partial<TaskCreate> }).create?.mail : undefined
}
