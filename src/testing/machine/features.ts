/**
 * Features: what a value shows that another does not, read off a pool of values. Compares values only with each other; knows
 * no schema.
 */
import { safeText } from './text.ts'

/** Strings, numbers and the like with so few values in the whole pool are taken for an enum. */
const FEW = 8

export interface Features {
  /** Such as `$.amount zero`, `$.note absent`, `$.by = "card"`. */
  readonly single: ReadonlySet<string>
  /** Of the keys at the top, two at a time: guards often ask for both. */
  readonly pairs: ReadonlySet<string>
}

/** The features of each value, in the order of the pool. */
export function featuresOf(pool: readonly unknown[]): Features[] {
  return singlesOf(pool.map(leavesOf)).map(single => ({ single, pairs: pairsOf(single) }))
}

function pairsOf(single: ReadonlySet<string>): Set<string> {
  const top = [...single].filter(feature => /^\$\.[^.[ ]+ /.test(feature))
  return new Set(top.flatMap((one, index) => top.slice(index + 1).map(other => `${one}, ${other}`)))
}

/** Each path of a value with what stands there. */
function leavesOf(value: unknown): Map<string, unknown[]> {
  const leaves = new Map<string, unknown[]>()
  const walk = (path: string, at: unknown, depth: number): void => {
    leaves.set(path, [...(leaves.get(path) ?? []), at])
    if (typeof at !== 'object' || at === null || depth > 6) return
    for (const [key, inner] of Object.entries(at))
      walk(Array.isArray(at) ? `${path}[]` : `${path}.${key}`, inner, depth + 1)
  }
  walk('$', value, 0)
  return leaves
}

function singlesOf(all: readonly ReadonlyMap<string, readonly unknown[]>[]): Set<string>[] {
  const distinct = new Map<string, Set<string>>()
  const range = new Map<string, { least: number; most: number }>()
  for (const leaves of all)
    for (const [path, values] of leaves)
      for (const value of values) {
        const texts = distinct.get(path) ?? new Set<string>()
        distinct.set(path, texts.add(typeof value === 'object' ? '' : safeText(value)))
        if (typeof value !== 'number') continue
        const { least, most } = range.get(path) ?? { least: value, most: value }
        range.set(path, { least: Math.min(least, value), most: Math.max(most, value) })
      }
  return all.map(leaves => {
    const own = new Set<string>()
    for (const path of distinct.keys()) {
      const values = leaves.get(path)
      if (values === undefined) own.add(`${path} absent`)
      for (const value of values ?? []) {
        for (const kind of kindsOf(value)) own.add(`${path} ${kind}`)
        if ((distinct.get(path)?.size ?? 0) <= FEW && typeof value !== 'object')
          own.add(`${path} = ${safeText(value)}`)
        if (value === range.get(path)?.least) own.add(`${path} least`)
        if (value === range.get(path)?.most) own.add(`${path} most`)
      }
    }
    return own
  })
}

function kindsOf(value: unknown): string[] {
  if (typeof value === 'number')
    return [value === 0 ? 'zero' : value === 1 ? 'one' : value < 0 ? 'negative' : 'positive']
  if (typeof value === 'string') return [value === '' ? 'empty' : 'text']
  if (Array.isArray(value)) return [value.length === 0 ? 'empty' : value.length === 1 ? 'single' : 'many']
  return [value === null ? 'null' : typeof value]
}
