/** Forks: a new journal that begins with the records of another, and what a copy is made from. */
import assert from 'node:assert/strict'
import { refused, same } from './expect.ts'
import { cachedResult, drafts, emptyBatch, JOURNAL_ID, keyRecord, open, Scribe, signal } from './fixtures.ts'
import type { JournalGroup } from './place.ts'
import { encode } from '../../runtime/record.ts'
import type { OpenOptions } from '../../runtime/journal.ts'

const anchor = { seq: 40, at: 1_400, sum: 77 }
const origin = { id: 'another', seq: 42, at: 1_420 }
const begin: OpenOptions = { newId: () => JOURNAL_ID, begin: { origin, anchor } }

export const forked: JournalGroup = {
  name: 'forks',
  tests: [
    {
      name: 'all keys and all cached results can be had, to copy them',
      run(place) {
        const scribe = new Scribe(place)
        const { journal } = scribe
        same([[...journal.keys()], [...journal.kept()]], [[], []])
        const keys = Array.from({ length: 300 }, (_, n) => keyRecord(`k${1_000 + n}`, 'workflow/run-1'))
        const kept = Array.from({ length: 300 }, (_, n) => cachedResult(`r${1_000 + n}`, 1))
        scribe.write(drafts(1), { keys, cached: kept })
        same(
          [...journal.keys()].toSorted((a, b) => (a.key < b.key ? -1 : 1)),
          keys,
        )
        same(
          [...journal.kept()].toSorted((a, b) => (a.key < b.key ? -1 : 1)),
          kept,
        )
      },
    },
    {
      name: 'a journal says where it stands',
      run(place) {
        const scribe = new Scribe(place)
        const zero = { seq: 0, at: 0, sum: 0 }
        same(scribe.journal.standing(), {
          id: JOURNAL_ID,
          anchor: zero,
          last: zero,
          tailAfter: 0,
          origin: null,
        })
        const records = scribe.write(drafts(5), { tailAfter: 4 })
        const [, second, , , last] = records.map(({ seq, at, sum }) => ({ seq, at, sum }))
        scribe.journal.prune({ correlationIds: [], dropTo: 2 })
        same(scribe.journal.standing(), { id: JOURNAL_ID, anchor: second, last, tailAfter: 4, origin: null })
      },
    },
    {
      name: 'a fork begins after its anchor, has a chain that holds, and says for ever where it comes from',
      run(place) {
        const journal = place.journal()
        same(journal.open(begin).last, anchor)
        const signals = [signal(41), signal(42)]
        const first = encode(signals[0] ?? signal(41), anchor.sum)
        const records = [first, encode(signals[1] ?? signal(42), first.sum)]
        journal.commit({ ...emptyBatch(), records, signals })
        assert.equal(journal.verify(), null)
        journal.close()
        const again = place.journal()
        const state = open(again)
        same([state.origin, state.anchor, state.last.seq], [origin, anchor.seq, 42])
        same(again.read({ after: 0, limit: 9 }), records)
        same(again.standing().origin, origin)
        assert.equal(again.verify(), null)
      },
    },
    {
      name: 'a fork that was never finished is damaged',
      run(place) {
        const journal = place.journal()
        journal.open(begin)
        const signals = [signal(41)]
        journal.commit({ ...emptyBatch(), records: [encode(signal(41), anchor.sum)], signals })
        journal.close()
        const error = refused('JOURNAL_DAMAGED', () => open(place.journal()))
        assert.equal(error.details['seq'], 42)
      },
    },
    {
      name: 'what was written already is not forked into',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write(drafts(1))
        scribe.journal.close()
        refused('JOURNAL_USED', () => place.journal().open(begin))
        const { state } = new Scribe(place)
        same([state.last.seq, state.origin], [1, null])
      },
    },
  ],
}
