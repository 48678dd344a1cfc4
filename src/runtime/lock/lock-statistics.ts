/** LockStatistics: what has become of all locks together. It adds up; it asks nobody. */
import { countsOf, type LockCounts, type SeenLock } from './lock-info.ts'

/** Counts over the whole life of all locks; times in milliseconds. */
export interface LockStatistics extends LockCounts {
  /** Locks that were ever asked for; how many somebody has now; how many calls stand in line. */
  readonly locks: number
  readonly active: number
  readonly waiting: number
  /** Names of up to 100 of those that somebody has. */
  readonly names: readonly string[]
  /** Circles that were refused, since this start. */
  readonly deadlocks: number
}

const NOTHING: LockCounts = {
  grants: 0,
  waits: 0,
  waited: 0,
  longestWait: 0,
  timeouts: 0,
  expiries: 0,
  breaks: 0,
  revokes: 0,
}

export function totalOf(
  all: readonly SeenLock[],
  { count, names }: { readonly count: number; readonly names: readonly string[] },
  deadlocks: number,
): LockStatistics {
  const counts = all.reduce((sum, { context }) => added(sum, countsOf(context)), NOTHING)
  const waiting = all.reduce((sum, { context }) => sum + context.line.length, 0)
  return { ...counts, locks: all.length, active: count, waiting, names, deadlocks }
}

function added(a: LockCounts, b: LockCounts): LockCounts {
  return {
    grants: a.grants + b.grants,
    waits: a.waits + b.waits,
    waited: a.waited + b.waited,
    longestWait: Math.max(a.longestWait, b.longestWait),
    timeouts: a.timeouts + b.timeouts,
    expiries: a.expiries + b.expiries,
    breaks: a.breaks + b.breaks,
    revokes: a.revokes + b.revokes,
  }
}
