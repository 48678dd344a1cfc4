/** Versions: what a shared value is and was: read from its actor, as long as that lives, and from what was recorded. Reads only. */
import type { ContextEntry, ContextVersion } from '../../actors/context-calls.ts'
import type { ContextState } from '../../machines/context.ts'
import type { Address } from '../../messages/address.ts'
import { CONTEXT_WRITES, type ContextSet } from '../../messages/context.ts'
import type { Json } from '../../messages/json.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Journal } from '../journal.ts'

export type Version = ContextVersion<Json>
export type Entry = ContextEntry<Json>

const PAGE = 200

export const keyIn = (address: Address): string => address.slice(address.lastIndexOf('/') + 1)

/** The version that a record made; undefined where it made none, or was erased. */
export function versionIn({ type, to, from, at, data, stamp, refused }: Signal): Version | undefined {
  if (refused !== null || data === null) return undefined
  const isDeleted = type === 'context.delete'
  if (!isDeleted && type !== 'context.set') return undefined
  const { value, task = null, why = null } = data as ContextSet
  const { version } = stamp as { readonly version: number }
  return { key: keyIn(to), version, value: isDeleted ? undefined : value, isDeleted, by: from, task, why, at }
}

/** The version that an actor stands at; undefined before its first. */
export function versionOf(address: Address, state: ContextState): Version | undefined {
  const { version, value, isThere, by, task, why, at } = state
  if (by === null) return undefined
  const isDeleted = !isThere
  return {
    key: keyIn(address),
    version,
    value: isDeleted ? undefined : value,
    isDeleted,
    by,
    task,
    why,
    at,
  }
}

/** Undefined of a deletion. */
export function entryOf(version: Version | undefined): Entry | undefined {
  if (version === undefined || version.isDeleted) return undefined
  const { isDeleted: _, value, ...rest } = version
  return { ...rest, value: value as Json }
}

/** All that is recorded of an actor, newest first; a page at a time. */
export function* versionsOf(journal: Pick<Journal, 'query'>, actor: Address): Generator<Version> {
  const filter = { actor, types: CONTEXT_WRITES, order: 'desc', limit: PAGE } as const
  for (let before: number | undefined; ;) {
    const page: Signal[] = journal.query(before === undefined ? filter : { ...filter, before })
    for (const signal of page) {
      const version = versionIn(signal)
      if (version !== undefined) yield version
    }
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    before = last.seq
  }
}
