/**
 * ContextKeeper: what no shared value can know itself: whether the run or task lives that it belongs to, whether the attempt that
 * writes is still under way, and how many there are beside it. It ends them with their run, in the same turn. What it keeps is made
 * of who lives, and made again at a start.
 */
import type { Why } from '../../actors/kind.ts'
import type { TaskContext } from '../../machines/task.ts'
import { HUB, kindOf, type Address } from '../../messages/address.ts'
import type { ContextDelete } from '../../messages/context.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Cell } from '../cell.ts'
import type { Decider, Gone } from '../decider.ts'
import { input, type Envelope } from '../envelope.ts'
import type { Limits } from '../limits.ts'
import type { Population } from '../population.ts'
import { ownerOf, shelfOf } from './scope.ts'

export class ContextKeeper implements Decider {
  readonly wakeAt = Number.POSITIVE_INFINITY
  readonly #population: Population
  readonly #limits: Pick<Limits, 'contextKeys'>
  /** By what they belong to; those of projects are in no list of it. */
  readonly #owned = new Map<Address, Set<Address>>()
  /** By definition and scope. */
  readonly #shelves = new Map<string, Set<Address>>()
  /** Whose owner has ended: they are to be told. */
  #over: Address[] = []

  constructor(population: Population, limits: Pick<Limits, 'contextKeys'>) {
    this.#population = population
    this.#limits = limits
  }

  observe({ address, definition, state }: Cell): void {
    // A first write that was refused has made nobody.
    if (definition.kind.kind !== 'context' || state === 'absent' || state === 'ended') return
    const shelf = setIn(this.#shelves, shelfOf(address))
    if (shelf.has(address)) return
    shelf.add(address)
    const owner = ownerOf(address)
    if (owner === undefined) return
    setIn(this.#owned, owner).add(address)
    if (!this.#population.lives(owner)) this.#over.push(address)
  }

  ended({ address, definition }: Gone): void {
    if (definition.kind.kind === 'context') this.#forget(address)
    else for (const value of this.#owned.get(address) ?? []) this.#over.push(value)
  }

  objection({ type, to, data }: Signal): Why | undefined {
    if (kindOf(to) !== 'context' || type === 'context.end') return undefined
    const { task, turn } = data as ContextDelete
    if (task !== undefined && !this.#runs(task, turn))
      return { code: 'STALE_ATTEMPT', message: 'the attempt that writes is over' }
    const owner = ownerOf(to)
    if (owner !== undefined && !this.#population.lives(owner))
      return { code: 'CONTEXT_ENDED', message: `${owner} has ended, or never was`, details: { owner } }
    const shelf = this.#shelves.get(shelfOf(to))
    const { contextKeys: limit } = this.#limits
    if (shelf === undefined || shelf.size < limit || shelf.has(to)) return undefined
    return {
      code: 'CONTEXT_FULL',
      message: `it has ${limit} keys`,
      details: { limit: 'contextKeys', keys: limit },
    }
  }

  next(): Envelope | undefined {
    for (;;) {
      const to = this.#over.shift()
      if (to === undefined) return undefined
      const cell = this.#population.find(to)
      if (cell === undefined) continue
      const { correlationId } = cell
      return input({ type: 'context.end', to, from: HUB, data: {}, correlationId })
    }
  }

  hasWork(): boolean {
    return this.#over.length > 0
  }

  #runs(task: Address, turn: number | undefined): boolean {
    const cell = this.#population.loaded(task)
    return cell?.state === 'running' && (cell.snapshot.context as TaskContext).turn === turn
  }

  #forget(address: Address): void {
    removeFrom(this.#shelves, shelfOf(address), address)
    const owner = ownerOf(address)
    if (owner !== undefined) removeFrom(this.#owned, owner, address)
  }
}

function setIn<Key>(sets: Map<Key, Set<Address>>, key: Key): Set<Address> {
  const known = sets.get(key) ?? new Set<Address>()
  sets.set(key, known)
  return known
}

function removeFrom<Key>(sets: Map<Key, Set<Address>>, key: Key, address: Address): void {
  const set = sets.get(key)
  set?.delete(address)
  if (set?.size === 0) sets.delete(key)
}
