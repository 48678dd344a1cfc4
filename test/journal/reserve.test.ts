/** The room that is kept behind the log: there for many small commits, not for few large ones, and never in the way. */
import { copyFileSync, readFileSync, statSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { drafts, open, Scribe } from '../../src/testing/journal-suite/fixtures.ts'
import { commitEnds } from './damage.ts'
import { sqlitePlace, type SqlitePlace } from './places.ts'

function fresh(): SqlitePlace {
  const place = sqlitePlace()
  onTestFinished(() => place.dispose())
  return place
}

const TEXT = 'x'.repeat(1_000)
const some = (count: number): ReturnType<typeof drafts> => drafts(count, () => ({ data: { text: TEXT } }))

/** Bytes of the log that nothing was written to. */
function room({ file }: SqlitePlace): number {
  const log = readFileSync(`${file}-wal`)
  return log.length - (commitEnds(log).at(-1) ?? 0)
}

test('small commits find room, which grows with the log and is bounded', () => {
  const place = fresh()
  const scribe = new Scribe(place)
  let [found, most] = [0, 0]
  for (let n = 0; n < 600; n++) {
    scribe.write(some(2))
    const left = room(place)
    if (left > 0) found++
    most = Math.max(most, left)
  }
  expect(found).toBeGreaterThan(500)
  expect(most).toBeLessThan(2 * 1024 * 1024)
  expect(scribe.journal.verify()).toBeNull()
})

test('few large commits are given none', () => {
  const place = fresh()
  const scribe = new Scribe(place)
  for (let n = 0; n < 10; n++) {
    scribe.write(some(500))
    expect(room(place)).toBe(0)
  }
})

test('what was written into it is there after a kill, and a graceful end leaves no log', () => {
  const place = fresh()
  const scribe = new Scribe(place)
  for (let n = 0; n < 300; n++) scribe.write(some(1))
  expect(room(place)).toBeGreaterThan(0)
  const copy = fresh()
  for (const end of ['', '-wal']) copyFileSync(`${place.file}${end}`, `${copy.file}${end}`)
  const other = copy.journal()
  expect(open(other).last.seq).toBe(300)
  expect(other.verify()).toBeNull()
  other.close()
  scribe.journal.close()
  expect(statSync(`${place.file}-wal`, { throwIfNoEntry: false })).toBeUndefined()
})

test('room is made again after the log was cut off', () => {
  const place = fresh()
  const scribe = new Scribe(place)
  for (let n = 0; n < 300; n++) scribe.write(some(1))
  scribe.journal.prune({ correlationIds: [], dropTo: 0 })
  expect(statSync(`${place.file}-wal`).size).toBe(0)
  for (let n = 0; n < 300; n++) scribe.write(some(1))
  expect(room(place)).toBeGreaterThan(0)
})
