/** A StatorError can be made of anything, says it in words, and its details are JSON. */
import { StatorError } from 'stator'
import { expect, it } from 'vitest'

const hostile: unknown = Object.assign(Object.create(null) as object, { a: 1n })
const cycle: { self?: unknown } = {}
cycle.self = cycle
const secretive = {
  toJSON: () => {
    throw new Error('no')
  },
}

it.each<[string, unknown, string]>([
  ['a BigInt', 5n, '5'],
  ['a BigInt in an object without a prototype', hostile, 'a value that cannot be read'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['a function', Math.max, 'function max'],
  ['a number that JSON does not have', Number.NaN, 'NaN'],
  ['a cycle', cycle, '[object Object]'],
  ['what does not want to be shown', secretive, '[object Object]'],
])('shows %s', (_what, value, shown) => {
  const error = new StatorError('INPUT_INVALID', { value })
  expect(error.message).toContain(`value: ${shown}`)
  expect(JSON.stringify(error.details)).toContain(shown)
})

it('keeps details that are JSON as they are', () => {
  const details = { text: 'x', list: [1, { a: null }], yes: true }
  expect(new StatorError('CLOSED', details).details).toEqual(details)
})
