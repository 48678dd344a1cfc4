/**
 * runtime.locks: locks as clients and operators have them: whoever has or wants one, what that comes to, and a word to break one. It
 * decides nothing: what is taken is the lock's own to say.
 */
import { z } from 'zod'
import type { Lock } from '../../actors/lock-calls.ts'
import { parse } from '../../actors/schema.ts'
import { StatorError } from '../../errors.ts'
import { CLIENT, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import { lockAddress, lockName } from '../../messages/lock-name.ts'
import type { Door } from '../door.ts'
import type { HandleHost } from '../handles.ts'
import type { NewId } from '../ids.ts'
import type { Lifetime } from '../lifetime.ts'
import type { Limits } from '../limits.ts'
import type { LockDesk } from './lock-desk.ts'
import { allLocks, infoOf, seenLock, type LockInfo, type LockPlaces } from './lock-info.ts'
import type { LockKeeper } from './lock-keeper.ts'
import { clientTermsOf, type AcquireOptions } from './lock-options.ts'
import { totalOf, type LockStatistics } from './lock-statistics.ts'

export type { AcquireOptions } from './lock-options.ts'
export type { LockCounts, LockHolderInfo, LockInfo } from './lock-info.ts'
export type { LockStatistics } from './lock-statistics.ts'

export interface LockPage {
  readonly locks: readonly LockInfo[]
  /** Give it as `cursor` for what follows; null: that was all. */
  readonly next: string | null
}

export interface LocksParts extends LockPlaces {
  readonly desk: LockDesk
  readonly keeper: LockKeeper
  readonly door: Pick<Door, 'submit'>
  readonly handles: Pick<HandleHost, 'ended'>
  readonly ids: NewId
  readonly limits: Limits
  readonly lifetime: Pick<Lifetime, 'requireOpen' | 'requireTruth' | 'requireJournal'>
}

const listShape = z.strictObject({
  held: z.boolean().optional(),
  limit: z.int().min(1).max(1_000).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,16}$/)
    .optional(),
})
const breakShape = z.strictObject({ by: z.string().min(1).max(200), reason: z.string() })
const ownerShape = z.strictObject({ owner: z.string().min(1).max(200), token: z.int().optional() })

export class LocksView {
  readonly #parts: LocksParts
  /** Locks that clients asked for: they are told when nobody can know of them any more. */
  readonly #watched = new Set<Address>()

  constructor(parts: LocksParts) {
    this.#parts = parts
  }

  /**
   * Gets hold of a lock, for a client: as `ctx.lock`, but that nothing ends its hold by itself but the lease, which `renew()` begins anew.
   * An owner that has it may ask again, and gives it back as often.
   * @throws StatorError (rejects) LOCK_HELD, LOCK_TIMEOUT, LOCK_LINE_FULL, LOCKS_TOO_MANY, LOCK_LOST, DEADLOCK, INPUT_INVALID,
   * DEFINITION_INVALID (no duration), HUB_BUSY, CLOSED, JOURNAL_FAILED
   */
  async acquire(name: string, options: AcquireOptions = {}): Promise<Lock> {
    const { desk, lifetime, ids, limits } = this.#parts
    lifetime.requireOpen()
    const lock = lockAddress(name)
    const { owner = ids(), ...terms } = clientTermsOf(options, limits)
    const taken = desk.take({ owner, turn: 0, lock, ask: ids(), from: CLIENT, terms })
    this.#watch(lock)
    return taken
  }

  /**
   * Gives back all that a client has or wants of a lock, by its name, from any process life. `token`: only if that is the present one.
   * @throws StatorError (rejects) LOCK_LOST: it has it no longer, or another token is the present one; NOT_FOUND: nobody ever asked
   * for it; INPUT_INVALID, HUB_BUSY, CLOSED, JOURNAL_FAILED
   */
  async release(name: string, options: { readonly owner: string; readonly token?: number }): Promise<void> {
    const said = parse(ownerShape, options, 'INPUT_INVALID', 'options')
    const lock = this.#require(name)
    await this.#say('lock.release', lock, { turn: 0, ...said } as Json)
  }

