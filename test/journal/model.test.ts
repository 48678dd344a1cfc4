/** Random histories of commits, queries, prunes and restarts: every journal shows what the model shows. */
import { assert, modelRun, property } from 'fast-check'
import { expect, test } from 'vitest'
import { Scribe } from '../../src/testing/journal-suite/fixtures.ts'
import type { JournalPlace } from '../../src/testing/journal-suite/index.ts'
import { commands, newModel } from './model.ts'
import { memoryPlace, SMALL, sqlitePlace } from './places.ts'

const PLACES: Record<string, { make: () => JournalPlace; runs: number }> = {
  memory: { make: memoryPlace, runs: 300 },
  'sqlite with small blocks': { make: () => sqlitePlace({ ...SMALL, durability: 'normal' }), runs: 50 },
}

test.each(Object.entries(PLACES))(
  'whatever is done to it, a journal (%s) shows what the model shows',
  (_, { make, runs }) => {
    const shows = property(commands, each => {
      const place = make()
      try {
        modelRun(() => ({ model: newModel(), real: { place, scribe: new Scribe(place) } }), each)
      } finally {
        place.dispose()
      }
    })
    expect(() => assert(shows, { numRuns: runs })).not.toThrow()
  },
)
