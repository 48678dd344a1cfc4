// Scores, counts and the words of the report.
// Never in here: repositories.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collector, rules, severities } from '../../examples/audit/finding.ts'
import { code, message, words } from '../../examples/audit/report/escape.ts'
import { gradeOf, scoreOf, severitiesOf } from '../../examples/audit/summary.ts'

const none = { high: 0, medium: 0, low: 0, info: 0 }
const counts = fc.record({ high: fc.nat(5), medium: fc.nat(20), low: fc.nat(50), info: fc.nat(50) })

describe('scores', () => {
  test('are 100 without findings, and infos cost nothing', () => {
    expect(scoreOf({}, 10)).toBe(100)
    expect(scoreOf({ a: { ...none, info: 99 } }, 10)).toBe(100)
  })

  test('never rise with one more finding, and never fall with a larger repository', () => {
    fc.assert(
      fc.property(counts, fc.constantFrom(...severities), fc.nat(5_000), (given, severity, files) => {
        const score = scoreOf({ a: given }, files)
        expect(scoreOf({ a: { ...given, [severity]: given[severity] + 1 } }, files)).toBeLessThanOrEqual(
          score,
        )
        expect(scoreOf({ a: given }, files + 100)).toBeGreaterThanOrEqual(score)
      }),
    )
  })

  test('one rule broken a thousand times costs no more than its cap', () => {
    expect(scoreOf({ a: { ...none, low: 1_000 } }, 0)).toBe(scoreOf({ a: { ...none, low: 6 } }, 0))
  })

  test('nothing is excellent with a high finding', () => {
    expect(gradeOf(95, none)).toBe('excellent')
    expect(gradeOf(95, { ...none, high: 1 })).toBe('good')
    expect(gradeOf(40, none)).toBe('poor')
  })
})

describe('counting', () => {
  const rule = rules('qa', { x: { severity: 'low', title: 't', advice: 'a' } }).x

  test('stays exact however few findings fit', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 5_000 }), (found, budget) => {
        const out = collector()
        for (let i = 0; i < found; i++) out.add(rule, { file: `f${i}`, message: 'm' })
        const part = out.part(budget)
        expect(severitiesOf(part).low).toBe(found)
        expect(part.findings.length + part.dropped).toBe(found)
      }),
    )
  })

  test('of absorbed parts adds up, and the largest number stays the largest', () => {
    const one = collector()
    one.add(rule, { message: 'm' })
    one.sum('s', 2)
    one.peak('p', 7)
    const all = collector()
    all.absorb(one.part(9_999))
    all.absorb(one.part(1))
    const part = all.part(9_999)
    expect(part).toMatchObject({ dropped: 1, sums: { s: 4 }, peaks: { p: 7 }, rules: { 'qa.x': { low: 2 } } })
  })

  test('ranks by severity, then weight, then place', () => {
    const out = collector()
    out.add(rule, { file: 'b', message: 'm' })
    out.add(rule, { file: 'a', message: 'm' })
    out.add(rule, { file: 'z', message: 'm', weight: 5 })
    out.add(rule, { file: 'y', message: 'm', severity: 'high' })
    expect(out.part(9_999).findings.map(({ file }) => file)).toEqual(['y', 'z', 'a', 'b'])
  })
})

describe('escaping', () => {
  test('code keeps any text in one span of one cell', () => {
    expect(code('a`b')).toBe('``a`b``')
    expect(code('`a')).toBe('`` `a ``')
    expect(code('a|b\nc')).toBe('`a\\|b c`')
  })

  test('words are never markup', () => {
    expect(words('<b>[x](y) *z* a|b')).toBe('\\<b\\>\\[x\\](y) \\*z\\* a\\|b')
  })

  test('messages keep their code and escape the rest', () => {
    expect(message('`<img>` has <b>')).toBe('`<img>` has \\<b\\>')
    expect(message('an odd ` of <b>')).toBe('an odd \\` of \\<b\\>')
  })
})
