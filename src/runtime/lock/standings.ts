/**
 * Standings: who has which lock and who waits for which, as committed actors say, and whether one more wait would close a circle. A plain
 * index of locks that somebody has: it decides nothing.
 */
import { isSame, type LockContext, type LockOwner } from '../../machines/lock-context.ts'
import type { Address } from '../../messages/address.ts'
import { lockName } from '../../messages/lock-name.ts'

export interface Owned extends LockOwner {
  readonly has: Set<Address>
  readonly wants: Set<Address>
}

/** One of a circle: he has, or comes before others for, what the one before waits for. */
interface Link extends LockOwner {
  readonly from: Link | undefined
  /** What the one before waits for. */
  readonly over: Address
}

export const ownerKey = ({ owner, turn }: LockOwner): string => `${turn} ${owner}`

export class Standings {
  readonly #locks = new Map<Address, LockContext>()
  readonly #owners = new Map<string, Owned>()

  /** Locks that somebody has. */
  locks(): ReadonlyMap<Address, LockContext> {
    return this.#locks
  }

  owned(owner: LockOwner): Owned | undefined {
    return this.#owners.get(ownerKey(owner))
  }

  /** A lock stands so now. Returns who has come to have or want it. */
  set(lock: Address, context: LockContext): Owned[] {
    const before = this.#locks.get(lock)
    if (before === context) return []
    const held = context.holder !== null
    if (held) this.#locks.set(lock, context)
    else this.#locks.delete(lock)
    const knew = before === undefined ? [] : ownersOf(before)
    const known = new Set(knew.map(ownerKey))
    const come: Owned[] = []
    for (const owner of knew) this.#part(lock, owner)
    for (const owner of ownersOf(context)) {
      const owned = this.#join(owner)
      if (isSame(context.holder, owner)) owned.has.add(lock)
      else owned.wants.add(lock)
      if (!known.has(ownerKey(owner))) come.push(owned)
    }
    for (const owner of knew) this.#forget(owner)
    return come
  }

  /**
   * The circle that would be closed if somebody came to wait for a lock, in words: `task/a holds x, waits for y → task/b holds y, waits
   * for x`. Undefined where it closes none, at no cost where nobody waits for anything of his.
   */
  circle(asker: LockOwner, lock: Address): string | undefined {
    if (this.owned(asker) === undefined) return undefined
    const met = new Set<string>()
    const ways = this.#before(asker, lock).map(owner => linkTo(owner, undefined, lock))
    // Grows while it is walked.
    for (const link of ways) {
      if (isSame(asker, link)) return this.#words(link)
      if (met.size === met.add(ownerKey(link)).size) continue
      for (const wanted of this.owned(link)?.wants ?? [])
        for (const next of this.#before(link, wanted)) ways.push(linkTo(next, link, wanted))
    }
    return undefined
  }

  /** Who has a lock, and who comes before one that waits for it. */
  #before(owner: LockOwner, lock: Address): LockOwner[] {
    const { holder, line } = this.#locks.get(lock) ?? { holder: null, line: [] }
    const place = line.findIndex(waiter => isSame(waiter, owner))
    const before = place < 0 ? line : line.slice(0, place)
    return [...(holder === null ? [] : [holder]), ...before].filter(other => !isSame(other, owner))
  }

  /** From its last link, who is the asker, back to the first. */
  #words(last: Link): string {
    const links: Link[] = []
    for (let link: Link | undefined = last; link !== undefined; link = link.from) links.unshift(link)
    const all = [last, ...links.slice(0, -1)]
    return all
      .map((link, index) => {
        const name = lockName(link.over)
        const has = isSame(this.#locks.get(link.over)?.holder ?? null, link)
        const next = lockName(links[index]?.over ?? link.over)
        return `${link.owner} ${has ? 'holds' : 'comes first for'} ${name}, waits for ${next}`
      })
      .join(' → ')
  }

  #join(owner: LockOwner): Owned {
    const key = ownerKey(owner)
    const known = this.#owners.get(key)
    if (known !== undefined) return known
    const owned = { owner: owner.owner, turn: owner.turn, has: new Set<Address>(), wants: new Set<Address>() }
    this.#owners.set(key, owned)
    return owned
  }

  #part(lock: Address, owner: LockOwner): void {
    const owned = this.owned(owner)
    owned?.has.delete(lock)
    owned?.wants.delete(lock)
  }

  #forget(owner: LockOwner): void {
    const owned = this.owned(owner)
    if (owned !== undefined && owned.has.size + owned.wants.size === 0) this.#owners.delete(ownerKey(owner))
  }
}

const linkTo = ({ owner, turn }: LockOwner, from: Link | undefined, over: Address): Link => ({
  owner,
  turn,
  from,
  over,
})

const ownersOf = ({ holder, line }: LockContext): readonly LockOwner[] =>
  holder === null ? line : [holder, ...line]
