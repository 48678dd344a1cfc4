/** Schemas of users: checked once at definition, applied at the door. Holds no state and no schema of its own. */
import { z } from 'zod'
import { StatorError } from '../errors.ts'

/** A synchronous zod schema from JSON to JSON. */
export type Schema<T = unknown> = z.ZodType<T>

/**
 * Refuses what the journal could not hold: transforms, dates, functions and the like.
 * @throws StatorError DEFINITION_INVALID
 */
export function checkSchema(schema: unknown, what: string): void {
  if (!(schema instanceof z.ZodType))
    throw new StatorError('DEFINITION_INVALID', { what, expected: 'a zod schema' })
  try {
    z.toJSONSchema(schema)
  } catch (error) {
    throw new StatorError('DEFINITION_INVALID', { what, reason: (error as Error).message }, { cause: error })
  }
}

/** The parsed value. @throws StatorError with the code given, naming each path that does not fit */
export function parse<T>(
  schema: Schema<T>,
  value: unknown,
  code: 'INPUT_INVALID' | 'OUTPUT_INVALID',
  what: string,
): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issues = result.error.issues.map(issue => ({
    path: issue.path.join('.') || '(root)',
    message: issue.message,
  }))
  throw new StatorError(code, { what, issues })
}
