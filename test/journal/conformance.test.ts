/** The conformance suite over every journal that Stator ships. */
import { describe, test } from 'vitest'
import { journalSuite, runJournalTest, type JournalPlace } from '../../src/testing/journal-suite/index.ts'
import { memoryPlace, SMALL, sqlitePlace } from './places.ts'
import { TUNING } from '../../src/sqlite/journal.ts'

const PLACES: Record<string, () => JournalPlace> = {
  memory: memoryPlace,
  'sqlite full': () => sqlitePlace(),
  'sqlite normal': () => sqlitePlace({ ...TUNING, durability: 'normal' }),
  'sqlite with small blocks': () => sqlitePlace(SMALL),
}

for (const [label, make] of Object.entries(PLACES)) {
  describe(label, () => {
    for (const { name, tests } of journalSuite) {
      describe(name, () => {
        for (const each of tests) test(each.name, () => runJournalTest(each, make))
      })
    }
  })
}
