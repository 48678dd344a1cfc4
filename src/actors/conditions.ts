/** Conditions and inputs as data: what a workflow that was given as JSON says instead of code. Pure. */
import type { Condition, Filling, Reference } from '../messages/flow.ts'
import type { Json } from '../messages/json.ts'

/** What a reference can refer to. */
export interface Source {
  readonly input: Json
  /** Undefined where the step has no output. */
  output(step: number): Json | undefined
}

/** Undefined where the path leads nowhere. */
export function valueOf({ from, path = [] }: Reference, source: Source): Json | undefined {
  let value = from === 'input' ? source.input : source.output(from.step)
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Readonly<Record<string, Json>>)[part]
  }
  return value
}

export function filled({ value, fill, whole }: Filling, source: Source): Json {
  if (whole !== undefined) return valueOf(whole, source) ?? null
  if (fill === undefined) return value ?? null
  const made: Record<string, Json> = { ...(value as Record<string, Json> | undefined) }
  for (const [key, from] of Object.entries(fill)) {
    const found = Array.isArray(from)
      ? from.map(one => valueOf(one, source) ?? null)
      : valueOf(from as Reference, source)
    if (found !== undefined) made[key] = found
  }
  return made
}

export function holds(condition: Condition, source: Source): boolean {
  if ('all' in condition) return condition.all.every(one => holds(one, source))
  if ('any' in condition) return condition.any.some(one => holds(one, source))
  if ('not' in condition) return !holds(condition.not, source)
  return compares(condition.is, valueOf(condition.ref, source), condition.value ?? null)
}

type Comparison = Extract<Condition, { is: unknown }>['is']

function compares(is: Comparison, found: Json | undefined, value: Json): boolean {
  if (is === 'exists') return found !== undefined
  if (is === 'eq') return isSame(found, value)
  if (is === 'ne') return !isSame(found, value)
  if (is === 'in') return Array.isArray(value) && (value as readonly Json[]).some(one => isSame(found, one))
  // Only what is of one sort has an order: nothing is less than a text is.
  if (typeof found !== typeof value || !(typeof found === 'number' || typeof found === 'string')) return false
  const other = value as typeof found
  return is === 'lt'
    ? found < other
    : is === 'lte'
      ? found <= other
      : is === 'gt'
        ? found > other
        : found >= other
}

/** JSON is the same when it has the same parts, in whatever order its keys are. */
function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const left = a as Readonly<Record<string, Json>>
  const right = b as Readonly<Record<string, Json>>
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every(key => Object.hasOwn(right, key) && isSame(left[key], right[key]))
  )
}
