/** History: what "fits a filter" means, once for every journal and for live streams. Pure. */
import type { Signal } from '../messages/signal.ts'
import type { HistoryFilter } from './journal.ts'

export function matches(signal: Signal, filter: HistoryFilter): boolean {
  if (
    filter.types !== undefined &&
    !filter.types.includes(signal.type) &&
    !filter.types.includes(signal.name)
  )
    return false
  if (filter.actor !== undefined && signal.to !== filter.actor) return false
  if (filter.correlationId !== undefined && signal.correlationId !== filter.correlationId) return false
  if (filter.after !== undefined && signal.seq <= filter.after) return false
  if (filter.before !== undefined && signal.seq >= filter.before) return false
  if (filter.since !== undefined && signal.at < filter.since) return false
  return filter.until === undefined || signal.at <= filter.until
}

/** The first index whose time is at or after `time`; times never go back, so halving finds it. */
export function searchTime(length: number, at: (index: number) => number, time: number): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (at(middle) < time) low = middle + 1
    else high = middle
  }
  return low
}
