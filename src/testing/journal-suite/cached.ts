/** Cached results: the newest of a key, as long as its record holds what it held. */
import assert from 'node:assert/strict'
import { same } from './expect.ts'
import { cachedResult, drafts, Scribe } from './fixtures.ts'
import type { JournalGroup } from './place.ts'

export const cached: JournalGroup = {
  name: 'cached results',
  tests: [
    {
      name: 'are found by their key, exactly, also after a restart',
      run(place) {
        const scribe = new Scribe(place)
        const keys = ['', 'a', 'A', 'ä', 'a\u0308', '\ud800', '\u0000', "'", '"']
        const all = keys.map((key, index) => cachedResult(key, index + 1, 2_000 + index))
        scribe.write(drafts(keys.length), { cached: all })
        const found = (): unknown => keys.map(key => scribe.journal.cached(key))
        same(found(), all)
        assert.equal(scribe.journal.cached('b'), undefined)
        scribe.journal.close()
        const { journal } = new Scribe(place)
        same(
          keys.map(key => journal.cached(key)),
          all,
        )
      },
    },
    {
      name: 'the newest of a key is there, whatever the others said',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write(drafts(2), { cached: [cachedResult('k', 1, 9_000), cachedResult('k', 2, 8_000)] })
        same(scribe.journal.cached('k'), cachedResult('k', 2, 8_000))
        scribe.write(drafts(1), { cached: [cachedResult('k', 3, 10)] })
        same(scribe.journal.cached('k'), cachedResult('k', 3, 10))
      },
    },
    {
      name: 'of a batch that is refused none is there',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write(drafts(1), { cached: [cachedResult('k', 1)] })
        const { records, signals, ...rest } = scribe.batch(drafts(2), { cached: [cachedResult('k', 3)] })
        const gap = { ...rest, records: records.slice(1), signals: signals.slice(1) }
        assert.throws(() => scribe.journal.commit(gap))
        scribe.journal.close()
        same(new Scribe(place).journal.cached('k'), cachedResult('k', 1))
      },
    },
    {
      name: 'pruning takes those that have expired, and no others',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write(drafts(3), {
          cached: [cachedResult('old', 1, 99), cachedResult('now', 2, 100), cachedResult('new', 3, 101)],
        })
        const left = (): string[] =>
          ['old', 'now', 'new'].filter(key => scribe.journal.cached(key) !== undefined)
        scribe.journal.prune({ correlationIds: [], dropTo: 0 })
        same(left(), ['old', 'now', 'new'])
        scribe.journal.prune({ correlationIds: [], dropTo: 0, now: 100 })
        same(left(), ['new'])
      },
    },
    {
      name: 'pruning takes those whose record it erased or dropped, however many there are',
      run(place) {
        const scribe = new Scribe(place)
        const count = 2_500
        const key = (index: number): string => `k${index}`
        scribe.write(
          drafts(count, index => ({ correlationId: index % 2 === 0 ? 'workflow/even' : 'workflow/odd' })),
          { cached: drafts(count).map((_, index) => cachedResult(key(index), index + 1)), tailAfter: 100 },
        )
        scribe.journal.prune({ correlationIds: ['workflow/even'], dropTo: 100, now: 0 })
        const left = drafts(count)
          .map((_, index) => index)
          .filter(index => scribe.journal.cached(key(index)) !== undefined)
        same(
          left,
          drafts(count)
            .map((_, index) => index)
            .filter(index => index % 2 === 1 && index >= 100),
        )
        assert.equal(scribe.journal.verify(), null)
      },
    },
  ],
}
