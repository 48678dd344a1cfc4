/**
 * LockDesk: whoever in this process life asks for a lock or has one: it says so to the hub, and tells them what becomes of it once that
 * is on disk. It decides nothing: the lock does.
 */
import { StatorError } from '../../errors.ts'
import { isSame, type LockContext, type LockOwner } from '../../machines/lock-context.ts'
import type { Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { LockAcquire } from '../../messages/lock.ts'
import { lockName } from '../../messages/lock-name.ts'
import type { Clock } from '../clock.ts'
import type { Door } from '../door.ts'
import type { SendOptions } from '../options.ts'
import type { Population } from '../population.ts'
import { HeldLock } from './held-lock.ts'
import type { LockKeeper } from './lock-keeper.ts'
import type { Terms } from './lock-options.ts'
import { ownerKey } from './standings.ts'

/** One call for a lock. */
export interface Wanted extends LockOwner {
  readonly lock: Address
  readonly ask: string
  /** Who says it: the agent of an attempt, or the client. */
  readonly from: Address
  readonly agent?: string
  readonly terms: Terms
}

interface Entry {
  readonly wanted: Wanted
  readonly since: number
  readonly resolve: (lock: HeldLock) => void
  readonly reject: (error: StatorError) => void
  /** The lock has heard of it. */
  isTaken: boolean
  held: HeldLock | undefined
}

export interface LockDeskParts {
  readonly door: Pick<Door, 'submit'>
  readonly lockKeeper: LockKeeper
  readonly population: Pick<Population, 'look'>
  readonly clock: Pick<Clock, 'now'>
}

const WAIT: SendOptions = { whenFull: 'wait' }

export class LockDesk {
  readonly #parts: LockDeskParts
  readonly #byLock = new Map<Address, Set<Entry>>()
  readonly #byOwner = new Map<string, Set<Entry>>()

  constructor(parts: LockDeskParts) {
    this.#parts = parts
    parts.lockKeeper.told = lock => this.told(lock)
  }

  /** Settles when it is granted, and that is durable. */
  async take(wanted: Wanted): Promise<HeldLock> {
    const { lock, owner, turn, ask, agent, from, terms } = wanted
    let entry!: Entry
    const granted = new Promise<HeldLock>((resolve, reject) => {
      entry = { wanted, since: this.#parts.clock.now(), resolve, reject, isTaken: false, held: undefined }
    })
    granted.catch(() => {})
    this.#enter(entry)
    try {
      const data: LockAcquire = { owner, turn, ask, ...(agent === undefined ? {} : { agent }), ...terms }
      // An attempt has nobody to whom it could say that there is no room.
      await this.#say('lock.acquire', lock, from, data as Json, turn === 0 ? {} : WAIT)
    } catch (error) {
      this.#leave(entry)
      throw error
    }
    // Granted and lost in one turn: nobody has seen it.
    entry.isTaken = true
    this.#look(entry)
    return granted
  }

  /** A lock stands otherwise now, and that is on disk. */
  told(lock: Address): void {
    for (const entry of this.#byLock.get(lock) ?? []) this.#look(entry)
  }

  /** An owner has ended, or can hear nothing any more. */
  end(owner: LockOwner, error: StatorError): void {
    for (const entry of this.#byOwner.get(ownerKey(owner)) ?? []) this.#lose(entry, error)
  }

  /** All that is held by an owner. */
  *held(owner: LockOwner): Generator<HeldLock> {
    for (const { held } of this.#byOwner.get(ownerKey(owner)) ?? []) if (held !== undefined) yield held
  }

  /** Nobody hears of this lock any more. */
  fail(lock: Address, error: StatorError): void {
    for (const entry of this.#byLock.get(lock) ?? []) this.#lose(entry, error)
  }

  #look(entry: Entry): void {
    const { wanted, held } = entry
    const context = this.#parts.lockKeeper.standings.locks().get(wanted.lock)
    const { holder = null, line = [] } = context ?? {}
    if (holder !== null && isSame(holder, wanted) && holder.asks.includes(wanted.ask)) {
      if (held === undefined) this.#grant(entry, context?.token ?? 0)
      return
    }
    const waits = line.some(waiter => isSame(waiter, wanted) && waiter.ask === wanted.ask)
    entry.isTaken ||= waits
    // What was not delivered yet is neither here nor there.
    if (!waits && (held !== undefined || entry.isTaken)) this.#lose(entry, this.#whyLost(entry))
  }

  #grant(entry: Entry, token: number): void {
    const { lock, owner, turn, ask, from, terms } = entry.wanted
    const say = async (type: string): Promise<void> => {
      // Whoever has it can do nothing about a hub that is busy, and others wait for it.
      await this.#say(type, lock, from, { owner, turn, ask }, WAIT)
    }
    entry.held = new HeldLock({
      name: lockName(lock),
      token,
      lease: terms.lease,
      at: this.#parts.clock.now(),
      release: async () => {
        this.#leave(entry)
        await say('lock.release')
      },
      renew: () => say('lock.renew'),
    })
    entry.resolve(entry.held)
  }

  #lose(entry: Entry, error: StatorError): void {
    this.#leave(entry)
    const { held } = entry
    if (held === undefined) entry.reject(error)
    // Code of users listens to that: not in the middle of a turn.
    else void Promise.resolve().then(() => held.lose(error))
  }

  #whyLost({ wanted: { lock, terms }, held, since }: Entry): StatorError {
    const name = lockName(lock)
    const context = this.#parts.population.look(lock)?.snapshot.context as LockContext | undefined
    const waited = this.#parts.clock.now() - since
    if (held === undefined && terms.timeout !== undefined && waited >= terms.timeout)
      return new StatorError('LOCK_TIMEOUT', { name, waited, holder: context?.holder?.owner })
    const last = context?.last
    if (held === undefined || last?.token !== held.token) return new StatorError('LOCK_LOST', { name })
    const { how, by, reason, token } = last
    return new StatorError('LOCK_LOST', {
      name,
      token,
      how,
      ...(by !== null && { by }),
      ...(reason !== null && { reason }),
    })
  }

  async #say(type: string, to: Address, from: Address, data: Json, how: SendOptions): Promise<void> {
    // Of the lock and not of a run: what is erased with a run, its lock must still be able to read.
    await this.#parts.door.submit({ type, to, from, data, correlationId: to }, how)
  }

  #enter(entry: Entry): void {
    const { lock } = entry.wanted
    this.#byLock.set(lock, (this.#byLock.get(lock) ?? new Set()).add(entry))
    const key = ownerKey(entry.wanted)
    this.#byOwner.set(key, (this.#byOwner.get(key) ?? new Set()).add(entry))
  }

  #leave(entry: Entry): void {
    drop(this.#byLock, entry.wanted.lock, entry)
    drop(this.#byOwner, ownerKey(entry.wanted), entry)
  }
}

function drop<K>(all: Map<K, Set<Entry>>, key: K, entry: Entry): void {
  const entries = all.get(key)
  entries?.delete(entry)
  if (entries?.size === 0) all.delete(key)
}
