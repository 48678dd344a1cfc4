/**
 * LockBooks: what the records say of locks: who has which, with which token, until when, and who waits; kept without the machine, call by
 * call. It judges nothing but whether somebody would wait in a circle, which it finds by asking who must go before whom.
 */
import type { Address } from '../../messages/address.ts'
import type { LockAcquire } from '../../messages/lock.ts'
import type { Signal } from '../../messages/signal.ts'

export interface Owner {
  readonly owner: string
  readonly turn: number
}

export interface Held extends Owner {
  readonly asks: readonly string[]
  readonly lease: number
  readonly until: number
}

interface Waits extends Owner {
  readonly ask: string
  readonly lease: number
}

export interface LockBook {
  readonly token: number
  readonly holder: Held | null
  readonly line: readonly Waits[]
}

const NEW: LockBook = { token: 0, holder: null, line: [] }

export const isOf = (a: Owner, b: Owner): boolean => a.owner === b.owner && a.turn === b.turn

export class LockBooks {
  readonly all = new Map<Address, LockBook>()

  of(lock: Address): LockBook {
    return this.all.get(lock) ?? NEW
  }

  /** A message that was taken. */
  apply(signal: Signal): void {
    if (signal.to.startsWith('lock/')) this.all.set(signal.to, after(this.of(signal.to), signal))
  }

  /** All that somebody has or waits for. */
  ofOwner(owner: Owner): Set<Address> {
    const found = [...this.all].filter(
      ([, { holder, line }]) =>
        (holder !== null && isOf(holder, owner)) || line.some(each => isOf(each, owner)),
    )
    return new Set(found.map(([lock]) => lock))
  }

  /** Would somebody who comes to wait for a lock wait for himself? Asked of each who must go before, and of who must go before those. */
  circle(asker: Owner, lock: Address): boolean {
    const ahead = this.#ahead(asker, lock)
    for (const one of ahead) {
      if (isOf(one, asker)) return true
      for (const wanted of this.ofOwner(one))
        for (const other of this.of(wanted).line.some(each => isOf(each, one))
          ? this.#ahead(one, wanted)
          : [])
          if (!ahead.some(known => isOf(known, other))) ahead.push(other)
    }
    return false
  }

  /** Who must go before, in one lock. */
  #ahead(one: Owner, lock: Address): Owner[] {
    const { holder, line } = this.of(lock)
    const first = line.findIndex(each => isOf(each, one))
    const before: Owner[] = first < 0 ? [...line] : line.slice(0, first)
    return [...(holder === null ? [] : [holder]), ...before].filter(other => !isOf(other, one))
  }
}

/** How a lock must stand after a message that was taken. */
export function after(book: LockBook, signal: Signal): LockBook {
  const { data, at } = signal
  const { type, id, ask, ...who } = {
    id: undefined,
    ask: undefined,
    ...(data as object),
    type: eventOf(signal),
  } as Said
  const { holder, line } = book
  const isTheirs = holder !== null && isOf(holder, who)
  switch (type) {
    case 'lock.acquire': {
      const { lease } = data as unknown as LockAcquire
      const wants = { owner: who.owner, turn: who.turn, ask: ask ?? '', lease }
      if (holder === null) return next({ ...book, line: [wants] }, at)
      if (!isTheirs) return { ...book, line: [...line, wants] }
      const until = Math.max(holder.until, at + lease)
      return { ...book, holder: { ...holder, asks: [...holder.asks, wants.ask], until } }
    }
    case 'lock.renew':
      return isTheirs ? { ...book, holder: { ...holder, until: at + holder.lease } } : book
    case 'lock.late':
      return { ...book, line: line.filter(each => `wait ${each.owner} ${each.turn} ${each.ask}` !== id) }
    case 'lock.expired':
    case 'lock.break':
      return next(book, at)
    default: {
      const left = isTheirs && ask !== undefined ? holder.asks.filter(other => other !== ask) : []
      if (left.length > 0 && holder !== null) return { ...book, holder: { ...holder, asks: left } }
      if (isTheirs) return next(book, at)
      return {
        ...book,
        line: line.filter(each => !isOf(each, who) || (ask !== undefined && each.ask !== ask)),
      }
    }
  }
}

interface Said extends Owner {
  readonly type: string
  readonly id: string | undefined
  readonly ask: string | undefined
}

const eventOf = ({ type, data }: Signal): string =>
  type === 'hub.timer' ? (data as { readonly event: string }).event : type

/** The first of the line has it next, and all that it asked for. */
function next({ token, line }: LockBook, at: number): LockBook {
  const [first] = line
  if (first === undefined) return { token, holder: null, line }
  const { owner, turn, lease } = first
  const asks = line.filter(each => isOf(each, first)).map(({ ask }) => ask)
  return {
    token: token + 1,
    holder: { owner, turn, asks, lease, until: at + lease },
    line: line.filter(each => !isOf(each, first)),
  }
}
