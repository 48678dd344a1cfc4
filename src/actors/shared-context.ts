/**
 * sharedContext(): values that agents share, as their users declare them: names, and a schema for each. Where they are, and who may
 * write when, is the runtime's.
 */
import { z } from 'zod'
import { StatorError } from '../errors.ts'
import { checkName } from '../messages/address.ts'
import { checkSchema, type Schema } from './schema.ts'

/** By name, or one for all names. */
export type ContextShape = Readonly<Record<string, Schema>> | Schema

/** What its values are, by key, as they are read. */
export type ValuesOf<Shape extends ContextShape> = Shape extends z.ZodType
  ? Record<string, z.output<Shape>>
  : { [Key in keyof Shape & string]: z.output<Shape[Key]> }

/** What may be given for them: where a schema has defaults, less. */
export type GivenOf<Shape extends ContextShape> = Shape extends z.ZodType
  ? Record<string, z.input<Shape>>
  : { [Key in keyof Shape & string]: z.input<Shape[Key]> }

export interface ContextDefinition<in out Values = object, in out Given = Values> {
  readonly kind: 'context'
  readonly name: string
  /** Undefined of a key that is none of its own. */
  schemaOf(key: string): Schema | undefined
  /** Its keys, in the order in which they were declared; null where any may be. */
  readonly keys: readonly string[] | null
  /** Only for the compiler: what it holds, and what it may be given. */
  readonly holds?: (values: Values, given: Given) => void
}

/** Any context, where its types do not matter. */
export type AnyContext = Pick<ContextDefinition, 'kind' | 'name' | 'schemaOf' | 'keys'>

/**
 * Declares values that agents share: `{ plan: schema, notes: schema }`; or one schema, for values under any key. Give it to
 * createRuntime({ contexts }). Keys are ids of one part, such as `plan`.
 * @throws StatorError ADDRESS_INVALID (name, key), DEFINITION_INVALID (schema not JSON to JSON, no key)
 */
export function sharedContext<const Shape extends ContextShape>(
  name: string,
  shape: Shape,
): ContextDefinition<ValuesOf<Shape>, GivenOf<Shape>> {
  checkName(name, 'context name')
  const what = `context ${name}`
  if (shape instanceof z.ZodType) {
    checkSchema(shape, what)
    return Object.freeze({ kind: 'context' as const, name, keys: null, schemaOf: () => shape as Schema })
  }
  if (typeof shape !== 'object' || shape === null || Object.keys(shape).length === 0)
    throw new StatorError('DEFINITION_INVALID', { what, expected: 'a schema, or one for each key' })
  const schemas = new Map<string, Schema>()
  for (const [key, schema] of Object.entries(shape as Readonly<Record<string, Schema>>)) {
    checkSchema(schema, `${key} of ${what}`)
    schemas.set(checkName(key, `key of ${what}`), schema)
  }
  return Object.freeze({
    kind: 'context' as const,
    name,
    keys: Object.freeze([...schemas.keys()]),
    schemaOf: (key: string) => schemas.get(key),
  })
}
