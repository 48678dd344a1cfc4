/**
 * Shape: what zod says of a schema as JSON Schema, and which schema said it. It is read here and nowhere else; no
 * value is made here.
 */
import { z } from 'zod'
import type { Json } from '../../messages/json.ts'

type Schema = z.core.$ZodType

/** One node of a JSON Schema: the keywords that zod writes, and three that are added here. */
export interface Shape {
  readonly $schema?: string
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Shape>>
  readonly type?: string | readonly string[]
  readonly const?: Json
  readonly enum?: readonly Json[]
  readonly not?: object
  readonly anyOf?: readonly Shape[]
  readonly oneOf?: readonly Shape[]
  readonly allOf?: readonly Shape[]
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Shape | boolean
  readonly patternProperties?: Readonly<Record<string, Shape>>
  readonly propertyNames?: Shape
  readonly items?: Shape | boolean
  readonly prefixItems?: readonly Shape[]
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
  readonly format?: string
  readonly pattern?: string
  /** Added: all patterns, since merged shapes may have several. */
  readonly patterns?: readonly string[]
  /** Added: patterns and their flags, where they have any; JSON Schema drops them. */
  readonly flags?: readonly (readonly [source: string, flags: string])[]
  /** Added: where the schema of this node is found. */
  readonly said?: number
}

/** Nothing fits it. */
export const NOTHING: Shape = { not: {} }

/** A shape with what its references and its nodes stand for. */
export class Sketch {
  readonly root: Shape
  readonly #schemas: Schema[] = []

  /** @throws Error of zod, where JSON Schema cannot say it */
  constructor(schema: Schema) {
    const json = z.toJSONSchema(schema, {
      io: 'input',
      // Without names of users, only what is recursive becomes a reference.
      metadata: z.registry(),
      override: ({ zodSchema, jsonSchema }) => {
        const said = this.#schemas.push(zodSchema) - 1
        Object.assign(jsonSchema, { said, flags: flagsOf(zodSchema) ?? jsonSchema['flags'] })
      },
    })
    this.root = json as unknown as Shape
  }

  /** The schema of a node, where zod made that node of one. */
  schemaOf({ said }: Shape): Schema | undefined {
    return said === undefined ? undefined : this.#schemas[said]
  }

  /** What a reference means: the whole, or one of its definitions. */
  resolve(ref: string): Shape {
    const name = ref.split('/')[2]
    if (name === undefined) return this.root
    return this.root.$defs?.[name.replaceAll('~1', '/').replaceAll('~0', '~')] ?? NOTHING
  }

  /** How many definitions can be met one inside the other before one is met again. */
  get depth(): number {
    return Object.keys(this.root.$defs ?? {}).length + 1
  }
}

/** Of the patterns that have any. */
function flagsOf(schema: Schema): Shape['flags'] {
  const { def } = (schema as z.core.$ZodTypes)._zod
  if (def.type !== 'string') return undefined
  return [def, ...(def.checks ?? []).map(check => check._zod.def)]
    .map(part => (part as { pattern?: unknown }).pattern)
    .filter(pattern => pattern instanceof RegExp && pattern.flags !== '')
    .map(pattern => [(pattern as RegExp).source, (pattern as RegExp).flags])
}
