/**
 * Arbitrary: from a schema to the values that it takes, for fast-check. Nothing here runs a definition, or knows what
 * a value is for; how values are made is in the other files.
 */
import type * as fc from 'fast-check'
import type { z } from 'zod'
import { checkSchema, type Schema } from '../../actors/schema.ts'
import { StatorError } from '../../errors.ts'
import { Level } from './level.ts'
import type { Made } from './maker.ts'
import { Sketch } from './shape.ts'

/** How often a value may meet its own definition again, in itself. */
const RECURSION = 4

const known = new WeakMap<z.core.$ZodType, { readonly made: Made }>()
const underway = new Set<z.core.$ZodType>()

/**
 * Values that a caller may give where this schema stands, all of them JSON that the runtime admits. They shrink to what
 * is smallest: nothing optional, fewest elements, zero or the bound next to it.
 * @throws StatorError DEFINITION_INVALID, and ARBITRARY_UNKNOWN: here where no value fits, and when a value is asked
 * for where practically none passes the checks of the schema
 */
export function arbitraryOf<T extends Schema>(schema: T): fc.Arbitrary<z.input<T>> {
  checkSchema(schema, 'the schema of an arbitrary')
  const made = madeOf(schema)
  if (made === undefined) throw new StatorError('ARBITRARY_UNKNOWN', { at: '$', reason: 'no value fits' })
  return made as fc.Arbitrary<z.input<T>>
}

function madeOf(schema: z.core.$ZodType): Made {
  const before = known.get(schema)
  if (before) return before.made
  // A pipe that leads back into itself: its other end has values enough.
  if (underway.has(schema)) return undefined
  underway.add(schema)
  try {
    const made = make(new Sketch(schema))
    known.set(schema, { made })
    return made
  } catch (error) {
    if (error instanceof StatorError) throw error
    // What zod cannot say as JSON Schema, or fast-check cannot make.
    throw new StatorError('ARBITRARY_UNKNOWN', { at: '$', reason: String(error) }, { cause: error })
  } finally {
    underway.delete(schema)
  }
}

/** First as deep as it must be for any value at all, then as deep as is useful. */
function make(of: Sketch): Made {
  for (let depth = 0; depth <= of.depth; depth++)
    if (new Level(of, madeOf, depth).make(of.root, '$'))
      return new Level(of, madeOf, depth + RECURSION).make(of.root, '$')
  return undefined
}
