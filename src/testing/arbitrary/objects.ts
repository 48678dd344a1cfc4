/** Objects and records of a shape. A key that the runtime does not admit is never made. */
import * as fc from 'fast-check'
import { toJson } from '../../messages/json.ts'
import type { Maker } from './maker.ts'
import { valuesOf } from './merge.ts'
import type { Shape } from './shape.ts'

/** Keys that a shape says nothing of, where it has some of its own. */
const FEW = 2

type Entries = Readonly<Record<string, unknown>>

/** Undefined where no object fits. */
export function objects(shape: Shape, maker: Maker, at: string): fc.Arbitrary<Entries> | undefined {
  const { required = [], additionalProperties: more, propertyNames: names } = shape
  const other = more === true ? {} : more
  const listed = names && listedIn(names)
  const properties = new Map(Object.entries(shape.properties ?? {}))
  for (const key of [...(listed ?? []), ...required])
    if (!properties.has(key)) properties.set(key, other || {})
  const parts = new Map<string, fc.Arbitrary<unknown>>()
  for (const [key, part] of properties) {
    const made = admitted(key) ? maker.make(part, `${at}.${key}`) : undefined
    if (made) parts.set(key, made)
    else if (required.includes(key)) return undefined
  }
  const own = fc.record(Object.fromEntries(parts), {
    requiredKeys: required.filter(key => parts.has(key)),
    noNullPrototype: true,
  })
  const rest = listed ? [] : [...extras(shape, maker, at)]
  if (rest.length === 0) return own
  const most = parts.size === 0 ? maker.most : Math.min(maker.most, FEW)
  const records = rest.map(([key, value]) =>
    fc.dictionary(key, value, { maxKeys: most, noNullPrototype: true, size: 'max' }).map(
      made => freeOf(made, properties),
      made => made as Entries,
    ),
  )
  if (parts.size === 0 && records.length === 1 && records[0]) return records[0]
  return fc.tuple(own, ...records).map(([mine, ...others]) => Object.assign({}, ...others, mine) as Entries)
}

/** A record without the keys that are taken, and those that the runtime refuses. */
function freeOf(record: Entries, taken: ReadonlyMap<string, unknown>): Entries {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !taken.has(key) && admitted(key)))
}

type Extra = readonly [keys: fc.Arbitrary<string>, values: fc.Arbitrary<unknown>]

function* extras(shape: Shape, maker: Maker, at: string): Generator<Extra> {
  const { additionalProperties: more, propertyNames: names, patternProperties = {} } = shape
  const wanted: (readonly [Shape, Shape])[] = Object.entries(patternProperties).map(([pattern, value]) => [
    { type: 'string', pattern },
    value,
  ])
  if (more !== undefined && more !== false)
    wanted.push([names ?? { type: 'string' }, more === true ? {} : more])
  for (const [name, value] of wanted) {
    const key = maker.key(name, `${at}{}`)
    const made = maker.make(value, `${at}{}`)
    if (key && made) yield [key, made]
  }
}

/** The names, where there is no choice but among a few. */
function listedIn(names: Shape): string[] | undefined {
  const options = (names.anyOf ?? names.oneOf)?.map(listedIn)
  if (options) return options.includes(undefined) ? undefined : options.flatMap(list => list ?? [])
  return valuesOf(names)?.map(String)
}

function admitted(key: string): boolean {
  try {
    toJson({ [key]: null }, 1)
    return true
  } catch {
    return false
  }
}
