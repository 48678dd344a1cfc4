/**
 * The journal conformance suite: what every journal promises, as plain functions for any test runner. A new journal
 * passes it before anything else. It imports no runner and no journal.
 *
 * ```ts
 * for (const { name, tests } of journalSuite)
 *   describe(name, () => {
 *     for (const each of tests) test(each.name, () => runJournalTest(each, makePlace))
 *   })
 * ```
 */
import { cached } from './cached.ts'
import { checkpoints } from './checkpoints.ts'
import { commit } from './commit.ts'
import { forked } from './forked.ts'
import { keys } from './keys.ts'
import { lifecycle } from './lifecycle.ts'
import { pending } from './pending.ts'
import type { JournalGroup, JournalPlace, JournalTest } from './place.ts'
import { prune } from './prune.ts'
import { query } from './query.ts'
import { read } from './read.ts'
import { results } from './results.ts'
import { traits } from './traits.ts'
import { verify } from './verify.ts'

export type { JournalGroup, JournalPlace, JournalTest }

export const journalSuite: readonly JournalGroup[] = [
  lifecycle,
  traits,
  commit,
  read,
  query,
  checkpoints,
  pending,
  results,
  keys,
  cached,
  forked,
  prune,
  verify,
]

/** Runs one test in a place of its own. */
export function runJournalTest(test: JournalTest, make: () => JournalPlace): void {
  const place = make()
  try {
    test.run(place)
  } finally {
    place.dispose()
  }
}
