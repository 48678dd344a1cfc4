/** Opening and closing: identity, ownership, and what the next owner finds. */
import assert from 'node:assert/strict'
import { refused, same } from './expect.ts'
import { checkpoint, drafts, JOURNAL_ID, open, Scribe } from './fixtures.ts'
import type { JournalGroup } from './place.ts'

export const lifecycle: JournalGroup = {
  name: 'open and close',
  tests: [
    {
      name: 'a new journal is empty and takes the id it is given',
      run(place) {
        // Warnings are about the machine, not about the journal.
        same(
          { ...open(place.journal()), warnings: [] },
          {
            id: JOURNAL_ID,
            last: { seq: 0, at: 0, sum: 0 },
            tailAfter: 0,
            anchor: 0,
            clean: false,
            origin: null,
            warnings: [],
          },
        )
      },
    },
    {
      name: 'the id is made once, with the journal',
      run(place) {
        new Scribe(place).journal.close()
        const state = place.journal().open({ newId: () => assert.fail('made again') })
        assert.equal(state.id, JOURNAL_ID)
      },
    },
    {
      name: 'a second owner is refused until the first has closed',
      run(place) {
        const first = new Scribe(place)
        refused('JOURNAL_OWNED', () => open(place.journal()))
        refused('JOURNAL_OWNED', () => open(first.journal))
        first.write(drafts(1))
        first.journal.close()
        assert.equal(new Scribe(place).state.last.seq, 1)
      },
    },
    {
      name: 'an owner who was refused leaves the first one its ownership',
      run(place) {
        const first = new Scribe(place)
        const second = place.journal()
        refused('JOURNAL_OWNED', () => open(second))
        second.close()
        refused('JOURNAL_OWNED', () => open(place.journal()))
        first.write(drafts(1))
      },
    },
    {
      name: 'what was committed is there for the next owner, to the letter',
      run(place) {
        const first = new Scribe(place)
        const records = first.write(drafts(3), { tailAfter: 2, checkpoints: [checkpoint('workflow/run-1')] })
        first.journal.close()
        const second = new Scribe(place)
        const last = records.at(-1)
        same(second.state.last, { seq: 3, at: last?.at, sum: last?.sum })
        assert.equal(second.state.tailAfter, 2)
        same(second.journal.read({ after: 0, limit: 10 }), records)
        same(second.journal.checkpoint('workflow/run-1'), checkpoint('workflow/run-1'))
      },
    },
    {
      name: 'the same object can be opened again',
      run(place) {
        const { journal } = new Scribe(place)
        for (let life = 0; life < 3; life++) {
          journal.close()
          assert.equal(open(journal).id, JOURNAL_ID)
        }
      },
    },
    {
      name: 'clean is what the last batch said',
      run(place) {
        const clean: boolean[] = []
        for (const flag of [true, false, true]) {
          const scribe = new Scribe(place)
          clean.push(scribe.state.clean)
          scribe.write(drafts(1), { clean: flag })
          scribe.journal.close()
        }
        clean.push(new Scribe(place).state.clean)
        same(clean, [false, true, false, true])
      },
    },
    {
      name: 'a batch without records may close a journal cleanly',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write(drafts(2))
        scribe.write([], { clean: true, tailAfter: 2 })
        scribe.journal.close()
        const { clean, tailAfter, last } = new Scribe(place).state
        same({ clean, tailAfter, seq: last.seq }, { clean: true, tailAfter: 2, seq: 2 })
      },
    },
    {
      name: 'closing twice, or before opening, is no error',
      run(place) {
        place.journal().close()
        const { journal } = new Scribe(place)
        journal.close()
        journal.close()
      },
    },
  ],
}
