// The files that an audit gives: whole, guarded by the token of the lock, and the same when it is done again.
// Never in here: locks, or Stator's runtime.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { announce, filesOf, holdsReport, placeReport, takeBack } from '../../examples/audit/files.ts'
import { temporary } from './support/repository.ts'

const texts = { markdown: '# Report\n', json: '{}\n' }
const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
const sha256 = { markdown: digest(texts.markdown), json: digest(texts.json) }
const entry = {
  audit: 'one',
  repository: 'fixture',
  commit: 'c0ffee',
  score: 90,
  sha256,
  by: 'ada',
  note: null,
}

/** What is in the directory for others to read. */
const filesIn = (out: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(out)
      .filter(name => !name.includes('.fence'))
      .map(name => [name, readFileSync(join(out, name), 'utf8')]),
  )

test('a report is placed whole, and known again by its digests', () => {
  const out = temporary()
  expect(holdsReport(out, sha256)).toBe(false)
  placeReport(out, texts, 1)
  expect(filesIn(out)).toEqual({ 'report.md': texts.markdown, 'report.json': texts.json })
  expect(holdsReport(out, sha256)).toBe(true)
  writeFileSync(join(out, 'report.md'), 'torn')
  expect(holdsReport(out, sha256)).toBe(false)
})

test('whoever lost the lock writes nothing any more, however late', () => {
  const out = temporary()
  placeReport(out, texts, 2)
  announce(out, entry, 3)
  const before = filesIn(out)
  expect(Object.keys(before)).toContain('published.json')
  const late = [
    () => placeReport(out, { markdown: 'late', json: 'late' }, 2),
    () => announce(out, { ...entry, audit: 'late' }, 1),
    () => takeBack(out, 'one', 2),
  ]
  for (const act of late) expect(act).toThrow(expect.objectContaining({ code: 'STALE_TOKEN' }))
  expect(filesIn(out)).toEqual(before)
})

test('what is taken back leaves what others published, and may be taken back again', () => {
  const out = temporary()
  placeReport(out, texts, 1)
  announce(out, { ...entry, audit: 'other' }, 1)
  const others = filesIn(out)['published.json']
  announce(out, entry, 1)
  for (const token of [2, 3]) {
    takeBack(out, 'one', token)
    expect(filesIn(out)).toEqual({ 'published.json': others })
  }
})

test('all that must go to start over is named, and what was published is not', () => {
  const out = temporary()
  placeReport(out, texts, 1)
  announce(out, entry, 1)
  const named = new Set(filesOf(out))
  expect(readdirSync(out).filter(name => !named.has(join(out, name)))).toEqual(['published.json'])
})
