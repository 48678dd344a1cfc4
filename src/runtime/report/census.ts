/**
 * Census: how many actors of each kind are in which state, but for tasks, which the dispatcher counts. A decider that decides nothing: a
 * projection, so that nobody has to look at all of them.
 */
import { kindOf, type Address, type Kind } from '../../messages/address.ts'
import type { Cell } from '../cell.ts'
import type { Decider, Gone } from '../decider.ts'
import type { Envelope } from '../envelope.ts'
import type { Checkpoint } from '../journal.ts'

export class Census implements Decider {
  readonly wakeAt = Number.POSITIVE_INFINITY
  readonly #states = new Map<Address, string>()
  readonly #counts = new Map<Kind, Record<string, number>>()

  observe({ address, state }: Cell): void {
    this.#stand(address, state)
  }

  parked({ address, state }: Pick<Checkpoint, 'address' | 'state'>): void {
    this.#stand(address, state ?? 'held')
  }

  ended({ address }: Gone): void {
    const state = this.#states.get(address)
    if (state === undefined) return
    this.#states.delete(address)
    this.#add(address, state, -1)
  }

  next(): Envelope | undefined {
    return undefined
  }

  hasWork(): boolean {
    return false
  }

  /** By state; a copy. */
  of(kind: Kind): Record<string, number> {
    return { ...this.#counts.get(kind) }
  }

  #stand(address: Address, state: string): void {
    const known = this.#states.get(address)
    if (known === state || kindOf(address) === 'task') return
    if (known !== undefined) this.#add(address, known, -1)
    this.#states.set(address, state)
    this.#add(address, state, 1)
  }

  #add(address: Address, state: string, change: number): void {
    const kind = kindOf(address)
    const counts = this.#counts.get(kind) ?? {}
    this.#counts.set(kind, counts)
    counts[state] = (counts[state] ?? 0) + change
    if (counts[state] === 0) delete counts[state]
  }
}
