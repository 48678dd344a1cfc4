/**
 * Rows that are valid to SQLite and are not what was written: whichever table they are in, they are noticed.
 */
import { copyFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { encode, decode, type JournalRecord } from '../../src/runtime/record.ts'
import { refused } from '../../src/testing/journal-suite/expect.ts'
import { drafts, open, Scribe } from '../../src/testing/journal-suite/fixtures.ts'
import { fill } from './damage.ts'
import { SMALL, sqlitePlace, type SqlitePlace } from './places.ts'

function fresh(): SqlitePlace {
  const place = sqlitePlace(SMALL)
  onTestFinished(() => place.dispose())
  return place
}

test.each([
  'UPDATE postings SET seqs = substr(seqs, 1, length(seqs) - 2) WHERE block = 3 AND length(seqs) > 2',
  'UPDATE postings SET seqs = substr(seqs, 1, 1) WHERE block = 3',
  "UPDATE postings SET seqs = x'0100' WHERE block = 3 AND key = 't:kind-1'",
  "UPDATE postings SET key = 't:kind-9' WHERE block = 3 AND key = 't:kind-1'",
  "DELETE FROM postings WHERE block = 3 AND key = 't:kind-1'",
  'DELETE FROM postings WHERE block = 3',
  "INSERT INTO postings VALUES (3, 't:more', x'0100')",
  "INSERT INTO postings VALUES (99, 't:kind-1', x'0100')",
  "INSERT INTO postings VALUES (-1, 't:kind-1', x'0100')",
])('a forged index is found by verify: %s', sql => {
  const place = fresh()
  fill(place).close()
  place.sql(db => db.exec(sql))
  const journal = place.journal()
  open(journal)
  expect(journal.verify()).not.toBeNull()
})

test.each([
  "UPDATE checkpoints SET body = replace(body, 'tries', 'tried') WHERE address = 'workflow/run-4'",
  "UPDATE checkpoints SET wake = 1 WHERE address = 'workflow/run-4'",
  "UPDATE checkpoints SET state = 'done' WHERE address = 'workflow/run-4'",
  "UPDATE checkpoints SET address = 'workflow/run-44' WHERE address = 'workflow/run-4'",
  "UPDATE pending SET body = replace(body, 'client', 'system') WHERE id = 2",
  'UPDATE pending SET id = 22 WHERE id = 2',
  'UPDATE results SET name = \'"z"\' WHERE name = \'"a"\'',
  'UPDATE results SET generation = 2',
  "UPDATE results SET root = 'workflow/x'",
  "UPDATE keys SET root = 'workflow/x'",
  'UPDATE keys SET sum = sum + 1',
  "UPDATE keys SET sender = 'client/thief'",
  'UPDATE cached SET expires = expires + 1',
  'UPDATE cached SET seq = 7',
  'UPDATE cached SET key = \'"z"\' WHERE key = \'"c"\'',
])('a forged row is found by verify, outside the records: %s', sql => {
  const place = fresh()
  fill(place).close()
  place.sql(db => db.exec(sql))
  const journal = place.journal()
  open(journal)
  expect(journal.verify()).toEqual({ firstBad: 0 })
})

test('a damaged row is never given out', () => {
  const place = fresh()
  fill(place).close()
  const tables = ['checkpoints', 'pending', 'results', 'keys', 'cached']
  place.sql(db =>
    tables.forEach(table => db.exec(`UPDATE ${table} SET body = replace(body, 'run-1', 'run-2')`)),
  )
  const journal = place.journal()
  open(journal)
  refused('JOURNAL_DAMAGED', () => journal.checkpoint('workflow/run-1'))
  refused('JOURNAL_DAMAGED', () => [...journal.checkpoints({})])
  refused('JOURNAL_DAMAGED', () => journal.pending())
  refused('JOURNAL_DAMAGED', () => journal.results('workflow/run-1'))
  refused('JOURNAL_DAMAGED', () => journal.cached('c of run-1'))
  expect(
    refused('JOURNAL_DAMAGED', () => journal.key('client/test', 'k of workflow/run-1')).details,
  ).toHaveProperty('reason')
})

test.each(["id = 'other'", 'tailAfter = 119', 'clean = 1', 'anchorSeq = 1', 'lastSeq = 0', 'full = 0'])(
  'what a journal knows of itself is guarded: %s',
  change => {
    const place = fresh()
    fill(place).close()
    place.sql(db => db.exec(`UPDATE meta SET ${change}`))
    expect(refused('JOURNAL_DAMAGED', () => open(place.journal())).details).toMatchObject({ reason: 'meta' })
  },
)

test('an end that went missing after a graceful close is noticed, were it one record', () => {
  const place = fresh()
  fill(place).close()
  place.tamper(120, () => null)
  expect(refused('JOURNAL_DAMAGED', () => open(place.journal())).details).toMatchObject({ seq: 120 })
})

test('an end that went missing after a kill is noticed, but for the last 255 records', () => {
  const place = fresh()
  const scribe = new Scribe(place)
  for (let i = 0; i < 60; i++) scribe.write(drafts(10))
  const killed = sqlitePlace(SMALL)
  onTestFinished(() => killed.dispose())
  for (const end of ['', '-wal']) copyFileSync(`${place.file}${end}`, `${killed.file}${end}`)
  killed.sql(db => db.exec('DELETE FROM records WHERE seq > 500'))
  expect(refused('JOURNAL_DAMAGED', () => open(killed.journal())).details).toMatchObject({ seq: 501 })
})

test('records rewritten with sums that agree are noticed by the end that is known', () => {
  const place = fresh()
  const scribe = new Scribe(place)
  const records = scribe.write(drafts(20))
  scribe.journal.close()
  let sum = 0
  for (const record of records) {
    const forged: JournalRecord = encode({ ...decode(record), data: 'forged' }, sum)
    sum = forged.sum
    place.tamper(record.seq, () => forged)
  }
  expect(refused('JOURNAL_DAMAGED', () => open(place.journal())).details).toMatchObject({ seq: 20 })
})
