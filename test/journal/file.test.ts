/**
 * The file itself: what may be opened as a journal, what is refused, and how one version becomes the next.
 */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { StatorError } from '../../src/errors.ts'
import { readJournal, sqlite } from '../../src/sqlite/index.ts'
import { SqliteJournal, TUNING } from '../../src/sqlite/journal.ts'
import { CACHED_SINCE, MIGRATIONS, type Migration } from '../../src/sqlite/schema.ts'
import { warningsFor } from '../../src/sqlite/warnings.ts'
import { refused } from '../../src/testing/journal-suite/expect.ts'
import { cachedResult, drafts, keyRecord, open, Scribe } from '../../src/testing/journal-suite/fixtures.ts'
import { sqlitePlace, type SqlitePlace } from './places.ts'

function fresh(): SqlitePlace {
  const place = sqlitePlace()
  onTestFinished(() => place.dispose())
  return place
}

/** The error with which the file is refused. */
function opening(place: SqlitePlace): StatorError {
  try {
    open(place.journal())
  } catch (error) {
    if (error instanceof StatorError) return error
    throw error
  }
  throw new Error('it was opened')
}

test.each(['', ':memory:', ':anything', 'file:x.db?mode=memory', 'a\0b'])(
  '%j is no path of a journal',
  path => {
    for (const use of [sqlite, readJournal])
      expect(refused('DEFINITION_INVALID', () => use(path)).details).toMatchObject({ path })
  },
)

test('a durability that does not exist is refused', () => {
  const error = refused('DEFINITION_INVALID', () => sqlite('x.db', { durability: 'fast' as 'full' }))
  expect(error.details).toMatchObject({ durability: 'fast' })
})

test('the folder is made with the file', () => {
  const { folder } = fresh()
  const journal = sqlite(join(folder, 'a', 'b', 'journal.db'))
  expect(open(journal).last.seq).toBe(0)
  journal.close()
  expect(existsSync(join(folder, 'a', 'b', 'journal.db'))).toBe(true)
})

test('nothing is made before it is opened', () => {
  const { folder } = fresh()
  sqlite(join(folder, 'a', 'journal.db'))
  expect(existsSync(join(folder, 'a'))).toBe(false)
})

test('an empty file becomes a new journal', () => {
  const place = fresh()
  writeFileSync(place.file, '')
  expect(open(place.journal()).last.seq).toBe(0)
})

test('an empty file whose log is not empty is a journal that lost its file', () => {
  const place = fresh()
  const scribe = new Scribe(place)
  scribe.write(drafts(5))
  const log = readFileSync(`${place.file}-wal`)
  scribe.journal.close()
  writeFileSync(`${place.file}-wal`, log)
  truncateSync(place.file, 0)
  expect(opening(place).code).toBe('JOURNAL_DAMAGED')
  expect(statSync(`${place.file}-wal`).size).toBe(log.length)
})

test('a folder, or a place under a file, is refused as not writable', () => {
  const place = fresh()
  mkdirSync(place.file)
  expect(opening(place).code).toBe('JOURNAL_FAILED')
  writeFileSync(join(place.folder, 'plain'), 'x')
  refused('JOURNAL_FAILED', () => open(sqlite(join(place.folder, 'plain', 'journal.db'))))
})

test.each([
  'no journal at all',
  'x'.repeat(10_000),
  '\0'.repeat(8_192),
  'SQLite format 3\0and then nothing of it',
])('a file of something else is refused, and left as it is (%#)', content => {
  const place = fresh()
  writeFileSync(place.file, content)
  expect(opening(place).code).toBe('JOURNAL_DAMAGED')
  expect(readFileSync(place.file, 'utf8')).toBe(content)
})

test("another application's database is refused, and left as it is", () => {
  const place = fresh()
  place.sql(db => db.exec('CREATE TABLE mine (x); PRAGMA application_id = 7; PRAGMA user_version = 1'))
  const before = readFileSync(place.file)
  expect(opening(place).code).toBe('JOURNAL_DAMAGED')
  expect(readFileSync(place.file).equals(before)).toBe(true)
})

test('a database without a mark is refused when it has tables', () => {
  const place = fresh()
  place.sql(db => db.exec('CREATE TABLE mine (x)'))
  expect(opening(place).code).toBe('JOURNAL_DAMAGED')
})

test('a journal that lost a table or changed one is refused', () => {
  const changes = [
    'DROP TABLE pending',
    'DROP INDEX keysByRoot',
    'ALTER TABLE records RENAME COLUMN sum TO total',
  ]
  for (const sql of changes) {
    const place = fresh()
    new Scribe(place).journal.close()
    place.sql(db => db.exec(sql))
    expect(opening(place).code).toBe('JOURNAL_DAMAGED')
  }
})

