/**
 * JSON at the door: one walk that checks, copies and freezes what comes from outside.
 * Inside the hub every value has passed here, so nothing else needs to check again.
 */
import { StatorError } from '../errors.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Copies a value into frozen JSON. `undefined` at the top becomes null; an undefined property is left out.
 * @throws StatorError NOT_JSON (a value JSON cannot carry, a forbidden key, a cycle), MESSAGE_TOO_DEEP
 */
export function toJson(value: unknown, maxDepth: number): Json {
  return value === undefined ? null : copy(value, maxDepth, '$')
}

function copy(value: unknown, depth: number, path: string): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new StatorError('NOT_JSON', { path, value: String(value) })
    // JSON has no negative zero: kept, a live value would differ from the replayed one.
    return value === 0 ? 0 : value
  }
  if (typeof value !== 'object') throw new StatorError('NOT_JSON', { path, type: typeof value })
  if (depth <= 0) throw new StatorError('MESSAGE_TOO_DEEP', { path: path.slice(0, 200) })
  if (Array.isArray(value)) {
    const items: Json[] = []
    for (let i = 0; i < value.length; i++) items.push(copy(value[i], depth - 1, `${path}[${i}]`))
    return Object.freeze(items)
  }
  return copyObject(value, depth, path)
}

function copyObject(value: object, depth: number, path: string): Json {
  const proto: unknown = Object.getPrototypeOf(value)
  if (proto !== Object.prototype && proto !== null)
    throw new StatorError('NOT_JSON', {
      path,
      type: (value as { constructor?: { name?: string } }).constructor?.name ?? 'object',
    })
  const result: Record<string, Json> = {}
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key !== 'string') throw new StatorError('NOT_JSON', { path, type: 'symbol key' })
    if (FORBIDDEN.has(key))
      throw new StatorError('NOT_JSON', { path: `${path}.${key}`, reason: 'forbidden key' })
    const item = (value as Record<string, unknown>)[key]
    if (item !== undefined) result[key] = copy(item, depth - 1, `${path}.${key}`)
  }
  return Object.freeze(result)
}

/** The text of a value, within the limit of a message in UTF-8 bytes. @throws StatorError MESSAGE_TOO_LARGE */
export function toText(value: Json, maxBytes: number): string {
  const text = JSON.stringify(value)
  // A UTF-16 unit is at most three bytes of UTF-8, so most texts need no second look.
  if (text.length * 3 > maxBytes) {
    const bytes = new TextEncoder().encode(text).length
    if (bytes > maxBytes) throw new StatorError('MESSAGE_TOO_LARGE', { bytes, limit: maxBytes })
  }
  return text
}
