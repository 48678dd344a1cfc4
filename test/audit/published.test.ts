// published.json: each audit in it once, whatever was written there before.
// Never in here: files.
import { expect, test } from 'vitest'
import { withEntry, withoutAudit } from '../../examples/audit/published.ts'
import type { Entry } from '../../examples/audit/published.ts'

const entry = (audit: string): Entry => ({
  audit,
  repository: 'fixture',
  commit: 'c0ffee',
  score: 90,
  sha256: { markdown: 'a', json: 'b' },
  by: 'ada',
  note: null,
})
const list = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text))

test('an audit is added at the end, and only once', () => {
  const one = withEntry(undefined, entry('one'))
  expect(list(one)).toEqual([entry('one')])
  const both = withEntry(one, entry('two'))
  expect(list(both)).toEqual([entry('one'), entry('two')])
  expect(withEntry(both, { ...entry('one'), by: 'bob' })).toBeUndefined()
})

test('an audit is taken out, and the others stay', () => {
  const both = withEntry(withEntry(undefined, entry('one')), entry('two'))
  expect(list(withoutAudit(both, 'one'))).toEqual([entry('two')])
  expect(withoutAudit(both, 'three')).toBeUndefined()
  expect(withoutAudit(undefined, 'one')).toBeUndefined()
})

test.each(['', '{', '{}', '[{"audit":1}]'])('%j is not overwritten, and whoever wrote it is told', text => {
  expect(() => withEntry(text, entry('one'))).toThrow('move it out of the way')
  expect(withoutAudit(text, 'one')).toBeUndefined()
})
