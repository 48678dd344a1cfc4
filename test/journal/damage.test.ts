/**
 * Damage to the file: found at opening or by verify, or without effect; never silently other data. Seeded.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { open } from '../../src/testing/journal-suite/fixtures.ts'
import { commitEnds, content, fill, judge, PAGE, type Finding } from './damage.ts'
import { SMALL, sqlitePlace, type SqlitePlace } from './places.ts'

let place: SqlitePlace
/** The file after a graceful close, and the file with its log after a kill. */
let closed: Buffer
let killed: { file: Buffer; log: Buffer; lastCommit: number }
let state: string
let expected: string

beforeAll(() => {
  place = sqlitePlace(SMALL)
  const journal = fill(place)
  expected = content(journal)
  const whole = readFileSync(`${place.file}-wal`)
  const ends = commitEnds(whole)
  const log = whole.subarray(0, ends.at(-1))
  killed = { file: readFileSync(place.file), log, lastCommit: ends.at(-2) ?? 32 }
  journal.close()
  closed = readFileSync(place.file)
  const again = place.journal()
  state = JSON.stringify(open(again))
  again.close()
})

afterAll(() => place.dispose())

function spoil(file: Buffer, log: Buffer | null): Finding {
  for (const end of ['-wal', '-shm']) rmSync(`${place.file}${end}`, { force: true })
  writeFileSync(place.file, file)
  if (log !== null) writeFileSync(`${place.file}-wal`, log)
  return judge(place, state, expected)
}

/** Numbers from 0 to 1 that are the same in every run. */
function seeded(seed: number): () => number {
  let last = seed
  return () => (last = (Math.imul(last, 1_103_515_245) + 12_345) & 0x7fffffff) / 0x80000000
}

function flipped(bytes: Buffer, at: number, bit: number): Buffer {
  const copy = Buffer.from(bytes)
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << bit), at)
  return copy
}

/** Judges files with one bit turned; the places where other data came out unnoticed. */
function turning(
  bytes: Buffer,
  places: readonly number[],
  judgeIt: (spoilt: Buffer) => Finding,
): { silent: unknown[]; noticed: number } {
  const random = seeded(42)
  const silent: unknown[] = []
  let noticed = 0
  for (const at of places) {
    const bit = Math.floor(random() * 8)
    const finding = judgeIt(flipped(bytes, at, bit))
    if (typeof finding === 'object') silent.push({ at, bit, ...finding })
    if (finding === 'refused' || finding === 'found by verify') noticed += 1
  }
  return { silent, noticed }
}

const scattered = (count: number, length: number): number[] => {
  const random = seeded(7)
  return Array.from({ length: count }, () => Math.floor(random() * length))
}

describe('a file after a graceful close', () => {
  test('with any bit of its header turned', () => {
    const { silent, noticed } = turning(
      closed,
      Array.from({ length: 100 }, (_, at) => at),
      file => spoil(file, null),
    )
    expect(silent).toEqual([])
    expect(noticed).toBeGreaterThan(20)
  })

  test('with a bit turned anywhere', () => {
    const { silent, noticed } = turning(closed, scattered(500, closed.length), file => spoil(file, null))
    expect(silent).toEqual([])
    expect(noticed).toBeGreaterThan(100)
  })

  test('with a page of zeros, or of another page', () => {
    for (let page = 0; page < closed.length / PAGE; page++) {
      const zeros = Buffer.from(closed).fill(0, page * PAGE, (page + 1) * PAGE)
      expect(spoil(zeros, null), `page ${page} zeroed`).not.toHaveProperty('silent')
      const other = Buffer.from(closed)
      closed.copy(
        other,
        page * PAGE,
        ((page + 3) * PAGE) % closed.length,
        (((page + 3) * PAGE) % closed.length) + PAGE,
      )
      expect(spoil(other, null), `page ${page} replaced`).not.toHaveProperty('silent')
    }
  })

  test('cut short anywhere', () => {
    for (const length of [1, 50, 100, 4_095, ...scattered(25, closed.length)])
      expect(spoil(closed.subarray(0, length), null), `${length} bytes`).toBe('refused')
  })

  test('cut at the end of a page', () => {
    for (let length = PAGE; length < closed.length; length += PAGE)
      expect(spoil(closed.subarray(0, length), null), `${length} bytes`).toMatch(/refused|found by verify/)
  })

  test('whole, it is unharmed', () => expect(spoil(closed, null)).toBe('unharmed'))
})

describe('a file and its log after a kill', () => {
  test('whole, they are unharmed', () => expect(spoil(killed.file, killed.log)).toBe('unharmed'))

  test('the room that is kept behind the log is no part of it, whole or torn', () => {
    for (const room of [1, PAGE, 10 * PAGE]) {
      const log = Buffer.concat([killed.log, Buffer.alloc(room)])
      expect(spoil(killed.file, log), `${room} bytes`).toBe('unharmed')
    }
  })

  test('with a bit of the log turned before the last commit', () => {
    const places = [...Array.from({ length: 32 }, (_, at) => at), ...scattered(150, killed.lastCommit)]
    const { silent, noticed } = turning(killed.log, places, log => spoil(killed.file, log))
    expect(silent).toEqual([])
    expect(noticed).toBe(places.length)
  })

  test('a log cut short in its last commit is a commit that was not acknowledged: all before it is there', () => {
    const { lastCommit, log, file } = killed
    for (const length of [lastCommit, lastCommit + 1, lastCommit + PAGE, log.length - 1]) {
      writeFileSync(place.file, file)
      writeFileSync(`${place.file}-wal`, log.subarray(0, length))
      const journal = place.journal()
      expect(open(journal).last.seq).toBe(120)
      expect(journal.pending()).toEqual([])
      expect(journal.verify()).toBeNull()
      journal.close()
    }
  })

  test('a page of the last commit that never reached the disk is one that was not acknowledged', () => {
    const torn = Buffer.from(killed.log).fill(0, killed.lastCommit + 24, killed.lastCommit + 24 + PAGE)
    writeFileSync(place.file, killed.file)
    writeFileSync(`${place.file}-wal`, torn)
    const journal = place.journal()
    expect(open(journal).last.seq).toBe(120)
    expect(journal.pending()).toEqual([])
    journal.close()
  })

  test('a log that was not synced may be torn anywhere, and is no damage', () => {
    const normal = sqlitePlace({ ...SMALL, durability: 'normal' })
    try {
      const journal = fill(normal)
      const [file, log] = [readFileSync(normal.file), readFileSync(`${normal.file}-wal`)]
      journal.close()
      const torn = Buffer.from(log).fill(0, Math.floor(log.length / 2), Math.floor(log.length / 2) + PAGE)
      writeFileSync(normal.file, file)
      writeFileSync(`${normal.file}-wal`, torn)
      const next = normal.journal()
      expect(open(next).last.seq).toBeGreaterThan(0)
      expect(next.verify()).toBeNull()
    } finally {
      normal.dispose()
    }
  })
})
