/** All invariants, by their numbers. Nothing is checked here. */
import type { Watcher } from '../host/watcher.ts'
import type { Invariant } from './invariant.ts'
import { kept } from './kept.ts'
import { onceInside } from './once.ts'
import { oldHistory } from './history.ts'
import { sameReplayed } from './same-replayed.ts'
import { readable } from './streams.ts'
import { totalOrder } from './order.ts'
import { legal } from './legal.ts'
import { sum } from './sum.ts'
import { timers } from './timers.ts'
import { drain } from './drain.ts'
import { bounds } from './bounds.ts'
import { contain } from './contain.ts'
import { fencing } from './fencing.ts'
import { saga } from './saga.ts'
import { visible } from './visible.ts'

export const INVARIANTS: readonly Invariant[] = [
  visible,
  kept,
  sameReplayed,
  legal,
  totalOrder,
  onceInside,
  sum,
  timers,
  drain,
  bounds,
  contain,
  saga,
  fencing,
  readable,
  oldHistory,
]

/** A new check of each, for one simulation. */
export function invariants(): Watcher[] {
  return INVARIANTS.flatMap(({ watch }) => (watch === null ? [] : [watch()]))
}
