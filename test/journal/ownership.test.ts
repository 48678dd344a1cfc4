/** Who owns a file: one journal at a time, by whatever name, until it closes or its process dies. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { readJournal, sqlite } from '../../src/sqlite/index.ts'
import { refused } from '../../src/testing/journal-suite/expect.ts'
import { drafts, open, Scribe } from '../../src/testing/journal-suite/fixtures.ts'
import { sqlitePlace, type SqlitePlace } from './places.ts'
import { start } from './processes.ts'

function fresh(): SqlitePlace {
  const place = sqlitePlace()
  onTestFinished(() => place.dispose())
  return place
}

test('another name of an owned file is refused as well', () => {
  const { file, folder, journal } = fresh()
  mkdirSync(join(folder, 'deep'))
  symlinkSync(file, join(folder, 'deep', 'link.db'))
  symlinkSync(folder, join(folder, 'deep', 'up'))
  const owner = journal()
  open(owner)
  const names = [
    relative(process.cwd(), file),
    join(folder, 'deep', 'link.db'),
    join(folder, 'deep', 'up', 'journal.db'),
  ]
  for (const name of names)
    expect(refused('JOURNAL_OWNED', () => open(sqlite(name))).details).toHaveProperty('file')
  owner.close()
  for (const name of names) {
    const next = sqlite(name)
    open(next)
    refused('JOURNAL_OWNED', () => open(owner))
    next.close()
  }
})

test('a link to a file that is not there yet leads to the same lock', () => {
  const { file, folder, journal } = fresh()
  symlinkSync(file, join(folder, 'link.db'))
  const byLink = sqlite(join(folder, 'link.db'))
  open(byLink)
  refused('JOURNAL_OWNED', () => open(journal()))
  byLink.close()
  expect(open(journal()).last.seq).toBe(0)
})

test('a process owns its journal until it is killed, and not a moment longer', async () => {
  const place = fresh()
  const child = start(place.file, 'hold')
  await child.lines(1)
  const journal = place.journal()
  refused('JOURNAL_OWNED', () => open(journal))
  await child.kill()
  expect(open(journal).id).not.toBe('')
})

test('readers read while the owner owns and writes', () => {
  const place = fresh()
  const scribe = new Scribe(place)
  scribe.write(drafts(3))
  const reader = readJournal(place.file)
  onTestFinished(() => reader.close())
  expect(reader.query({}).map(({ seq }) => seq)).toEqual([1, 2, 3])
  scribe.write(drafts(2))
  expect(reader.query({}).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
  expect(reader.verify()).toBeNull()
})

test('a reader sees what the owner sees, and nothing once it is closed', () => {
  const place = fresh()
  const scribe = new Scribe(place)
  scribe.write(drafts(50, index => ({ type: `kind-${index % 4}` })))
  const reader = readJournal(place.file)
  const filter = { types: ['kind-3'], order: 'desc' as const }
  expect(reader.query(filter)).toEqual(scribe.journal.query(filter))
  expect(reader.read({ after: 40, limit: 20 })).toEqual(scribe.journal.read({ after: 40, limit: 20 }))
  reader.close()
  reader.close()
  refused('JOURNAL_CLOSED', () => reader.query({}))
})

test('a program that reads the file with a transaction of its own does not stop commits', () => {
  const place = fresh()
  const scribe = new Scribe(place)
  scribe.write(drafts(3))
  const other = new DatabaseSync(place.file, { readOnly: true })
  other.exec('BEGIN')
  const count = other.prepare('SELECT count(*) AS n FROM records')
  expect(count.get()).toEqual({ n: 3 })
  scribe.write(drafts(3))
  expect(count.get()).toEqual({ n: 3 })
  other.exec('COMMIT')
  expect(count.get()).toEqual({ n: 6 })
  other.close()
})
