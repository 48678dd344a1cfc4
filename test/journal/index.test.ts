/** Reading little: a query is held to the number of rows that it may fetch. */
import { beforeAll, afterAll, describe, expect, test } from 'vitest'
import type { HistoryFilter } from '../../src/runtime/journal.ts'
import { Connection } from '../../src/sqlite/connection.ts'
import { BLOCK } from '../../src/sqlite/blocks.ts'
import { SqliteJournal } from '../../src/sqlite/journal.ts'
import { Reads } from '../../src/sqlite/reads.ts'
import { drafts, Scribe } from '../../src/testing/journal-suite/fixtures.ts'
import { sqlitePlace, type SqlitePlace } from './places.ts'

const RUN = 9
/** Five blocks and a half. */
const COUNT = Math.floor(BLOCK * 5.5)
const TAIL = COUNT % BLOCK
/** Halving a journal of this size twice. */
const HALVING = 2 * Math.ceil(Math.log2(COUNT))

let place: SqlitePlace
let scribe: Scribe
let reads: Reads

beforeAll(() => {
  place = sqlitePlace()
  scribe = new Scribe(place)
  for (let written = 0; written < COUNT; written += 1_000) {
    scribe.write(
      drafts(Math.min(1_000, COUNT - written), index => {
        const seq = written + index + 1
        const run = `run-${Math.floor(seq / RUN)}`
        const type = seq % 5_000 === 0 ? 'rare' : seq % 2 === 0 ? 'task.done' : 'task.create'
        return { type, to: `task/${run}/build`, correlationId: `workflow/${run}`, at: 1_000 + seq }
      }),
    )
  }
  reads = new Reads(new Connection(place.file, { readOnly: true }), BLOCK)
})

afterAll(() => {
  reads.connection.close()
  place.dispose()
})

/** Positions found, and rows fetched for them by somebody who does not write. */
function cost(filter: HistoryFilter): { found: number[]; rows: number } {
  const before = reads.records.fetched
  const found = reads.query(filter).map(({ seq }) => seq)
  return { found, rows: reads.records.fetched - before }
}

describe('a query reads what it gives, and at most the tail of the index besides', () => {
  test('by type', () => {
    const { found, rows } = cost({ types: ['rare'] })
    expect(found).toEqual([5_000, 10_000, 15_000, 20_000])
    expect(rows).toBeLessThanOrEqual(found.length + TAIL)
  })

  test('by run', () => {
    const { found, rows } = cost({ correlationId: 'workflow/run-1000' })
    expect(found).toHaveLength(RUN)
    expect(rows).toBeLessThanOrEqual(RUN + TAIL)
  })

  test('by recipient', () => {
    const { found, rows } = cost({ actor: 'task/run-1000/build' })
    expect(found).toHaveLength(RUN)
    expect(rows).toBeLessThanOrEqual(RUN + TAIL)
  })

  test('by type and run: those that have both', () => {
    const { found, rows } = cost({ types: ['task.done'], correlationId: 'workflow/run-1000' })
    expect(rows).toBeLessThanOrEqual(found.length + TAIL)
  })

  test('a page from either end, and no more', () => {
    expect(cost({ limit: 10 }).rows).toBeLessThanOrEqual(256)
    expect(cost({ types: ['task.done'], limit: 10 }).rows).toBe(10)
    expect(cost({ types: ['task.done'], limit: 10, order: 'desc' }).rows).toBeLessThanOrEqual(256)
  })

  test('by time', () => {
    const { found, rows } = cost({ since: 13_000, until: 13_050 })
    expect(found).toHaveLength(51)
    expect(rows).toBeLessThanOrEqual(51 + HALVING)
  })

  test('by position', () => {
    expect(cost({ after: 12_000, before: 12_040 }).rows).toBe(39)
  })

  test('what never was costs the tail', () => {
    expect(cost({ types: ['never'] })).toEqual({ found: [], rows: TAIL })
  })
})

test('the owner, who holds the index of the tail, does not read that either', () => {
  const { journal } = scribe
  if (!(journal instanceof SqliteJournal)) throw new Error('not the journal that counts')
  const owner = (filter: HistoryFilter): { found: number; rows: number } => {
    const before = journal.fetched
    const found = journal.query(filter).length
    return { found, rows: journal.fetched - before }
  }
  expect(owner({ types: ['rare'] })).toEqual({ found: 4, rows: 4 })
  expect(owner({ types: ['never'] })).toEqual({ found: 0, rows: 0 })
  const latest = `workflow/run-${Math.floor(COUNT / RUN) - 1}`
  expect(owner({ correlationId: latest })).toEqual({ found: RUN, rows: RUN })
})
