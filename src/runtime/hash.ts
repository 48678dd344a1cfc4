/** Hash: one name for a JSON value, whatever order its properties came in. */
import { createHash } from 'node:crypto'
import type { Json } from '../messages/json.ts'

/** Short enough to read, long enough not to meet by chance. */
export function hashOf(value: Json): string {
  return createHash('sha256').update(JSON.stringify(value, sorted)).digest('base64url').slice(0, 22)
}

/** Properties in the order of their names; lists as they are. */
function sorted(_key: string, value: Json): Json {
  if (typeof value !== 'object' || value === null || isList(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