test('a journal of a newer version is refused, also to readers', () => {
  const place = fresh()
  new Scribe(place).journal.close()
  place.sql(db => db.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`))
  expect(opening(place).code).toBe('JOURNAL_NEWER')
  expect(refused('JOURNAL_NEWER', () => readJournal(place.file)).details).toMatchObject({
    supported: MIGRATIONS.length,
  })
})

test('a reader wants a file that is there and is a journal', () => {
  const place = fresh()
  expect(refused('JOURNAL_MISSING', () => readJournal(place.file)).details).toEqual({ path: place.file })
  mkdirSync(place.file)
  expect(refused('JOURNAL_FAILED', () => readJournal(place.file)).details).toHaveProperty('reason')
  rmdirSync(place.file)
  writeFileSync(place.file, '')
  refused('JOURNAL_DAMAGED', () => readJournal(place.file))
})

test('a journal from before results were kept is brought to the present, keeps everything, and keeps results from then on', () => {
  const place = fresh()
  const old = new SqliteJournal(place.file, { ...TUNING, migrations: MIGRATIONS.slice(0, CACHED_SINCE - 1) })
  const before = new Scribe({ ...place, journal: () => old })
  const records = before.write(drafts(5), { keys: [keyRecord('k', 'workflow/run-1')] })
  old.close()
  const tables = (): unknown[] => {
    let names: unknown[] = []
    place.sql(db => {
      names = db.prepare("SELECT name FROM sqlite_schema WHERE name = 'cached'").all()
    })
    return names
  }
  expect(tables()).toEqual([])
  const reader = readJournal(place.file)
  expect(reader.verify()).toBeNull()
  expect(reader.read({ after: 0, limit: 10 })).toEqual(records)
  reader.close()
  const now = new Scribe(place)
  expect(tables()).toHaveLength(1)
  expect(now.journal.read({ after: 0, limit: 10 })).toEqual(records)
  expect(now.journal.key('client/test', 'k')).toEqual(keyRecord('k', 'workflow/run-1'))
  expect(now.journal.cached('c')).toBeUndefined()
  now.write(drafts(1), { cached: [cachedResult('c', 6)] })
  now.journal.close()
  const later = new Scribe(place)
  expect(later.journal.cached('c')).toEqual(cachedResult('c', 6))
  expect(later.journal.verify()).toBeNull()
})

const second: Migration = db => db.exec('CREATE TABLE extra (x INTEGER); INSERT INTO extra VALUES (1)')

test('an older journal is brought to the present version once, and keeps everything', () => {
  const place = fresh()
  const first = new Scribe(place)
  const records = first.write(drafts(5))
  first.journal.close()
  for (let life = 0; life < 2; life++) {
    const journal = new SqliteJournal(place.file, { ...TUNING, migrations: [...MIGRATIONS, second] })
    open(journal)
    expect(journal.read({ after: 0, limit: 10 })).toEqual(records)
    journal.close()
  }
  place.sql(db => expect(db.prepare('SELECT count(*) AS n FROM extra').get()).toEqual({ n: 1 }))
  expect(opening(place).code).toBe('JOURNAL_NEWER')
})

test('a migration that fails leaves the older journal as it was', () => {
  const place = fresh()
  new Scribe(place).journal.close()
  const broken: Migration = db => {
    db.exec('CREATE TABLE half (x)')
    throw new Error('the migration broke')
  }
  const migrations = [...MIGRATIONS, broken]
  refused('JOURNAL_FAILED', () => open(new SqliteJournal(place.file, { ...TUNING, migrations })))
  place.sql(db =>
    expect(db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'half'").get()).toEqual({ n: 0 }),
  )
  open(place.journal())
})

test('closing leaves one file and its free lock', () => {
  const place = fresh()
  const scribe = new Scribe(place)
  scribe.write(drafts(100))
  scribe.journal.close()
  expect(['', '-wal', '-shm', '.lock'].map(end => existsSync(`${place.file}${end}`))).toEqual([
    true,
    false,
    false,
    true,
  ])
  const db = new DatabaseSync(place.file, { readOnly: true })
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  db.close()
})

test.each([
  ['3.46.1', 1],
  ['3.51.2', 1],
  ['3.51.3', 0],
  ['3.52.0', 0],
  ['4.0.0', 0],
  ['2.99.9', 1],
  [undefined, 0],
])('SQLite %s gives %i warnings', (version, count) => {
  expect(warningsFor(version).map(({ code }) => code)).toEqual(
    Array.from({ length: count }, () => 'SQLITE_OLD'),
  )
})
