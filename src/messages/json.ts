/**
 * JSON at the door: one walk that checks, copies and freezes what comes from outside.
 * Inside the hub every value has passed here, so nothing else needs to check again.
 */
import { StatorError } from '../errors.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/** Where the walk is: only read when something is refused, so it costs a push and a pop. */
const path: (string | number)[] = []
let nodesLeft = 0

/**
 * Copies a value into frozen JSON. `undefined` at the top becomes null; an undefined property is left out. At most
 * `maxNodes` values in all: an object that is met many times counts as often, as it does in its JSON.
 * @throws StatorError NOT_JSON (a value JSON cannot carry, a forbidden key, a getter that throws), MESSAGE_TOO_DEEP
 * (a cycle too), MESSAGE_TOO_LARGE
 */
export function toJson(value: unknown, maxDepth: number, maxNodes = 256 * 1024): Json {
  path.length = 0
  nodesLeft = maxNodes
  try {
    return value === undefined ? null : copy(value, maxDepth)
  } catch (error) {
    if (error instanceof StatorError) throw error
    throw new StatorError('NOT_JSON', { path: where(), reason: 'reading it threw' }, { cause: error })
  }
}

function copy(value: unknown, depth: number): Json {
  if (--nodesLeft < 0)
    throw new StatorError('MESSAGE_TOO_LARGE', { path: where(), reason: 'too many values' })
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new StatorError('NOT_JSON', { path: where(), value: String(value) })
    // JSON has no negative zero: kept, a live value would differ from the replayed one.
    return value === 0 ? 0 : value
  }
  if (typeof value !== 'object') throw new StatorError('NOT_JSON', { path: where(), type: typeof value })
  if (depth <= 0) throw new StatorError('MESSAGE_TOO_DEEP', { path: where() })
  return Array.isArray(value) ? copyArray(value, depth) : copyObject(value, depth)
}

function copyArray(value: readonly unknown[], depth: number): Json {
  const items: Json[] = []
  for (let i = 0; i < value.length; i++) {
    path.push(i)
    items.push(copy(value[i], depth - 1))
    path.pop()
  }
  return Object.freeze(items)
}

function copyObject(value: object, depth: number): Json {
  const proto: unknown = Object.getPrototypeOf(value)
  if (proto !== Object.prototype && proto !== null) {
    const type = (value as { constructor?: { name?: string } }).constructor?.name ?? 'object'
    throw new StatorError('NOT_JSON', { path: where(), type })
  }
  const result: Record<string, Json> = {}
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key !== 'string') throw new StatorError('NOT_JSON', { path: where(), type: 'symbol key' })
    path.push(key)
    if (FORBIDDEN.has(key)) throw new StatorError('NOT_JSON', { path: where(), reason: 'forbidden key' })
    const item = (value as Record<string, unknown>)[key]
    if (item !== undefined) result[key] = copy(item, depth - 1)
    path.pop()
  }
  return Object.freeze(result)
}

/** `$.steps[3].input`, cut to what a person reads. */
function where(): string {
  const parts = path.slice(0, 20).map(part => (typeof part === 'number' ? `[${part}]` : `.${part}`))
  return `$${parts.join('')}`.slice(0, 200)
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
