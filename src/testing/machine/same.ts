/** Same: the first place in which two values differ, for people. Stricter than JSON, which makes text of a date. */
import { clip, safeText } from './text.ts'

/** `context.items[0]: Date became "2026-01-01..."`; undefined where they are equal. An absent key is one that is undefined. */
export function difference(before: unknown, after: unknown, path = ''): string | undefined {
  if (before === after || (Number.isNaN(before) && Number.isNaN(after))) return undefined
  const told = `${path === '' ? 'it' : path}: ${shown(before)} became ${shown(after)}`
  if (!isObject(before) || !isObject(after)) return told
  if (Object.getPrototypeOf(before) !== Object.getPrototypeOf(after)) return told
  const [left, right] = [inside(before), inside(after)]
  if (Array.isArray(before) && Array.isArray(after) && before.length !== after.length)
    return `${path}: ${before.length} items became ${after.length}`
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const here = Array.isArray(before) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
    const found = difference(left[key], right[key], here)
    if (found !== undefined) return found
  }
  return undefined
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** What is compared of an object: for a map or a set its items, for what has a JSON of its own that. */
function inside(value: object): Record<string, unknown> {
  if (value instanceof Map || value instanceof Set) return { items: [...value] }
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function' && !Array.isArray(value)) return { json: toJSON.call(value) as unknown }
  return value as Record<string, unknown>
}

function shown(value: unknown): string {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return typeof value
  if (typeof value === 'bigint') return `${value}n`
  if (isObject(value)) {
    const { name } = (value as { constructor?: { name?: string } }).constructor ?? {}
    if (name !== undefined && name !== 'Object' && name !== 'Array') return name
  }
  return clip(safeText(value), 60)
}
