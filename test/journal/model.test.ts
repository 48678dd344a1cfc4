/** Random histories of commits, queries, prunes and restarts: every journal shows what the model shows. */
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { Scribe } from '../../src/testing/journal-suite/fixtures.ts'
import type { JournalPlace } from '../../src/testing/journal-suite/index.ts'
import { commands, newModel } from './model.ts'
import { memoryPlace, SMALL, sqlitePlace } from './places.ts'

const PLACES: Record<string, { make: () => JournalPlace; runs: number }> = {
  memory: { make: memoryPlace, runs: 300 },
  'sqlite with small blocks': { make: () => sqlitePlace({ ...SMALL, durability: 'normal' }), runs: 80 },
}

describe('whatever is done to a journal, it shows what the model shows', () => {
  for (const [label, { make, runs }] of Object.entries(PLACES)) {
    test(label, () => {
      fc.assert(
        fc.property(commands, each => {
          const place = make()
          try {
            fc.modelRun(() => ({ model: newModel(), real: { place, scribe: new Scribe(place) } }), each)
          } finally {
            place.dispose()
          }
        }),
        { numRuns: runs },
      )
    })
  }
})
