/** Idempotency keys: found by sender and key, exactly. */
import assert from 'node:assert/strict'
import { same } from './expect.ts'
import { keyRecord, Scribe } from './fixtures.ts'
import type { JournalGroup } from './place.ts'

export const keys: JournalGroup = {
  name: 'keys',
  tests: [
    {
      name: 'are found by sender and key, and by nothing else',
      run(place) {
        const scribe = new Scribe(place)
        const mine = keyRecord('order 7', 'workflow/run-1')
        const theirs = keyRecord('order 7', 'workflow/run-2', { sender: 'client/other', seq: 5 })
        scribe.write([], { keys: [mine, theirs] })
        same(scribe.journal.key('client/test', 'order 7'), mine)
        same(scribe.journal.key('client/other', 'order 7'), theirs)
        assert.equal(scribe.journal.key('client/test', 'order 8'), undefined)
        assert.equal(scribe.journal.key('client/third', 'order 7'), undefined)
      },
    },
    {
      name: 'two keys are one only when they are the same text',
      run(place) {
        const scribe = new Scribe(place)
        const texts = [
          '',
          ' ',
          'a',
          'A',
          'ä',
          'a\u0308',
          '\ud800',
          '\ud801',
          '\ufffd',
          '\u0000',
          '\u0000b',
          "'",
          '"',
        ]
        scribe.write([], {
          keys: texts.map((text, index) => keyRecord(text, 'workflow/run-1', { seq: index + 1 })),
        })
        scribe.journal.close()
        const { journal } = new Scribe(place)
        same(
          texts.map(text => journal.key('client/test', text)?.seq),
          texts.map((_, index) => index + 1),
        )
      },
    },
  ],
}
