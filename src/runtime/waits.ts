/**
 * Waits: who waits for whom to complete, both ways, and whether one more edge would close a circle. A plain index, lean enough
 * for a million: it decides nothing and asks nobody.
 */
import { idOf, kindOf, type Address } from '../messages/address.ts'
import type { Edges } from './paths.ts'

const NONE: readonly Address[] = []

export class Waits implements Edges {
  readonly #waits = new Map<Address, readonly Address[]>()
  /** One alone is kept as it is: most have one. */
  readonly #dependents = new Map<Address, Address | Set<Address>>()
  /** The group of those that wait and have one: it waits for them in turn. */
  readonly #groups = new Map<Address, Address>()
  readonly #own = new Map<Address, number>()

  get size(): number {
    return this.#waits.size
  }

  waits(address: Address): readonly Address[] {
    return this.#waits.get(address) ?? NONE
  }

  hasDependents(address: Address): boolean {
    return this.#dependents.has(address)
  }

  own(address: Address): number {
    return this.#own.get(address) ?? 1
  }

  dependents(address: Address): Iterable<Address> {
    const found = this.#dependents.get(address)
    return found === undefined ? NONE : typeof found === 'string' ? [found] : found
  }

  /** It waits for these now, and for nothing else. Returns the edges that came, and those that went. */
  set(
    address: Address,
    after: readonly Address[],
    { group, own = 1 }: { readonly group?: Address | undefined; readonly own?: number | undefined } = {},
  ): { readonly came: readonly Address[]; readonly went: readonly Address[] } {
    const before = this.waits(address)
    if (before === after || (before.length === 0 && after.length === 0)) return { came: NONE, went: NONE }
    const now = new Set(after)
    const was = new Set(before)
    const came = after.filter(on => !was.has(on))
    const went = before.filter(on => !now.has(on))
    if (after.length === 0) {
      this.#waits.delete(address)
      this.#groups.delete(address)
      this.#own.delete(address)
    } else {
      this.#waits.set(address, after)
      if (group !== undefined) this.#groups.set(address, group)
      if (own > 1) this.#own.set(address, own)
    }
    for (const on of came) this.#add(on, address)
    for (const on of went) this.#remove(on, address)
    return { came, went }
  }

  /**
   * The circle that would be closed if each of these came to wait for what is named with it, beginning with it, in the order of work:
   * `a`, what waits for `a`, and so on, to `a`. Constant where nobody waits for any of them.
   */
  circle(
    coming: ReadonlyMap<Address, readonly Address[]>,
    groupOf: (address: Address) => Address | undefined,
  ): Address[] | undefined {
    const group = (at: Address): Address | undefined => (coming.has(at) ? groupOf(at) : this.#groups.get(at))
    let added: Map<Address, Address[]> | undefined
    const above = (at: Address): Address[] => {
      const inGroup = group(at)
      const own = [...this.dependents(at), ...(added?.get(at) ?? [])]
      return inGroup === undefined ? own : [...own, inGroup]
    }
    for (const [address, after] of coming) {
      if (after.includes(address)) return [address, address]
      const inGroup = groupOf(address)
      const isAwaited =
        this.hasDependents(address) ||
        (inGroup !== undefined && (this.hasDependents(inGroup) || after.includes(inGroup)))
      if (!isAwaited) continue
      added ??= reversed(coming)
      const found = search(address, new Set(after), above)
      if (found !== undefined) return [...found, address]
    }
    return undefined
  }

  #add(on: Address, dependent: Address): void {
    const found = this.#dependents.get(on)
    if (found === undefined) this.#dependents.set(on, dependent)
    else if (typeof found === 'string') this.#dependents.set(on, new Set([found, dependent]))
    else found.add(dependent)
  }

  #remove(on: Address, dependent: Address): void {
    const found = this.#dependents.get(on)
    if (found === dependent) this.#dependents.delete(on)
    else if (typeof found === 'object') {
      found.delete(dependent)
      if (found.size === 0) this.#dependents.delete(on)
    }
  }
}

/** In the words of users: tasks by their ids, others by their addresses. */
export const nameOf = (address: Address): string => (kindOf(address) === 'task' ? idOf(address) : address)

function reversed(coming: ReadonlyMap<Address, readonly Address[]>): Map<Address, Address[]> {
  const found = new Map<Address, Address[]>()
  for (const [address, after] of coming)
    for (const on of after) {
      const dependents = found.get(on)
      if (dependents === undefined) found.set(on, [address])
      else dependents.push(address)
    }
  return found
}

/** A way from the first to one of the last, breadth first; undefined where there is none. */
function search(
  first: Address,
  last: ReadonlySet<Address>,
  above: (address: Address) => readonly Address[],
): Address[] | undefined {
  const from = new Map<Address, Address | undefined>([[first, undefined]])
  // Grows while it is walked.
  for (const at of from.keys()) {
    if (last.has(at)) {
      const way: Address[] = []
      for (let step: Address | undefined = at; step !== undefined; step = from.get(step)) way.push(step)
      return way.toReversed()
    }
    for (const next of above(at)) if (!from.has(next)) from.set(next, at)
  }
  return undefined
}
