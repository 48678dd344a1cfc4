/**
 * Tables: checkpoints, pending messages, sub-results, keys, cached results and the origin. Each row is a JSON body with its checksum
 * beside the columns that find it. Only `commit` writes through here; erasing by run is in prune.ts.
 */
import { crc32 } from 'node:zlib'
import { rootOf, type Address } from '../messages/address.ts'
import type {
  Batch,
  CachedResult,
  Checkpoint,
  CheckpointFilter,
  KeyRecord,
  Origin,
  PendingMessage,
  SubResult,
} from '../runtime/journal.ts'
import type { Connection } from './connection.ts'
import { damaged } from './failure.ts'
import { CACHED_SINCE, ORIGIN_SINCE, pragma } from './schema.ts'

/** Checkpoints read at a time. */
const PAGE = 256

/** A name that users choose may hold any text; as JSON it reaches SQLite and comes back unchanged. */
const quote = (name: string): string => JSON.stringify(name)

export function writeTables(connection: Connection, batch: Batch): void {
  for (const id of batch.delivered) connection.sql('DELETE FROM pending WHERE id = ?').run(id)
  for (const message of batch.pending) {
    const body = JSON.stringify(message)
    const sql = `INSERT INTO pending (id, sum, body) VALUES (?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET sum = excluded.sum, body = excluded.body`
    connection.sql(sql).run(message.id, crc32(body), body)
  }
  for (const result of batch.results) {
    const body = JSON.stringify(result)
    const sql = `INSERT INTO results (root, owner, generation, name, sum, body) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (root, owner, generation, name) DO UPDATE SET sum = excluded.sum, body = excluded.body`
    connection
      .sql(sql)
      .run(rootOf(result.owner), result.owner, result.generation, quote(result.name), crc32(body), body)
  }
  for (const key of batch.keys) {
    const body = JSON.stringify(key)
    const sql = 'INSERT OR REPLACE INTO keys (sender, key, root, sum, body) VALUES (?, ?, ?, ?, ?)'
    connection.sql(sql).run(key.sender, quote(key.key), rootOf(key.address), crc32(body), body)
  }
  for (const entry of batch.cached) {
    const body = JSON.stringify(entry)
    const sql = 'INSERT OR REPLACE INTO cached (key, seq, expires, sum, body) VALUES (?, ?, ?, ?, ?)'
    connection.sql(sql).run(quote(entry.key), entry.seq, entry.expires, crc32(body), body)
  }
  for (const address of batch.ended) connection.sql('DELETE FROM checkpoints WHERE address = ?').run(address)
  for (const checkpoint of batch.checkpoints) {
    const body = JSON.stringify(checkpoint)
    const sql = `INSERT INTO checkpoints (address, state, wake, sum, body) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (address) DO UPDATE SET state = excluded.state, wake = excluded.wake, sum = excluded.sum, body = excluded.body`
    connection.sql(sql).run(checkpoint.address, checkpoint.state, checkpoint.wake ? 1 : 0, crc32(body), body)
  }
}

export function readCheckpoint(connection: Connection, address: Address): Checkpoint | undefined {
  const row = connection.sql('SELECT sum, body FROM checkpoints WHERE address = ?').get(address)
  return row === undefined ? undefined : (parse(row, 'checkpoints') as Checkpoint)
}

/** The next page of checkpoints after an address; empty at the end. */
export function readCheckpoints(
  connection: Connection,
  filter: CheckpointFilter,
  after: string,
): Checkpoint[] {
  const { kind, state = null, wake } = filter
  const [low, high] = kind === undefined ? [after, '~'] : [after > kind ? after : `${kind}/`, `${kind}0`]
  const sql = `SELECT sum, body FROM checkpoints WHERE address > ? AND address < ?
    AND (? IS NULL OR state = ?) AND (? IS NULL OR wake = ?) ORDER BY address LIMIT ${PAGE}`
  const flag = wake === undefined ? null : wake ? 1 : 0
  return connection
    .sql(sql)
    .all(low, high, state, state, flag, flag)
    .map(row => parse(row, 'checkpoints') as Checkpoint)
}

export function readPending(connection: Connection): PendingMessage[] {
  const rows = connection.sql('SELECT sum, body FROM pending ORDER BY no').all()
  return rows.map(row => parse(row, 'pending') as PendingMessage)
}

