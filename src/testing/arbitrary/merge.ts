/** Merge: two shapes that a value must both have, as one. It knows no schema and makes no value. */
import { NOTHING, type Shape } from './shape.ts'

type Picked = (one: number, other: number) => number

const BOUNDS = {
  minimum: Math.max,
  exclusiveMinimum: Math.max,
  minLength: Math.max,
  minItems: Math.max,
  maximum: Math.min,
  exclusiveMaximum: Math.min,
  maxLength: Math.min,
  maxItems: Math.min,
  multipleOf: commonMultiple,
} satisfies Partial<Record<keyof Shape, Picked>>

/** May be wider than both where keywords do not combine: their schema has the last word. */
export function merge(one: Shape, other: Shape): Shape {
  for (const [choice, rest] of [
    [one, other],
    [other, one],
  ] as const) {
    const { anyOf, oneOf, ...own } = choice
    const options = anyOf ?? oneOf
    if (options !== undefined) return { anyOf: options.map(option => ({ allOf: [rest, own, option] })) }
  }
  const type = commonTypes(one, other)
  const values = commonValues(one, other)
  if (type?.length === 0 || values?.length === 0) return NOTHING
  const { const: _one, ...left } = one
  const { const: _other, ...right } = other
  return {
    ...left,
    ...right,
    ...(type && { type }),
    ...(values && { enum: values }),
    ...bounds(one, other),
    ...properties(one, other),
    ...(one.items !== undefined && other.items !== undefined && { items: both(one.items, other.items) }),
    patterns: [...patternsOf(one), ...patternsOf(other)],
    flags: [...(one.flags ?? []), ...(other.flags ?? [])],
  }
}

export const patternsOf = ({ pattern, patterns = [] }: Shape): readonly string[] =>
  pattern === undefined ? patterns : [pattern, ...patterns]

/** The values that a shape lists, where it lists any. */
export const valuesOf = (shape: Shape): Shape['enum'] =>
  shape.const === undefined ? shape.enum : [shape.const]

export const typesOf = ({ type }: Shape): readonly string[] | undefined =>
  typeof type === 'string' ? [type] : type

function commonTypes(one: Shape, other: Shape): readonly string[] | undefined {
  const [left, right] = [typesOf(one), typesOf(other)]
  if (left === undefined || right === undefined) return left ?? right
  const fits = (type: string, types: readonly string[]): boolean =>
    types.includes(type) || (type === 'integer' && types.includes('number'))
  return [...new Set([...left.filter(type => fits(type, right)), ...right.filter(type => fits(type, left))])]
}

function commonValues(one: Shape, other: Shape): Shape['enum'] {
  const [left, right] = [valuesOf(one), valuesOf(other)]
  return left === undefined ? right : left.filter(value => right?.includes(value) ?? true)
}

function bounds(one: Shape, other: Shape): Shape {
  const tighter = Object.entries(BOUNDS).map(([name, pick]: [string, Picked]) => {
    const [left, right] = [one[name as keyof typeof BOUNDS], other[name as keyof typeof BOUNDS]]
    return [name, typeof left === 'number' && typeof right === 'number' ? pick(left, right) : (left ?? right)]
  })
  return Object.fromEntries(tighter.filter(([, value]) => value !== undefined)) as Shape
}

/** As zod intersects objects: one key, two demands; a key is too much only where both say so. */
function properties(one: Shape, other: Shape): Shape {
  const keys = new Set([one, other].flatMap(shape => Object.keys(shape.properties ?? {})))
  const required = [...new Set([...(one.required ?? []), ...(other.required ?? [])])]
  const [left, right] = [one.additionalProperties, other.additionalProperties]
  const names = [one.propertyNames, other.propertyNames].filter(shape => shape !== undefined)
  const demands = (shape: Shape, key: string): Shape[] =>
    [shape.properties?.[key] ?? shape.additionalProperties].filter(found => typeof found === 'object')
  const shared = [...keys].map(key => [key, all([...demands(one, key), ...demands(other, key)])] as const)
  return {
    ...(keys.size > 0 && { properties: Object.fromEntries(shared) }),
    ...(required.length > 0 && { required }),
    ...(left !== undefined && right !== undefined && { additionalProperties: both(left, right) }),
    ...(names.length > 0 && { propertyNames: all(names) }),
  }
}

function both(one: Shape | boolean, other: Shape | boolean): Shape | boolean {
  if (typeof one === 'boolean') return one ? other : false
  if (typeof other === 'boolean') return other ? one : false
  return all([one, other])
}

const all = (shapes: readonly Shape[]): Shape => (shapes.length === 1 && shapes[0]) || { allOf: shapes }

function commonMultiple(one: number, other: number): number {
  if (!Number.isInteger(one) || !Number.isInteger(other)) return Math.max(one, other)
  let [divisor, rest] = [one, other]
  while (rest !== 0) [divisor, rest] = [rest, divisor % rest]
  return (one / divisor) * other
}