  /**
   * An operator's word: whoever has it has it no longer, and the next in line gets it, with a higher token.
   * @throws StatorError (rejects) NOT_FOUND: nobody ever asked for it; EVENT_REFUSED: nobody has it; INPUT_INVALID, HUB_BUSY, CLOSED,
   * JOURNAL_FAILED
   */
  async break(name: string, options: { readonly by: string; readonly reason: string }): Promise<void> {
    const said = parse(breakShape, options, 'INPUT_INVALID', 'options')
    const lock = this.#require(name)
    await this.#say('lock.break', lock, said)
  }

  /** How it stands; undefined for one that nobody ever asked for. @throws StatorError INPUT_INVALID, CLOSED, JOURNAL_FAILED */
  get(name: string): LockInfo | undefined {
    this.#requireTruth()
    const seen = seenLock(this.#parts, lockAddress(name))
    return seen === undefined ? undefined : infoOf(seen)
  }

  /**
   * Locks a page at a time (`limit`, 1 to 1,000, default 100), in the order in which they were first asked for; `held`: only those that
   * somebody has, or that nobody has. @throws StatorError INPUT_INVALID, CLOSED, JOURNAL_FAILED
   */
  list(
    options: { readonly held?: boolean; readonly limit?: number; readonly cursor?: string } = {},
  ): LockPage {
    const { held, limit = 100, cursor = '0' } = parse(listShape, options, 'INPUT_INVALID', 'filter')
    this.#requireTruth()
    const fitting = allLocks(this.#parts).filter(
      ({ createdSeq, context }) =>
        createdSeq > Number(cursor) && (held === undefined || (context.holder !== null) === held),
    )
    const page = fitting.slice(0, limit)
    const last = page.at(-1)
    const next = fitting.length > limit && last !== undefined ? String(last.createdSeq) : null
    return { locks: page.map(infoOf), next }
  }

  /**
   * Names of those that somebody has now, at most `limit` (default 100), and how many those are. Cheap: from memory, and as of what is
   * being written. @throws StatorError CLOSED, JOURNAL_FAILED
   */
  active({ limit = 100 }: { readonly limit?: number } = {}): {
    readonly count: number
    readonly names: readonly string[]
  } {
    this.#requireTruth()
    const all = this.#parts.keeper.standings.locks()
    const names: string[] = []
    for (const lock of all.keys()) if (names.length < limit) names.push(lockName(lock))
    return { count: all.size, names }
  }

  /** Of all locks together, over their whole life; it looks at each of them. @throws StatorError CLOSED, JOURNAL_FAILED */
  statistics(): LockStatistics {
    return totalOf(allLocks(this.#parts), this.active(), this.#parts.keeper.deadlocks)
  }

  async #say(type: string, to: Address, data: Json): Promise<void> {
    await this.#parts.door.submit({ type, to, from: CLIENT, data, correlationId: to })
  }

  /** @throws StatorError NOT_FOUND */
  #require(name: string): Address {
    this.#parts.lifetime.requireOpen()
    const lock = lockAddress(name)
    if (seenLock(this.#parts, lock) === undefined) throw new StatorError('NOT_FOUND', { lock: name })
    return lock
  }

  #requireTruth(): void {
    this.#parts.lifetime.requireJournal()
    this.#parts.lifetime.requireTruth()
  }

  /** A lock never ends: what this hears of is that the hub does, or that the lock is held. */
  #watch(lock: Address): void {
    if (this.#watched.has(lock)) return
    this.#watched.add(lock)
    this.#parts.handles.ended(lock).catch((error: unknown) => {
      this.#watched.delete(lock)
      if (error instanceof StatorError && error.code !== 'NOT_FOUND') this.#parts.desk.fail(lock, error)
    })
  }
}
