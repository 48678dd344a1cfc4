/** The conformance suite over every journal that Stator ships. */
import { describe, expect, test } from 'vitest'
import { journalSuite, runJournalTest, type JournalPlace } from '../../src/testing/journal-suite/index.ts'
import { memoryPlace, SMALL, sqlitePlace } from './places.ts'
import { TUNING } from '../../src/sqlite/journal.ts'

const PLACES: Record<string, () => JournalPlace> = {
  memory: memoryPlace,
  'sqlite full': () => sqlitePlace(),
  'sqlite normal': () => sqlitePlace({ ...TUNING, durability: 'normal' }),
  'sqlite with small blocks': () => sqlitePlace(SMALL),
}

describe.each(Object.entries(PLACES))('%s', (_, make) => {
  describe.each(journalSuite)('$name', ({ tests }) => {
    test.each(tests)('$name', each => {
      expect(() => runJournalTest(each, make)).not.toThrow()
    })
  })
})
