/** Lists and tuples of a shape, with few elements, and where that is not many, with as many as are allowed. */
import * as fc from 'fast-check'
import { choice } from './choice.ts'
import type { Made, Maker } from './maker.ts'
import type { Shape } from './shape.ts'
import { varied } from './varied.ts'

/** Undefined where no list fits. */
export function lists(shape: Shape, maker: Maker, at: string): Made<unknown[]> {
  const { prefixItems = [], items = {}, minItems: min = 0, maxItems: max = Infinity } = shape
  const made = prefixItems.map((item, index) => maker.make(item, `${at}[${index}]`))
  const first = made.includes(undefined) ? made.slice(0, made.indexOf(undefined)) : made
  const known = first.filter(part => part !== undefined).slice(0, max)
  const open = items !== false && known.length === prefixItems.length
  const element = open ? maker.make(items === true ? {} : items, `${at}[]`) : undefined
  // What may be missing of a tuple is missing from its end.
  const heads = known.map((_, length) => length).filter(length => length >= min)
  const whole = fc.tuple(...known)
  const rest = element && many(element, Math.max(0, min - known.length), max - known.length, maker)
  const full = rest && known.length > 0 ? fc.tuple(whole, rest).map(parts => parts.flat()) : rest
  const last = full ?? (known.length >= min ? whole : undefined)
  return choice([...heads.map(length => fc.tuple(...known.slice(0, length))), last]) as Made<unknown[]>
}

function many(
  element: fc.Arbitrary<unknown>,
  min: number,
  max: number,
  { most, longest }: Maker,
): Made<unknown[]> {
  if (min > max) return undefined
  const long = (from: number, to: number): fc.Arbitrary<unknown[]> =>
    fc.array(element, { minLength: from, maxLength: to, size: 'max' })
  const usual = Math.min(max, min + most)
  if (max > longest || max === usual) return long(min, usual)
  return varied(long(min, max), [
    [12, long(min, usual)],
    [1, long(max, max)],
  ])
}
