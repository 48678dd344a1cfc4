/** Choice: one of several, the simplest first, since values shrink to that. It knows nothing of what they are. */
import * as fc from 'fast-check'
import type { Made } from './maker.ts'
import { typesOf, valuesOf } from './merge.ts'
import type { Shape } from './shape.ts'

/** From the simplest. */
export const TYPES = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'] as const

/** JSON, for a schema that takes whatever comes. */
const SCALARS = TYPES.slice(0, 5).map((type): Shape => ({ type }))
export const ANYTHING: Shape = {
  anyOf: [
    ...SCALARS,
    { type: 'array', items: { anyOf: SCALARS } },
    { type: 'object', additionalProperties: { anyOf: SCALARS } },
  ],
}

/** What nullable adds: it comes less often than a value. */
export const NULL = fc.constant(null)

/** Undefined where none of them has a value. */
export function choice(made: readonly Made[]): Made {
  const some = made.filter(arbitrary => arbitrary !== undefined)
  if (some.length < 2) return some[0]
  const weighed = some.map(arbitrary => ({ arbitrary, weight: arbitrary === NULL ? 1 : 3 }))
  return fc.oneof({ withCrossShrink: true }, ...weighed)
}

/** Known values, then one type after the other, then what is not so plain. */
export function simplestFirst(shapes: readonly Shape[]): readonly Shape[] {
  return shapes.toSorted((one, other) => rank(one) - rank(other))
}

function rank(shape: Shape): number {
  if (shape.type === 'null') return 0
  if (valuesOf(shape)) return 1
  const place = TYPES.findIndex(type => typesOf(shape)?.includes(type))
  return 1 + (place < 0 ? TYPES.length : place)
}
