/** Schemas of users: checked once at definition, applied at the door. Holds no state and no schema of its own. */
import { z } from 'zod'
import { StatorError } from '../errors.ts'
import type { Json } from '../messages/json.ts'

/** A synchronous zod schema from JSON to JSON; what it is given may be less than it makes, where it has defaults. */
export type Schema<Made = unknown, Given = unknown> = z.ZodType<Made, Given>

/**
 * Refuses what the journal could not hold (dates, functions and the like), and what reads a value once and not twice:
 * a value is parsed where it enters, and again where a step hands it on.
 * @throws StatorError DEFINITION_INVALID
 */
export function checkSchema(schema: unknown, what: string): void {
  if (!(schema instanceof z.ZodType))
    throw new StatorError('DEFINITION_INVALID', { what, expected: 'a zod schema' })
  if (promisesNothing(schema))
    throw new StatorError('DEFINITION_INVALID', {
      what,
      reason: 'undefined is not JSON: use .nullable() or .default()',
    })
  try {
    represent(schema)
  } catch (error) {
    throw new StatorError('DEFINITION_INVALID', { what, reason: (error as Error).message }, { cause: error })
  }
}

/** True of what takes undefined for a value, which JSON has no word for. */
function promisesNothing(schema: z.ZodType): boolean {
  try {
    const nothing = schema.safeParse(undefined)
    return nothing.success && nothing.data === undefined && !schema.safeParse(null).success
  } catch {
    // A user's own check that throws says nothing of that.
    return false
  }
}

/** JSON Schema shows only one end of a pipe, and of a promise what it resolves to: those are looked at here. */
function represent(schema: z.core.$ZodType): void {
  z.toJSONSchema(schema, {
    override: ({ zodSchema }) => {
      const { def } = (zodSchema as z.core.$ZodTypes)._zod
      if (def.type === 'promise' || def.type === 'file')
        throw new TypeError(`A ${def.type} cannot be represented in JSON`)
      if (def.type !== 'pipe') return
      if (def.transform !== undefined) throw new TypeError('Codecs cannot be represented')
      represent(def.in)
      represent(def.out)
    },
  })
}

/** What values of a schema look like. What they are at first is not part of that: it may be made anew each time it is asked for. */
export function schemaAsData(schema: Schema): Json {
  return z.toJSONSchema(schema, {
    override: ({ jsonSchema }) => {
      delete jsonSchema.default
    },
  }) as unknown as Json
}

const options = z.looseObject({})

/** There are options, whatever they are. @throws StatorError DEFINITION_INVALID */
export function checkOptions(value: unknown, what: string): void {
  parse(options, value, 'DEFINITION_INVALID', what)
}

/** Code of a user. */
export const func = z.custom<(...args: never[]) => unknown>(
  value => typeof value === 'function',
  'Invalid input: expected a function',
)

/** Why a value is refused: who gave it. */
type Code =
  'INPUT_INVALID' | 'OUTPUT_INVALID' | 'DEFINITION_INVALID' | 'CONTEXT_INVALID' | 'GATE_FORM_INVALID'

/** Enough to mend a value; a long list that is wrong throughout does not fill a log. */
const MAX_ISSUES = 20

/** The parsed value. @throws StatorError with the code given, naming the paths that do not fit: the first 20 of them */
export function parse<T>(schema: Schema<T>, value: unknown, code: Code, what: string): T {
  const result = safely(schema, value, code, what)
  if (result.success) return result.data
  const issues = result.error.issues.slice(0, MAX_ISSUES).map(issue => ({
    path: issue.path.map(String).join('.') || '(root)',
    message: issue.message,
  }))
  throw new StatorError(code, { what, issues })
}

/** A schema may hold user code (refinements), which may throw or turn out to be asynchronous. */
function safely<T>(schema: Schema<T>, value: unknown, code: Code, what: string): z.ZodSafeParseResult<T> {
  try {
    return schema.safeParse(value)
  } catch (error) {
    throw new StatorError(code, { what, reason: String(error) }, { cause: error })
  }
}
