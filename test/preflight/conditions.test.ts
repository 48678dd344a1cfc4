/** What pre-flight says of conditions is so for all data: compared with what the runtime makes of them. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { holds } from '../../src/actors/conditions.ts'
import { COMPARISONS, type BranchNode, type Condition } from '../../src/messages/flow.ts'
import { casesOf, mayMatchNothing } from '../../src/preflight/flow/cases.ts'
import { truthOf } from '../../src/preflight/flow/conditions.ts'

const value = fc.constantFrom<string | number | boolean | null>(0, 1, 2, 3, 'a', 'b', true, null)
const comparison: fc.Arbitrary<Condition> = fc
  .record({
    path: fc.constantFrom('x', 'y'),
    is: fc.constantFrom(...COMPARISONS),
    value,
    list: fc.array(value, { maxLength: 3 }),
  })
  .map(({ path, is, value: one, list }) => ({
    ref: { from: 'input', path: [path] },
    is,
    ...(is === 'exists' ? {} : { value: is === 'in' ? list : one }),
  }))
const { condition } = fc.letrec<{ condition: Condition }>(tie => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparison,
    fc.record({ all: fc.array(tie('condition'), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('condition'), { maxLength: 3 }) }),
    fc.record({ not: tie('condition') }),
  ),
}))

const inputs = [undefined, 0, 1, 2, 3, 0.5, 'a', 'b', 'c', true, null].flatMap(x =>
  [undefined, 0, 1, 2.5, 3, 'a', 'b', null].map(y => ({
    ...(x === undefined ? {} : { x }),
    ...(y === undefined ? {} : { y }),
  })),
)
const outcomes = (when: Condition): boolean[] =>
  inputs.map(input => holds(when, { input, output: () => undefined }))

test('what always holds and what never does, holds always and never', () => {
  const seen = { always: 0, never: 0, maybe: 0 }
  fc.assert(
    fc.property(condition, when => {
      const truth = truthOf(when)
      seen[truth]++
      const all = outcomes(when)
      expect(truth === 'always' && all.includes(false)).toBe(false)
      expect(truth === 'never' && all.includes(true)).toBe(false)
    }),
    { numRuns: 5_000 },
  )
  expect(Math.min(seen.always, seen.never, seen.maybe)).toBeGreaterThan(200)
})

test('a case that is never taken is taken for no data, and a branch that matches something matches for all', () => {
  const seen = { behind: 0, certain: 0 }
  fc.assert(
    fc.property(fc.array(condition, { minLength: 2, maxLength: 4 }), conditions => {
      const cases = conditions.map((when, index) => ({ name: `${index}`, when, body: [] }))
      const node: BranchNode = { kind: 'branch', name: 'b', step: 0, cases }
      const all = conditions.map(outcomes)
      const taken = new Set(inputs.map((_, input) => all.findIndex(outcome => outcome[input] === true)))
      for (const [index, { verdict }] of casesOf(node).entries()) {
        seen.behind += verdict === 'behind' ? 1 : 0
        expect(verdict !== 'possible' && taken.has(index)).toBe(false)
      }
      const isCertain = !mayMatchNothing(node)
      seen.certain += isCertain ? 1 : 0
      expect(isCertain && taken.has(-1)).toBe(false)
    }),
    { numRuns: 3_000 },
  )
  expect(Math.min(seen.behind, seen.certain)).toBeGreaterThan(200)
})

const x = (is: 'gt' | 'lt' | 'gte' | 'lte' | 'eq' | 'ne' | 'in', one: number | number[]): Condition => ({
  ref: { from: 'input', path: ['x'] },
  is,
  value: one,
})

test.each<[Condition[], 'never' | 'maybe']>([
  [[x('eq', 1), x('eq', 2)], 'never'],
  [[x('eq', 1), x('ne', 1)], 'never'],
  [[x('gt', 3), x('lt', 2)], 'never'],
  [[x('gte', 3), x('lt', 3)], 'never'],
  [[x('gte', 3), x('lte', 3)], 'maybe'],
  [[x('in', [1, 2]), x('gt', 2)], 'never'],
  [[x('in', [1, 2]), x('gt', 1)], 'maybe'],
  [[x('in', [1, 2]), x('in', [3])], 'never'],
  [[x('eq', 1), { all: [{ any: [x('eq', 1)] }, { not: { any: [x('eq', 1), x('eq', 5)] } }] }], 'never'],
])('%j together: %s', (all, truth) => {
  expect(truthOf({ all })).toBe(truth)
})
