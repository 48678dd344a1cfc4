/**
 * Level: from a shape to what makes its values. A level knows how many references may still be followed; at the
 * lowest, a reference has no value, so what may do without it does, and recursion ends. Schemas have the last word.
 */
import * as fc from 'fast-check'
import type { z } from 'zod'
import { accepted, acceptedKeys } from './accepted.ts'
import { ANYTHING, choice, NULL, simplestFirst, TYPES } from './choice.ts'
import { lists } from './lists.ts'
import type { Made, Maker } from './maker.ts'
import { merge, typesOf, valuesOf } from './merge.ts'
import { doubles, integers } from './numbers.ts'
import { objects } from './objects.ts'
import type { Shape, Sketch } from './shape.ts'
import { texts } from './texts.ts'

/** So many elements has a list at the top, and with each reference half as many. */
const MOST = 5
/** The longest list that is made because it is the longest allowed; not where it is in itself again. */
const LONGEST = 50

/** Values of what a pipe hands on to. */
type Piped = (schema: z.core.$ZodType) => Made

export class Level implements Maker {
  readonly most: number
  readonly longest: number
  readonly #below: Level | undefined
  readonly #sketch: Sketch
  readonly #piped: Piped
  readonly #made = new Map<Shape, Made>()

  constructor(sketch: Sketch, piped: Piped, left: number, above = 0) {
    this.#sketch = sketch
    this.#piped = piped
    this.most = Math.max(1, MOST >> above)
    this.longest = above === 0 ? LONGEST : 0
    this.#below = left > 0 ? new Level(sketch, piped, left - 1, above + 1) : undefined
  }

  make(shape: Shape, at: string): Made {
    if (!this.#made.has(shape)) this.#made.set(shape, this.#checked(shape, at))
    return this.#made.get(shape)
  }

  key(names: Shape, at: string): Made<string> {
    const made = this.make({ allOf: [names, { type: 'string' }] }, at) as Made<string>
    const schema = this.#sketch.schemaOf(names)
    return made && schema ? acceptedKeys(made, schema, at) : made
  }

  #checked(shape: Shape, at: string): Made {
    const schema = this.#sketch.schemaOf(shape) as z.core.$ZodTypes | undefined
    const made = this.#plain(shape, at)
    if (schema === undefined) return made
    const { def } = schema._zod
    const either = def.type === 'pipe' ? choice([made, this.#piped(def.out)]) : made
    return either && accepted(either, schema, at)
  }

  #plain(shape: Shape, at: string): Made {
    if (shape.not !== undefined) return undefined
    if (shape.$ref !== undefined && isBare(shape))
      return this.#below?.make(this.#sketch.resolve(shape.$ref), at)
    if (shape.$ref !== undefined || shape.allOf !== undefined) {
      const flat = this.#flat(shape)
      return flat && flat.level.make(flat.shape, at)
    }
    const options = shape.anyOf ?? shape.oneOf
    if (options) return choice(simplestFirst(options).map(option => this.make(option, at)))
    const values = valuesOf(shape)
    if (values) return values.length === 0 ? undefined : fc.constantFrom(...values)
    const types = typesOf(shape)
    if (types === undefined) return this.make(ANYTHING, at)
    return choice(TYPES.filter(type => types.includes(type)).map(type => this.#typed(type, shape, at)))
  }

  #typed(type: (typeof TYPES)[number], shape: Shape, at: string): Made {
    if (type === 'null') return NULL
    if (type === 'boolean') return fc.boolean()
    if (type === 'integer') return integers(shape)
    if (type === 'number') return doubles(shape)
    if (type === 'string') return texts(shape, at)
    return type === 'array' ? lists(shape, this, at) : objects(shape, this, at)
  }

  /** All that a shape refers to and demands, as one shape, and the level that this leaves. */
  #flat(shape: Shape): { level: Level; shape: Shape } | undefined {
    const { $ref, allOf = [], said: _, ...own } = shape
    const level = $ref === undefined ? this : this.#below
    if (level === undefined) return undefined
    const parts = $ref === undefined ? allOf : [this.#sketch.resolve($ref), ...allOf]
    let flat: { level: Level; shape: Shape } = { level, shape: own }
    for (const part of parts) {
      const next = flat.level.#flat(part)
      if (next === undefined) return undefined
      flat = { level: next.level, shape: merge(flat.shape, next.shape) }
    }
    return flat
  }
}

/** Whether a reference stands without demands of its own. */
function isBare({
  $ref: _ref,
  $schema: _url,
  $defs: _defs,
  said: _said,
  flags: _flags,
  ...own
}: Shape): boolean {
  return Object.keys(own).length === 0
}
