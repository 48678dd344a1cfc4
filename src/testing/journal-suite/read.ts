/** Reading by position. */
import assert from 'node:assert/strict'
import { same } from './expect.ts'
import { drafts, Scribe } from './fixtures.ts'
import type { JournalGroup } from './place.ts'

export const read: JournalGroup = {
  name: 'read and get',
  tests: [
    {
      name: 'reads after a position, ascending, at most the limit',
      run(place) {
        const { journal } = written(new Scribe(place))
        const positions = (after: number, limit: number): number[] =>
          journal.read({ after, limit }).map(({ seq }) => seq)
        same(positions(0, 3), [1, 2, 3])
        same(positions(3, 3), [4, 5, 6])
        same(positions(8, 100), [9, 10])
        same(positions(10, 5), [])
        same(positions(99, 5), [])
        same(positions(0, 0), [])
        assert.equal(positions(0, Number.POSITIVE_INFINITY).length, 10)
      },
    },
    {
      name: 'pages laid end to end are the whole journal',
      run(place) {
        const { journal } = written(new Scribe(place))
        const all: unknown[] = []
        for (let after = 0; ;) {
          const page = journal.read({ after, limit: 3 })
          const end = page.at(-1)
          if (end === undefined) break
          all.push(...page)
          after = end.seq
        }
        same(all, journal.read({ after: 0, limit: 100 }))
      },
    },
    {
      name: 'gets one record, or undefined where there is none',
      run(place) {
        const { journal } = written(new Scribe(place))
        for (const record of journal.read({ after: 0, limit: 100 })) same(journal.get(record.seq), record)
        for (const seq of [-1, 0, 11, 1_000]) assert.equal(journal.get(seq), undefined)
      },
    },
  ],
}

function written(scribe: Scribe): Scribe {
  scribe.write(drafts(4))
  scribe.write(drafts(6))
  return scribe
}
