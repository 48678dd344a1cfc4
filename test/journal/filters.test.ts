/** Filters of keys: what is in them is found, what is not is mostly said not to be; damage is noticed. */
import { expect, test } from 'vitest'
import * as fc from 'fast-check'
import { checked, filterOf, mayHave } from '../../src/sqlite/filters.ts'

test('a filter has all that was put in', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 300 }), keys => {
      const filter = filterOf(keys, keys.length)
      for (const key of keys) expect(mayHave(filter, key)).toBe(true)
    }),
    { seed: 1, numRuns: 200 },
  )
})

test('of what was not put in it takes less than one in fifty for possible', () => {
  const keys = Array.from({ length: 4_096 }, (_, n) => `c:task/${n}`)
  const filter = filterOf(keys, keys.length)
  const wrong = keys.filter(key => mayHave(filter, `${key}x`))
  expect(wrong.length).toBeLessThan(keys.length / 50)
})

test('a filter of which one bit is another one is not used', () => {
  const filter = filterOf(['a', 'b'], 2)
  for (let bit = 0; bit < filter.length * 8; bit++) {
    const damaged = filter.slice()
    damaged[bit >>> 3] = (damaged[bit >>> 3] ?? 0) ^ (1 << (bit & 7))
    expect(() => checked(damaged, 1)).toThrow('JOURNAL_DAMAGED')
  }
  expect(checked(filter, 1)).toBe(filter)
})
