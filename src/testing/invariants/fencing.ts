/**
 * Invariant 13: locks. Who has one, with which token, is written with each record of it; it is held against what the records before it
 * say that it must be. It looks at records alone, and at which attempts run.
 */
import type { Address } from '../../messages/address.ts'
import type { LockAcquire } from '../../messages/lock.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Invariant } from './invariant.ts'
import { after, isOf, type Owner } from './lock-books.ts'
import { reading, type Taken } from './reading.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'

/** What is written with each record of a lock. */
interface Noted {
  readonly token: number
  readonly holder: string | null
  readonly turn: number
}

export const fencing: Invariant = {
  number: 13,
  promise: 'Fencing tokens only grow; leases expire; lock cycles are detected.',
  watch: reading(shadow => {
    /** The last token that was written of each lock, and for whom. */
    const given = new Map<Address, Noted>()
    return {
      moved: (move, { simulation }) => {
        const { signal, known } = move
        if (!known || !signal.to.startsWith('lock/')) return
        const wrong = refusalFault(move, shadow) ?? takenFault(signal, shadow, given)
        if (wrong !== undefined)
          simulation.break(13, `signal ${signal.seq}, ${signal.type} to ${signal.to}: ${wrong}`)
      },
      took: (taken, { simulation }) => {
        const wrong = survivorFault(taken, shadow)
        if (wrong !== undefined) simulation.break(13, wrong)
      },
      drained: ({ simulation }) => {
        const wrong = shadow.hub === 'running' ? endlessFault(shadow) : undefined
        if (wrong !== undefined) simulation.break(13, wrong)
      },
    }
  }),
}

/** Whoever would wait in a circle is refused, and nobody else is for that. */
function refusalFault({ signal }: Move, shadow: Shadow): string | undefined {
  if (signal.type !== 'lock.acquire') return undefined
  const { locks } = shadow.books
  const asker = signal.data as unknown as LockAcquire
  if (signal.refused === null && asker.turn > 0 && !isThere(asker, shadow))
    return `${nameOf(asker)} has ended, and is heard`
  const { holder } = locks.of(signal.to)
  const waits = asker.wait && holder !== null && !isOf(holder, asker)
  const closes = waits && locks.circle(asker, signal.to)
  if (signal.refused === null && closes) return `${asker.owner} waits for itself`
  return signal.refused?.code === 'DEADLOCK' && !closes
    ? 'refused as a circle, and it closes none'
    : undefined
}

function takenFault(signal: Signal, shadow: Shadow, given: Map<Address, Noted>): string | undefined {
  const { to, refused, at, stamp } = signal
  if (refused !== null) return undefined
  const before = shadow.books.locks.of(to)
  const must = after(before, signal)
  const noted = stamp as unknown as Noted
  const last = given.get(to)
  given.set(to, noted)
  if (at < (before.holder?.until ?? 0) && isExpiry(signal))
    return `its lease has ${(before.holder?.until ?? 0) - at} ms left`
  const isGrant = must.token > before.token
  if (isGrant && noted.token <= (last?.token ?? 0))
    return `granted with token ${noted.token}, after ${last?.token ?? 0}`
  if (!isGrant && last !== undefined && noted.token !== last.token)
    return 'a new token, and nobody new has it'
  const is = noted.holder === null ? 'nobody' : nameOf({ owner: noted.holder, turn: noted.turn })
  const should = must.holder === null ? 'nobody' : nameOf(must.holder)
  return is === should ? undefined : `${is} has it instead of ${should}`
}

const isExpiry = ({ type, data }: Signal): boolean =>
  type === 'hub.timer' && (data as { readonly event: string }).event === 'lock.expired'

const nameOf = ({ owner, turn }: Owner): string => `${owner}#${turn}`

/** Does the attempt run, as far as anybody knows? */
function isThere({ owner, turn }: Owner, { books, strangers }: Shadow): boolean {
  const work = books.works.get(owner as Address)
  return strangers.has(owner as Address) || (work?.state === 'running' && work.turn === turn)
}

/** No hold and no wait outlives the turn in which its attempt ends. */
function survivorFault({ batch: { signals } }: Taken, shadow: Shadow): string | undefined {
  const { limits, books } = shadow
  // One that only writes checkpoints decides nothing.
  if (signals.length === 0 || signals.length >= limits.batchDeliveries) return undefined
  if (signals.every(({ type }) => type === 'agent.load' || type === 'queue.load')) return undefined
  for (const [lock, { holder, line }] of books.locks.all) {
    if (shadow.isHeld(lock)) continue
    for (const owner of [...(holder === null ? [] : [holder]), ...line])
      if (owner.turn > 0 && !isThere(owner, shadow))
        return `${nameOf(owner)} has ended, and still has or waits for ${lock}`
  }
  return undefined
}

/** When nothing is left to happen, every lease has ended. */
function endlessFault(shadow: Shadow): string | undefined {
  for (const [lock, { holder }] of shadow.books.locks.all)
    if (holder !== null && !shadow.isHeld(lock)) return `${nameOf(holder)} has ${lock} for ever`
  return undefined
}
