/**
 * What pruning does to the file: texts that were erased are gone from it, and room that was freed is given
 * back.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { drafts, keyRecord, Scribe, subResult } from '../../src/testing/journal-suite/fixtures.ts'
import { SMALL, sqlitePlace, type SqlitePlace } from './places.ts'

function fresh(): SqlitePlace {
  const place = sqlitePlace({ ...SMALL, chunk: 100 })
  onTestFinished(() => place.dispose())
  return place
}

/** Everything on disk that belongs to the journal. */
function bytes({ file }: SqlitePlace): string {
  const files = [file, `${file}-wal`].filter(each => existsSync(each))
  return files.map(each => readFileSync(each, 'latin1')).join('')
}

test('an erased text is nowhere in the file, nor in its log', () => {
  const place = fresh()
  const scribe = new Scribe(place)
  const secret = (index: number): string =>
    (index % 2 === 0 ? `SECRET-${index}` : `KEPT-${index}`).repeat(index % 7 === 0 ? 900 : 3)
  const run = (index: number): 'workflow/gone' | 'workflow/kept' =>
    index % 2 === 0 ? 'workflow/gone' : 'workflow/kept'
  scribe.write(
    drafts(200, index => ({ correlationId: run(index), data: { text: secret(index) } })),
    {
      results: drafts(20).map((_, index) => subResult(run(index), `r${index}`, { value: secret(index) })),
      keys: drafts(20).map((_, index) =>
        keyRecord(`${secret(1)}${index}`, run(index), { hash: secret(index) }),
      ),
    },
  )
  scribe.journal.prune({ correlationIds: ['workflow/gone'], dropTo: 0 })
  const left = bytes(place)
  expect(left).not.toContain('SECRET-')
  expect(left).toContain('KEPT-')
})

test('dropping most of a journal makes its file small again, and it works on', () => {
  const place = fresh()
  const scribe = new Scribe(place)
  scribe.write(
    drafts(4_000, () => ({ data: { text: 'x'.repeat(1_000) } })),
    { tailAfter: 3_990 },
  )
  scribe.journal.prune({ correlationIds: [], dropTo: 0 })
  const full = statSync(place.file).size
  scribe.journal.prune({ correlationIds: [], dropTo: 3_980 })
  expect(statSync(place.file).size).toBeLessThan(full / 3)
  scribe.write(drafts(20))
  expect(scribe.journal.verify()).toBeNull()
  expect(scribe.find({ limit: 1_000 })).toHaveLength(40)
})

test('an empty batch, and one that repeats what is known, write nothing', () => {
  const place = fresh()
  const scribe = new Scribe(place)
  scribe.write(drafts(1), { tailAfter: 1 })
  const { size } = statSync(`${place.file}-wal`)
  scribe.write([])
  scribe.write([], { tailAfter: 1 })
  expect(statSync(`${place.file}-wal`).size).toBe(size)
})
