/**
 * Paths: how long the chain of work is that waits for something: itself, and the longest chain of dependents below it. Lengths are
 * made when they are asked for, and forgotten when an edge changes. It knows addresses and edges; it tells nobody anything.
 */
import type { Address } from '../messages/address.ts'

/** What waits for what, at this moment; it has no cycles. */
export interface Edges {
  /** What an address waits for. */
  waits(address: Address): readonly Address[]
  dependents(address: Address): Iterable<Address>
  hasDependents(address: Address): boolean
  /** The length that something waiting brings along: a step that others of its run follow. At least 1. */
  own(address: Address): number
}

export class Paths {
  readonly #edges: Edges
  /** Of those that others wait for. Who is here has all below it here: so forgetting ends where nothing is known. */
  readonly #known = new Map<Address, number>()
  /** Forgotten since it was last asked, and waiting for nobody: their place in a line may change. */
  #changed = new Set<Address>()

  constructor(edges: Edges) {
    this.#edges = edges
  }

  /** An edge to this address came or went; `edge`: from none to one, or from one to none. */
  forget(address: Address, edge: boolean): void {
    const line = [address]
    let isFirst = edge
    for (let at = line.pop(); at !== undefined; at = line.pop()) {
      const known = this.#known.delete(at)
      if (!known && !isFirst) continue
      isFirst = false
      const above = this.#edges.waits(at)
      if (above.length === 0) this.#changed.add(at)
      else line.push(...above)
    }
  }

  /** It has ended: it is in nobody's way any more. */
  drop(address: Address): void {
    this.#known.delete(address)
    this.#changed.delete(address)
  }

  /** Those at the heads of chains whose length may have changed since this was last asked. */
  takeChanged(): Iterable<Address> {
    const changed = this.#changed
    if (changed.size > 0) this.#changed = new Set()
    return changed
  }

  get hasChanged(): boolean {
    return this.#changed.size > 0
  }

  /** It waits for nobody now: its length counts from now on. */
  note(address: Address): void {
    this.#changed.add(address)
  }

  /** 1 where nothing waits for it and nothing is known of it. */
  length(address: Address): number {
    const line = [address]
    // Those above: they end the way, should there be a circle.
    const open = new Set<Address>()
    // Depth first, by hand: a chain may be longer than the stack.
    for (let at = line.at(-1); at !== undefined; at = line.at(-1)) {
      if (this.#lengthOf(at) !== undefined) {
        line.pop()
        continue
      }
      open.add(at)
      let longest = this.#edges.own(at)
      let isWhole = true
      for (const dependent of this.#edges.dependents(at)) {
        const below = this.#lengthOf(dependent)
        if (below !== undefined) longest = Math.max(longest, below + 1)
        else if (!open.has(dependent)) {
          isWhole = false
          line.push(dependent)
        }
      }
      if (!isWhole) continue
      this.#known.set(at, longest)
      line.pop()
    }
    return this.#lengthOf(address) ?? 1
  }

  #lengthOf(address: Address): number | undefined {
    return this.#edges.hasDependents(address) ? this.#known.get(address) : this.#edges.own(address)
  }
}
