/** Verifying and damage: a record that is not what was written is found, by position. */
import assert from 'node:assert/strict'
import type { JournalRecord } from '../../runtime/record.ts'
import { refused, same } from './expect.ts'
import { drafts, open, Scribe } from './fixtures.ts'
import type { JournalGroup, JournalPlace } from './place.ts'

const flip = (text: string): string =>
  `${text.slice(0, -2)}${text.at(-2) === '7' ? '8' : '7'}${text.slice(-1)}`

/** Ways in which a stored record may rot. */
const ROT: Record<string, (record: JournalRecord) => JournalRecord | null> = {
  time: record => ({ ...record, at: record.at + 1 }),
  header: record => ({ ...record, head: record.head.replace('normal', 'urgent') }),
  payload: record => ({ ...record, data: record.data === null ? null : flip(record.data) }),
  sum: record => ({ ...record, sum: record.sum ^ 1 }),
  'sum of the payload': record => ({ ...record, dataSum: record.dataSum ^ 1 }),
  'the whole record': () => null,
}

export const verify: JournalGroup = {
  name: 'verify and damage',
  tests: [
    {
      name: 'a sound journal has no bad position',
      run(place) {
        const scribe = new Scribe(place)
        assert.equal(scribe.journal.verify(), null)
        scribe.write(drafts(20))
        assert.equal(scribe.journal.verify(), null)
      },
    },
    ...Object.entries(ROT).map(([what, rot]) => ({
      name: `damage in the tail (${what}) refuses the opening and says where`,
      run(place: JournalPlace): void {
        write(place, 10)
        place.tamper(14, rot)
        const error = refused('JOURNAL_DAMAGED', () => open(place.journal()))
        assert.equal(error.details['seq'], 14)
        refused('JOURNAL_DAMAGED', () => open(place.journal()))
      },
    })),
    ...Object.entries(ROT).map(([what, rot]) => ({
      name: `damage before the tail (${what}) is found by verify`,
      run(place: JournalPlace): void {
        write(place, 19)
        place.tamper(7, rot)
        same(new Scribe(place).journal.verify(), { firstBad: 7 })
      },
    })),
    {
      name: 'the first of several bad positions is named',
      run(place) {
        write(place, 20)
        for (const seq of [15, 4, 9]) place.tamper(seq, record => ({ ...record, sum: record.sum ^ 1 }))
        same(new Scribe(place).journal.verify(), { firstBad: 4 })
      },
    },
    {
      name: 'an erased payload is no damage, a changed one after erasing is',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write(drafts(5))
        scribe.journal.prune({ correlationIds: ['workflow/run-1'], dropTo: 0 })
        scribe.journal.close()
        place.tamper(3, record => ({ ...record, data: '{"n":0}' }))
        const error = refused('JOURNAL_DAMAGED', () => open(place.journal()))
        assert.equal(error.details['seq'], 3)
      },
    },
    {
      name: 'a journal that was refused as damaged is not owned',
      run(place) {
        write(place, 0)
        place.tamper(2, record => ({ ...record, at: 0 }))
        refused('JOURNAL_DAMAGED', () => open(place.journal()))
        place.tamper(2, record => ({ ...record, at: 1_020 }))
        assert.equal(open(place.journal()).last.seq, 20)
      },
    },
  ],
}

function write(place: JournalPlace, tailAfter: number): void {
  const scribe = new Scribe(place)
  scribe.write(drafts(20), { tailAfter })
  scribe.journal.close()
}