export function readResults(connection: Connection, owner: Address): SubResult[] {
  const rows = connection
    .sql('SELECT sum, body FROM results WHERE root = ? AND owner = ? ORDER BY no')
    .all(rootOf(owner), owner)
  return rows.map(row => parse(row, 'results') as SubResult)
}

export function readKey(connection: Connection, sender: Address, key: string): KeyRecord | undefined {
  const row = connection
    .sql('SELECT sum, body FROM keys WHERE sender = ? AND key = ?')
    .get(sender, quote(key))
  return row === undefined ? undefined : (parse(row, 'keys') as KeyRecord)
}

export function readCached(connection: Connection, key: string): CachedResult | undefined {
  const row = connection.sql('SELECT sum, body FROM cached WHERE key = ?').get(quote(key))
  return row === undefined ? undefined : (parse(row, 'cached') as CachedResult)
}

/** All keys, read one page after the other. */
export function* readKeys(connection: Connection): Iterable<KeyRecord> {
  const sql = `SELECT sender, key, sum, body FROM keys WHERE (sender, key) > (?, ?) ORDER BY sender, key LIMIT ${PAGE}`
  for (let after = ['', '']; ;) {
    const page = connection.sql(sql).all(...after)
    for (const row of page) yield parse(row, 'keys') as KeyRecord
    const end = page.at(-1)
    if (end === undefined) return
    after = [String(end['sender']), String(end['key'])]
  }
}

/** All cached results. An older file that is only read has none. */
export function* readKept(connection: Connection): Iterable<CachedResult> {
  if (pragma(connection.db, 'user_version') < CACHED_SINCE) return
  const sql = `SELECT key, sum, body FROM cached WHERE key > ? ORDER BY key LIMIT ${PAGE}`
  for (let after = ''; ;) {
    const page = connection.sql(sql).all(after)
    for (const row of page) yield parse(row, 'cached') as CachedResult
    const end = page.at(-1)
    if (end === undefined) return
    after = String(end['key'])
  }
}

export function readOrigin(connection: Connection): Origin | null {
  if (pragma(connection.db, 'user_version') < ORIGIN_SINCE) return null
  const row = connection.sql('SELECT sum, body FROM origin').get()
  return row === undefined ? null : (parse(row, 'origin') as Origin)
}

export function writeOrigin(connection: Connection, origin: Origin): void {
  const body = JSON.stringify(origin)
  connection.sql('INSERT INTO origin (one, sum, body) VALUES (1, ?, ?)').run(crc32(body), body)
}

/**
 * Checks every row: its checksum, and that its columns say what its body says. @throws StatorError
 * JOURNAL_DAMAGED
 */
export function checkTables(connection: Connection): void {
  check(connection, 'checkpoints', body => {
    const { address, state, wake } = body as Checkpoint
    return { address, state, wake: wake ? 1 : 0 }
  })
  check(connection, 'pending', body => ({ id: (body as PendingMessage).id }))
  check(connection, 'results', body => {
    const { owner, generation, name } = body as SubResult
    return { root: rootOf(owner), owner, generation, name: quote(name) }
  })
  check(connection, 'keys', body => {
    const { sender, key, address } = body as KeyRecord
    return { sender, key: quote(key), root: rootOf(address) }
  })
  if (pragma(connection.db, 'user_version') < CACHED_SINCE) return
  check(connection, 'cached', body => {
    const { key, seq, expires } = body as CachedResult
    return { key: quote(key), seq, expires }
  })
  if (pragma(connection.db, 'user_version') >= ORIGIN_SINCE) check(connection, 'origin', () => ({}))
}

function check(
  connection: Connection,
  table: string,
  columns: (body: unknown) => Record<string, unknown>,
): void {
  for (const row of connection.db.prepare(`SELECT * FROM ${table}`).iterate()) {
    const expected = Object.entries(columns(parse(row, table)))
    if (!expected.every(([column, value]) => row[column] === value)) throw damaged(0, table)
  }
}

function parse(row: Record<string, unknown>, table: string): unknown {
  const body = row['body']
  if (typeof body !== 'string' || crc32(body) !== row['sum']) throw damaged(0, table)
  return JSON.parse(body)
}
