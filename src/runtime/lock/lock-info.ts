/** LockInfo: a lock as its users see it, wherever it was found: in memory, or parked. It reads; it changes nothing. */
import type { LockContext, LockPassed } from '../../machines/lock-context.ts'
import { kindOf, type Address } from '../../messages/address.ts'
import { lockName } from '../../messages/lock-name.ts'
import type { Journal } from '../journal.ts'
import type { Population } from '../population.ts'

/** Times in milliseconds since the epoch. */
export interface LockHolderInfo {
  /** Address of the task, or what a client calls itself. */
  readonly owner: string
  /** Address of the agent; null of a client. */
  readonly agent: string | null
  readonly note: string | null
  readonly since: number
}

/** Counts over its whole life; times in milliseconds. */
export interface LockCounts {
  readonly grants: number
  /** Calls that had to stand in line. */
  readonly waits: number
  /** How long those stood there that were granted: all together, and the longest. */
  readonly waited: number
  readonly longestWait: number
  /** Calls that stood there too long; leases that ran out; holds broken by an operator; holders that ended without giving it back. */
  readonly timeouts: number
  readonly expiries: number
  readonly breaks: number
  readonly revokes: number
}

export interface LockInfo {
  readonly name: string
  readonly address: Address
  /** That of the last grant. */
  readonly token: number
  /** Null where nobody has it. `until`: when it is lost unless it is renewed. `calls`: how often it must be given back. */
  readonly holder: (LockHolderInfo & { readonly until: number; readonly calls: number }) | null
  /** Who comes next, first come, first served. */
  readonly line: readonly LockHolderInfo[]
  /** How whoever had it last came to have it no longer; null where nobody has lost it or given it back yet. */
  readonly last: Omit<LockPassed, 'turn'> | null
  readonly counts: LockCounts
}

/** One that is known, and when it was first asked for. */
export interface SeenLock {
  readonly address: Address
  readonly context: LockContext
  readonly createdSeq: number
}

export function infoOf({ address, context }: SeenLock): LockInfo {
  const { token, holder, line, last } = context
  return {
    name: lockName(address),
    address,
    token,
    holder: holder === null ? null : { ...shown(holder), until: holder.until, calls: holder.asks.length },
    line: line.map(shown),
    last: last === null ? null : passedOf(last),
    counts: countsOf(context),
  }
}

const shown = ({ owner, agent, note, since }: LockHolderInfo): LockHolderInfo => ({
  owner,
  agent,
  note,
  since,
})

const passedOf = ({ owner, token, how, by, reason, at }: LockPassed): Omit<LockPassed, 'turn'> => ({
  owner,
  token,
  how,
  by,
  reason,
  at,
})

export const countsOf = (context: LockContext): LockCounts => {
  const { grants, waits, waited, longest: longestWait, timeouts, expiries, breaks, revokes } = context
  return { grants, waits, waited, longestWait, timeouts, expiries, breaks, revokes }
}

export interface LockPlaces {
  readonly population: Population
  readonly journal: Journal
}

/** One alone; nobody is brought back for it. */
export function seenLock({ population, journal }: LockPlaces, address: Address): SeenLock | undefined {
  const cell = population.loaded(address)
  if (cell !== undefined) return seenAt(cell)
  const parked = journal.checkpoint(address)
  return parked === undefined ? undefined : seenAt(parked)
}

/** All that were ever asked for, in the order in which they were first. */
export function allLocks({ population, journal }: LockPlaces): SeenLock[] {
  const found = new Map<Address, SeenLock>()
  for (const cell of population.cells())
    if (kindOf(cell.address) === 'lock') found.set(cell.address, seenAt(cell))
  for (const checkpoint of journal.checkpoints({ kind: 'lock' }))
    if (!found.has(checkpoint.address)) found.set(checkpoint.address, seenAt(checkpoint))
  return [...found.values()].toSorted((a, b) => a.createdSeq - b.createdSeq)
}

function seenAt({
  address,
  snapshot,
  createdSeq,
}: Omit<SeenLock, 'context'> & { readonly snapshot: unknown }): SeenLock {
  return { address, context: (snapshot as { readonly context: LockContext }).context, createdSeq }
}
