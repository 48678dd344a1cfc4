/**
 * Schema: the tables of a journal file and the steps from one version of them to the next. What a released
 * version wrote is never edited here; a change is a further migration. Holds no data and reads none but the
 * file's identity.
 */
import { DatabaseSync } from 'node:sqlite'
import { StatorError } from '../errors.ts'

/** Marks a file as a journal of Stator, in the header where SQLite keeps such marks ('StJn'). */
export const APPLICATION_ID = 0x53744a6e

/** One step of the schema; it runs inside the transaction that opens the file. */
export type Migration = (db: DatabaseSync) => void

const first: Migration = db =>
  db.exec(`
    CREATE TABLE meta (one INTEGER PRIMARY KEY, id TEXT NOT NULL, tailAfter INTEGER NOT NULL, clean INTEGER NOT NULL,
      anchorSeq INTEGER NOT NULL, anchorAt INTEGER NOT NULL, anchorSum INTEGER NOT NULL,
      lastSeq INTEGER NOT NULL, lastSum INTEGER NOT NULL, full INTEGER NOT NULL, sum INTEGER NOT NULL);
    CREATE TABLE records (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, sum INTEGER NOT NULL,
      dataSum INTEGER NOT NULL, head TEXT NOT NULL, data TEXT);
    CREATE TABLE postings (block INTEGER NOT NULL, key TEXT NOT NULL, seqs BLOB NOT NULL,
      PRIMARY KEY (block, key)) WITHOUT ROWID;
    CREATE TABLE checkpoints (address TEXT PRIMARY KEY, state TEXT NOT NULL, wake INTEGER NOT NULL,
      sum INTEGER NOT NULL, body TEXT NOT NULL);
    CREATE TABLE pending (no INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE, sum INTEGER NOT NULL, body TEXT NOT NULL);
    CREATE TABLE results (no INTEGER PRIMARY KEY, root TEXT NOT NULL, owner TEXT NOT NULL, generation INTEGER NOT NULL,
      name TEXT NOT NULL, sum INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE (root, owner, generation, name));
    CREATE TABLE keys (sender TEXT NOT NULL, key TEXT NOT NULL, root TEXT NOT NULL, sum INTEGER NOT NULL,
      body TEXT NOT NULL, PRIMARY KEY (sender, key)) WITHOUT ROWID;
    CREATE INDEX keysByRoot ON keys (root);
  `)

/** Results that are kept for others that ask for the same. */
const second: Migration = db =>
  db.exec(`
    CREATE TABLE cached (key TEXT PRIMARY KEY, seq INTEGER NOT NULL, expires INTEGER NOT NULL, sum INTEGER NOT NULL,
      body TEXT NOT NULL) WITHOUT ROWID;
  `)

/** Where a fork comes from. */
const third: Migration = db =>
  db.exec(`
    CREATE TABLE origin (one INTEGER PRIMARY KEY, sum INTEGER NOT NULL, body TEXT NOT NULL);
  `)

/** Version n of the schema is what the first n migrations make. */
export const MIGRATIONS: readonly Migration[] = [first, second, third]

/** From this version on there is the table `cached`: a reader opens older files as they are. */
export const CACHED_SINCE = 2

/** From this version on there is the table `origin`. */
export const ORIGIN_SINCE = 3

/**
 * True when the file is empty and may become a journal, false when it is a journal.
 * @throws StatorError JOURNAL_DAMAGED (another application's file), JOURNAL_NEWER
 */
export function identify(db: DatabaseSync, migrations: readonly Migration[]): boolean {
  const application = pragma(db, 'application_id')
  const version = pragma(db, 'user_version')
  if (application === 0 && version === 0 && number(db, 'SELECT count(*) AS n FROM sqlite_schema') === 0)
    return true
  if (application !== APPLICATION_ID || version < 1)
    throw new StatorError('JOURNAL_DAMAGED', {
      seq: 0,
      reason: 'not a journal of Stator',
      application,
      version,
    })
  if (version > migrations.length)
    throw new StatorError('JOURNAL_NEWER', { version, supported: migrations.length })
  return false
}

/**
 * Brings the file to the last version, in one transaction, which ends undone with the
 * connection when a step throws; `fill` writes what a new journal starts with.
 */
export function migrate(db: DatabaseSync, migrations: readonly Migration[], fill: () => void): void {
  const version = pragma(db, 'user_version')
  if (version === migrations.length) return
  db.exec('BEGIN IMMEDIATE')
  for (const step of migrations.slice(version)) step(db)
  if (version === 0) fill()
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}; COMMIT`)
}

/**
 * Refuses a file whose tables are not the ones that the migrations make. @throws StatorError JOURNAL_DAMAGED
 */
export function checkSchema(db: DatabaseSync, migrations: readonly Migration[]): void {
  const sample = new DatabaseSync(':memory:')
  try {
    for (const step of migrations) step(sample)
    const found = new Set(describe(db))
    const missing = describe(sample).find(line => !found.has(line))
    if (missing !== undefined) throw new StatorError('JOURNAL_DAMAGED', { seq: 0, reason: 'schema', missing })
  } finally {
    sample.close()
  }
}

function describe(db: DatabaseSync): string[] {
  const rows = db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema').all()
  return rows.map(row => JSON.stringify([row['type'], row['name'], row['tbl_name'], row['sql']]))
}

export function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name])
}

function number(db: DatabaseSync, sql: string): number {
  return Number(db.prepare(sql).get()?.['n'])
}
