/**
 * A disk that fails: the batch is undone, the journal only reads from then on, and the next opening goes on.
 */
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { StatorError } from '../../src/errors.ts'
import { refused } from '../../src/testing/journal-suite/expect.ts'
import { checkpoint, drafts, pendingMessage, Scribe } from '../../src/testing/journal-suite/fixtures.ts'
import { SMALL, sqlitePlace, type SqlitePlace } from './places.ts'

function place(settings: string): SqlitePlace {
  const made = sqlitePlace({ ...SMALL, settings })
  onTestFinished(() => made.dispose())
  return made
}

const bulk = { text: 'x'.repeat(10_000) }

/** Writes until the file may not grow; the error, and the last position before it. */
function fill(scribe: Scribe): { error: StatorError; last: number } {
  try {
    for (;;) scribe.write(drafts(3, () => ({ data: bulk })))
  } catch (error) {
    if (error instanceof StatorError) return { error, last: scribe.signals.length }
    throw error
  }
}

describe('when the disk is full', () => {
  test('the commit says so, and its cause', () => {
    const { error } = fill(new Scribe(place('PRAGMA max_page_count = 60')))
    expect(error.code).toBe('JOURNAL_FAILED')
    expect(error.cause).toMatchObject({ errcode: 13 })
  })

  test('nothing of the batch is there, and no later batch is taken, however small', () => {
    const scribe = new Scribe(place('PRAGMA max_page_count = 60'))
    const { last } = fill(scribe)
    refused('JOURNAL_FAILED', () => scribe.write(drafts(1)))
    refused('JOURNAL_FAILED', () => scribe.write([], { ended: ['agent/a'] }))
    refused('JOURNAL_FAILED', () => scribe.journal.prune({ correlationIds: ['workflow/run-1'], dropTo: 0 }))
    expect(scribe.journal.read({ after: 0, limit: 1_000 })).toHaveLength(last)
  })

  test('reading goes on, by type and run too', () => {
    const scribe = new Scribe(place('PRAGMA max_page_count = 60'))
    scribe.write([{ type: 'rare' }], { checkpoints: [checkpoint('agent/a')] })
    const { last } = fill(scribe)
    expect(scribe.find({ types: ['rare'] })).toEqual([1])
    expect(scribe.find({ correlationId: 'workflow/run-1' })).toHaveLength(last)
    expect(scribe.journal.checkpoint('agent/a')).toBeDefined()
    expect(scribe.journal.verify()).toBeNull()
  })

  test('a new opening goes on from what was written', () => {
    const small = place('PRAGMA max_page_count = 60')
    const first = new Scribe(small)
    const { last } = fill(first)
    first.journal.close()
    const second = new Scribe(small)
    expect(second.state.last.seq).toBe(last)
    expect(second.journal.verify()).toBeNull()
    second.write([], { tailAfter: last })
  })
})

test('another program that holds the file makes a commit fail, and nothing else', () => {
  const busy = place('PRAGMA busy_timeout = 0')
  const scribe = new Scribe(busy)
  scribe.write(drafts(2))
  const other = new DatabaseSync(busy.file)
  other.exec('BEGIN IMMEDIATE')
  const error = refused('JOURNAL_FAILED', () => scribe.write(drafts(1)))
  expect(error.cause).toMatchObject({ errcode: 5 })
  other.exec('ROLLBACK')
  other.close()
  refused('JOURNAL_FAILED', () => scribe.write(drafts(1)))
  scribe.journal.close()
  expect(new Scribe(busy).state.last.seq).toBe(2)
})

test('a commit that fails at its very end leaves no trace, in the index neither', () => {
  const refusing = "CREATE TEMP TRIGGER t BEFORE INSERT ON main.pending BEGIN SELECT RAISE(ABORT, 'no'); END"
  const scribe = new Scribe(place(refusing))
  scribe.write(drafts(SMALL.block - 2, () => ({ type: 'early' })))
  const batch = scribe.batch(
    drafts(SMALL.block, () => ({ type: 'late' })),
    { pending: [pendingMessage(1)] },
  )
  refused('JOURNAL_FAILED', () => scribe.journal.commit(batch))
  expect(scribe.find({ types: ['early'] })).toHaveLength(SMALL.block - 2)
  expect(scribe.find({ types: ['late'] })).toEqual([])
  expect(scribe.find({})).toHaveLength(SMALL.block - 2)
  expect(scribe.journal.verify()).toBeNull()
})
