/** Scan: every recorded signal that fits a filter, oldest first, read in pages. Holds one page at a time. */
import type { Signal } from '../messages/signal.ts'
import type { HistoryFilter, Journal } from './journal.ts'

const PAGE = 1_000

export function* scan(
  journal: Pick<Journal, 'query'>,
  filter: Omit<HistoryFilter, 'order' | 'limit'>,
): Generator<Signal> {
  for (let after = filter.after ?? 0; ;) {
    const page = journal.query({ ...filter, after, limit: PAGE })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = last.seq
  }
}
