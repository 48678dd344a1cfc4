/** Retention: which finished runs are old enough to be erased, and which prefix of the journal nobody needs. */
import { rootOf, type Address } from '../messages/address.ts'
import type { Journal } from './journal.ts'
import type { Population } from './population.ts'

const ENDINGS = ['completed', 'failed', 'cancelled', 'blocked'].flatMap(state => [
  `workflow.${state}`,
  `task.${state}`,
])
const PAGE = 1_000

/** Erases what ended before `until`. Returns how many runs and tasks. */
export function prune(journal: Journal, population: Population, until: number): number {
  const old = new Set<string>()
  for (let after = 0; ;) {
    const page = journal.query({ types: ENDINGS, until, after, limit: PAGE })
    for (const signal of page) {
      // A pruned run is seen again as long as its headers stand; its payload is gone.
      if (signal.final && signal.to === signal.correlationId) old.add(signal.to)
    }
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) break
    after = last.seq
  }
  journal.prune({ correlationIds: [...old], dropTo: firstNeeded(journal, population, old) - 1 })
  return old.size
}

/** The first record of a run or task that stays. What comes before it is of pruned runs, agents and the hub. */
function firstNeeded(journal: Journal, population: Population, old: ReadonlySet<string>): number {
  for (let after = 0; ;) {
    const page = journal.query({ types: ['workflow.start', 'task.create'], after, limit: PAGE })
    const kept = page.find(signal => !old.has(rootOf(signal.to as Address)))
    if (kept !== undefined) return kept.seq
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return population.oldestDirty() ?? Number.MAX_SAFE_INTEGER
    after = last.seq
  }
}
