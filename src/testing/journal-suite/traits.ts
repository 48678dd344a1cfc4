/** Traits: every operation of the port on a journal that is not opened yet, closed, or opened again. */
import type { Journal } from '../../runtime/journal.ts'
import { refused } from './expect.ts'
import { checkpoint, drafts, emptyBatch, open, Scribe } from './fixtures.ts'
import type { JournalGroup, JournalPlace, JournalTest } from './place.ts'

const OPERATIONS: Record<string, (journal: Journal) => unknown> = {
  commit: journal => journal.commit(emptyBatch()),
  read: journal => journal.read({ after: 0, limit: 10 }),
  get: journal => journal.get(1),
  query: journal => journal.query({}),
  checkpoint: journal => journal.checkpoint('agent/a'),
  checkpoints: journal => [...journal.checkpoints({})],
  pending: journal => journal.pending(),
  results: journal => journal.results('agent/a'),
  key: journal => journal.key('client/test', 'k'),
  cached: journal => journal.cached('k'),
  prune: journal => journal.prune({ correlationIds: ['workflow/run-1'], dropTo: 0 }),
  verify: journal => journal.verify(),
}

const STATES: Record<string, (place: JournalPlace) => Journal> = {
  'not opened yet': place => place.journal(),
  'closed after work': place => {
    const scribe = new Scribe(place)
    scribe.write(drafts(2), { checkpoints: [checkpoint('agent/a')] })
    scribe.journal.close()
    return scribe.journal
  },
  'refused at opening': place => {
    const owner = new Scribe(place)
    const journal = place.journal()
    refused('JOURNAL_OWNED', () => open(journal))
    owner.journal.close()
    return journal
  },
}

export const traits: JournalGroup = {
  name: 'traits',
  tests: Object.entries(OPERATIONS).flatMap(([name, operation]): JournalTest[] => [
    ...Object.entries(STATES).map(([state, make]) => ({
      name: `${name} is refused on a journal ${state}`,
      run(place: JournalPlace): void {
        refused('JOURNAL_CLOSED', () => operation(make(place)))
      },
    })),
    {
      name: `${name} works on a journal opened again`,
      run(place): void {
        const journal = STATES['closed after work']?.(place) ?? place.journal()
        open(journal)
        operation(journal)
      },
    },
  ]),
}
