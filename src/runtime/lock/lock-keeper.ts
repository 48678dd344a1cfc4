/**
 * LockKeeper: a decider. It knows which attempts run, and takes from one that has ended, in the same turn, what it had and what it
 * waited for; and it objects to whoever would wait in a circle, asks for an attempt that is over, or for more than one may have. What it
 * keeps is a projection of locks that somebody has.
 */
import type { Why } from '../../actors/kind.ts'
import { isSame, type LockContext, type LockOwner } from '../../machines/lock-context.ts'
import type { TaskContext } from '../../machines/task-context.ts'
import { LOCKS, type Address } from '../../messages/address.ts'
import type { LockAcquire } from '../../messages/lock.ts'
import { lockName } from '../../messages/lock-name.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Cell } from '../cell.ts'
import type { Decider } from '../decider.ts'
import { input, type Envelope } from '../envelope.ts'
import type { Population } from '../population.ts'
import { ownerKey, Standings } from './standings.ts'

interface Word extends LockOwner {
  readonly lock: Address
}

export class LockKeeper implements Decider {
  readonly wakeAt = Number.POSITIVE_INFINITY
  readonly standings = new Standings()
  /** Circles that were refused, since the start. */
  deadlocks = 0
  /** Called once what has become of a lock is on disk. */
  told: (lock: Address) => void = () => {}
  readonly #population: Pick<Population, 'loaded'>
  readonly #most: number
  /** Attempts that had or wanted something when they were last looked at, by their task. */
  readonly #attempts = new Map<Address, Map<string, LockOwner>>()
  /** Attempts that may have ended. */
  readonly #suspects = new Map<string, LockOwner>()
  readonly #words: Word[] = []
  readonly #changed = new Set<Address>()

  /** `most`: locks that one owner may have or wait for. */
  constructor(population: Pick<Population, 'loaded'>, most: number) {
    this.#population = population
    this.#most = most
  }

  observe({ address, definition: { kind }, snapshot }: Cell): void {
    if (kind.kind === 'lock') this.#stands(address, snapshot.context as LockContext)
    else if (kind.kind === 'task') this.ended({ address })
  }

  ended({ address }: Pick<Cell, 'address'>): void {
    // Most tasks never ask for a lock.
    for (const [key, owner] of this.#attempts.get(address) ?? []) this.#suspects.set(key, owner)
  }

  objection({ type, to, data }: Signal): Why | undefined {
    if (type !== 'lock.acquire') return undefined
    const asker = data as unknown as LockAcquire
    if (!this.#isCurrent(asker)) return { code: 'STALE_ATTEMPT', message: 'the attempt that asks is over' }
    const owned = this.standings.owned(asker)
    const count = (owned?.has.size ?? 0) + (owned?.wants.size ?? 0)
    const name = lockName(to)
    if (count >= this.#most && owned?.has.has(to) !== true && owned?.wants.has(to) !== true) {
      const details = { name, owner: asker.owner, limit: this.#most }
      return { code: 'LOCKS_TOO_MANY', message: `${asker.owner} has or waits for ${count} locks`, details }
    }
    const holder = this.standings.locks().get(to)?.holder ?? null
    if (!asker.wait || holder === null || isSame(holder, asker)) return undefined
    const cycle = this.standings.circle(asker, to)
    if (cycle === undefined) return undefined
    this.deadlocks++
    return { code: 'DEADLOCK', message: cycle, details: { name, cycle } }
  }

  hasWork(): boolean {
    return this.#suspects.size > 0 || this.#words.length > 0
  }

  next(): Envelope | undefined {
    for (const [key, owner] of this.#suspects) this.#judge(key, owner)
    for (let word = this.#words.shift(); word !== undefined; word = this.#words.shift()) {
      const { owner, turn, lock } = word
      const owned = this.standings.owned(word)
      if (owned?.has.has(lock) !== true && owned?.wants.has(lock) !== true) continue
      const data = { owner, turn, reason: 'its attempt has ended' }
      return input({ type: 'lock.revoke', to: lock, from: LOCKS, data, correlationId: lock })
    }
    return undefined
  }

  committed(): void {
    for (const lock of this.#changed) this.told(lock)
    this.#changed.clear()
  }

  #stands(lock: Address, context: LockContext): void {
    this.#changed.add(lock)
    for (const owner of this.standings.set(lock, context)) {
      if (owner.turn === 0) continue
      const key = ownerKey(owner)
      const task = owner.owner as Address
      this.#attempts.set(task, (this.#attempts.get(task) ?? new Map<string, LockOwner>()).set(key, owner))
      this.#suspects.set(key, owner)
    }
  }

  #judge(key: string, { owner, turn }: LockOwner): void {
    this.#suspects.delete(key)
    const owned = this.standings.owned({ owner, turn })
    if (owned !== undefined && this.#isCurrent(owned)) return
    const attempts = this.#attempts.get(owner as Address)
    attempts?.delete(key)
    if (attempts?.size === 0) this.#attempts.delete(owner as Address)
    if (owned === undefined) return
    for (const lock of [...owned.has, ...owned.wants]) this.#words.push({ owner, turn, lock })
  }

  /** Does the attempt run? A client is always there. */
  #isCurrent({ owner, turn }: LockOwner): boolean {
    if (turn === 0) return true
    const cell = this.#population.loaded(owner as Address)
    return cell?.state === 'running' && (cell.snapshot.context as TaskContext).turn === turn
  }
}
