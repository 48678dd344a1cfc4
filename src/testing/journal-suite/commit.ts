/** Committing: whole batches, in order, exactly as given. */
import assert from 'node:assert/strict'
import { refused, same } from './expect.ts'
import { cachedResult, checkpoint, drafts, keyRecord, pendingMessage, Scribe, subResult } from './fixtures.ts'
import type { JournalGroup } from './place.ts'

export const commit: JournalGroup = {
  name: 'commit',
  tests: [
    {
      name: 'a batch is there at once, all of it',
      run(place) {
        const { journal, ...scribe } = writeAll(new Scribe(place))
        same(journal.read({ after: 0, limit: 10 }), scribe.records)
        same(journal.query({}), scribe.signals)
        same(journal.pending(), [pendingMessage(7)])
        same(journal.results('task/run-1/build'), [subResult('task/run-1/build', 'push')])
        same(journal.key('client/test', 'k'), keyRecord('k', 'workflow/run-1'))
        same(journal.cached('c'), cachedResult('c', 3))
        same([...journal.checkpoints({})], [checkpoint('workflow/run-1')])
      },
    },
    {
      name: 'records go on after the last one, over many batches and owners',
      run(place) {
        for (let life = 0; life < 3; life++) {
          const scribe = new Scribe(place)
          for (const size of [1, 5, 2]) scribe.write(drafts(size))
          assert.equal(scribe.journal.verify(), null)
          scribe.journal.close()
        }
        const positions = new Scribe(place).journal.read({ after: 0, limit: 100 }).map(({ seq }) => seq)
        same(
          positions,
          drafts(24).map((_, index) => index + 1),
        )
      },
    },
    {
      name: 'an empty batch changes nothing',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write(drafts(2), { tailAfter: 1 })
        scribe.write([])
        scribe.journal.close()
        const { last, tailAfter } = new Scribe(place).state
        same([last.seq, tailAfter], [2, 1])
      },
    },
    {
      name: 'texts come back to the letter, whatever they hold',
      run(place) {
        const scribe = new Scribe(place)
        const texts = ['', 'ö', '💡', '\ud800', '\u0000', "it's", '"', 'a\nb', '\u2028', '𝟘'.repeat(5_000)]
        const records = scribe.write(texts.map(text => ({ data: { text } })))
        same(scribe.journal.read({ after: 0, limit: 100 }), records)
        same(
          scribe.journal.query({}).map(({ data }) => data),
          texts.map(text => ({ text })),
        )
        assert.equal(scribe.journal.verify(), null)
      },
    },
    {
      name: 'a gap is refused, nothing of its batch is kept, and the journal only reads from then on',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write(drafts(2))
        const later = scribe.batch(drafts(3))
        const gap = {
          ...later,
          records: later.records.slice(1),
          signals: later.signals.slice(1),
          pending: [pendingMessage(1)],
        }
        refused('JOURNAL_FAILED', () => scribe.journal.commit(gap))
        refused('JOURNAL_FAILED', () => scribe.write(drafts(1)))
        assert.equal(scribe.journal.read({ after: 0, limit: 10 }).length, 2)
        scribe.journal.close()
        const next = new Scribe(place)
        assert.equal(next.state.last.seq, 2)
        same(next.journal.pending(), [])
        next.write(drafts(1))
      },
    },
    {
      name: 'a gap inside a batch is refused as a whole',
      run(place) {
        const scribe = new Scribe(place)
        const { records, signals, ...rest } = scribe.batch(drafts(3))
        const odd = <T>(list: readonly T[]): T[] => list.filter((_, index) => index !== 1)
        refused('JOURNAL_FAILED', () =>
          scribe.journal.commit({ ...rest, records: odd(records), signals: odd(signals) }),
        )
        same(scribe.journal.read({ after: 0, limit: 10 }), [])
      },
    },
  ],
}

function writeAll(scribe: Scribe): Pick<Scribe, 'journal' | 'signals'> & { records: unknown } {
  const records = scribe.write(drafts(3), {
    pending: [pendingMessage(7)],
    results: [subResult('task/run-1/build', 'push')],
    keys: [keyRecord('k', 'workflow/run-1')],
    cached: [cachedResult('c', 3)],
    checkpoints: [checkpoint('workflow/run-1')],
  })
  return { journal: scribe.journal, signals: scribe.signals, records }
}
