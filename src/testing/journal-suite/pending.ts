/** Pending messages: kept until delivered, in the order in which they were committed. */
import { same } from './expect.ts'
import { drafts, pendingMessage, Scribe } from './fixtures.ts'
import type { JournalGroup } from './place.ts'

export const pending: JournalGroup = {
  name: 'pending',
  tests: [
    {
      name: 'comes in the order of committing, whatever the ids',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write([], { pending: [pendingMessage(30), pendingMessage(10)] })
        scribe.write([], { pending: [pendingMessage(20, { data: { text: 'x' }, priority: 'high' })] })
        scribe.journal.close()
        const { journal } = new Scribe(place)
        const expected = [
          pendingMessage(30),
          pendingMessage(10),
          pendingMessage(20, { data: { text: 'x' }, priority: 'high' }),
        ]
        same(journal.pending(), expected)
      },
    },
    {
      name: 'is gone once delivered, in the same batch as the record of it',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write([], { pending: [1, 2, 3].map(id => pendingMessage(id)) })
        scribe.write(drafts(2), { delivered: [1, 2], pending: [pendingMessage(4)] })
        same(
          scribe.journal.pending().map(({ id }) => id),
          [3, 4],
        )
        scribe.write(drafts(2), { delivered: [3, 4, 99] })
        same(scribe.journal.pending(), [])
      },
    },
  ],
}
