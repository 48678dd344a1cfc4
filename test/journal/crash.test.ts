/**
 * Killed in the middle: what was acknowledged is there, the rest is a gap-free beginning, nothing is half
 * done.
 */
import { expect, onTestFinished, test } from 'vitest'
import { Scribe } from '../../src/testing/journal-suite/fixtures.ts'
import { SMALL, sqlitePlace, type SqlitePlace } from './places.ts'
import { start } from './processes.ts'

function fresh(): SqlitePlace {
  const place = sqlitePlace(SMALL)
  onTestFinished(() => place.dispose())
  return place
}

test.each([1, 2, 40, 300])('killed after %i commits, it has lost none of them', async count => {
  const place = fresh()
  const child = start(place.file, 'commit')
  await child.lines(count)
  const acknowledged = Number((await child.kill()).at(-1))
  const { journal, state } = new Scribe(place)
  expect(state.last.seq).toBeGreaterThanOrEqual(acknowledged)
  expect(state.last.seq % 7).toBe(0)
  expect(journal.verify()).toBeNull()
})

test('killed again and again, it goes on each time from where it was', async () => {
  const place = fresh()
  let last = 0
  for (let life = 0; life < 4; life++) {
    const child = start(place.file, 'commit')
    await child.lines(5)
    const acknowledged = Number((await child.kill()).at(-1))
    const scribe = new Scribe(place)
    expect(scribe.state.last.seq).toBeGreaterThanOrEqual(acknowledged)
    expect(acknowledged).toBeGreaterThan(last)
    expect(scribe.journal.verify()).toBeNull()
    last = scribe.state.last.seq
    scribe.journal.close()
  }
})

test('killed while it prunes, the chain holds and pruning again finishes the work', async () => {
  const place = fresh()
  const child = start(place.file, 'prune')
  await child.lines(1)
  await child.kill()
  const scribe = new Scribe(place)
  expect(scribe.state.last.seq).toBe(4_000)
  expect(scribe.journal.verify()).toBeNull()
  const gone = Array.from({ length: 25 }, (_, index) => `workflow/r${index}`)
  scribe.journal.prune({ correlationIds: gone, dropTo: 3_000 })
  const left = scribe.journal.query({ limit: 10_000 })
  expect(left.map(({ seq }) => seq)).toEqual(Array.from({ length: 1_000 }, (_, index) => 3_001 + index))
  expect(left.every(each => (each.data === null) === gone.includes(each.correlationId))).toBe(true)
  expect(scribe.journal.verify()).toBeNull()
})
