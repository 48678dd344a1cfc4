/**
 * Meta: the one row of what a journal knows about itself, guarded by its own checksum. Records are none of
 * its matter.
 */
import { crc32 } from 'node:zlib'
import type { Link } from '../runtime/journal.ts'
import type { Connection } from './connection.ts'
import { damaged } from './failure.ts'

export interface Meta {
  readonly id: string
  readonly tailAfter: number
  /** 0 or 1. */
  readonly clean: number
  readonly anchorSeq: number
  readonly anchorAt: number
  readonly anchorSum: number
  /**
   * A record that is known to exist: the last one after a graceful close, else at most `LAST_EVERY` behind
   * it.
   */
  readonly lastSeq: number
  readonly lastSum: number
  /** 1 when each commit is synced, 0 when the owner chose durability 'normal'. */
  readonly full: number
}

/** With so many records since meta was written, a commit writes it again. */
export const LAST_EVERY = 256

const FIELDS = [
  'id',
  'tailAfter',
  'clean',
  'anchorSeq',
  'anchorAt',
  'anchorSum',
  'lastSeq',
  'lastSum',
  'full',
] as const

/** @throws StatorError JOURNAL_DAMAGED */
export function readMeta(connection: Connection): Meta {
  const row = connection.sql('SELECT * FROM meta').get() as (Meta & { sum: number }) | undefined
  if (row === undefined || row.sum !== sumOf(row)) throw damaged(0, 'meta')
  const { id, tailAfter, clean, anchorSeq, anchorAt, anchorSum, lastSeq, lastSum, full } = row
  return { id, tailAfter, clean, anchorSeq, anchorAt, anchorSum, lastSeq, lastSum, full }
}

export function writeMeta(connection: Connection, meta: Meta): void {
  const sql = `INSERT OR REPLACE INTO meta (one, ${FIELDS.join(', ')}, sum) VALUES (1${', ?'.repeat(FIELDS.length + 1)})`
  connection.sql(sql).run(...FIELDS.map(field => meta[field]), sumOf(meta))
}

export function newMeta(id: string, full: number, anchor: Link): Meta {
  const { seq: anchorSeq, at: anchorAt, sum: anchorSum } = anchor
  return { id, tailAfter: anchorSeq, clean: 0, anchorSeq, anchorAt, anchorSum, lastSeq: 0, lastSum: 0, full }
}

function sumOf(meta: Meta): number {
  return crc32(JSON.stringify(FIELDS.map(field => meta[field])))
}
