/**
 * Works: one idempotency key is one piece of work: who says the same again is told of the first, and other work under that key is
 * refused. Part of invariant 6. It knows only what clients say and are told.
 */
import type { Address } from '../../messages/address.ts'
import type { StartOptions } from '../../runtime/options.ts'
import type { Said, Watcher } from '../host/watcher.ts'

interface Work {
  readonly address: Address
  /** What was asked for, as JSON; undefined where that cannot be told. */
  readonly content: string | undefined
}

export function works(): Watcher {
  const known = new Map<string, Work>()
  return {
    // A key lives as long as its run.
    pruned: () => known.clear(),
    acknowledged: (address, { simulation }, said) => {
      const key = keyOf(said, address)
      if (key === undefined) return
      const content = contentOf(said)
      const first = known.get(key)
      if (first === undefined) {
        known.set(key, { address, content })
        return
      }
      if (first.address !== address)
        simulation.break(6, `under the key ${key} there is ${first.address}, and now ${address} as well`)
      if (content !== undefined && first.content !== undefined && content !== first.content)
        simulation.break(
          6,
          `${address} was accepted under the key ${key} for ${content}, first for ${first.content}`,
        )
    },
  }
}

/** The options of a submission come last. */
export function keyOf({ what, args }: Said, address: Address): string | undefined {
  const place = what === 'startGraph' || what === 'enqueueAll' ? 1 : 2
  if (what === 'send' || args.length <= place) return undefined
  const { id, idempotencyKey } = (args[place] ?? {}) as StartOptions
  return idempotencyKey ?? (id === undefined ? undefined : `id:${address}`)
}

function contentOf({ what, args }: Said): string | undefined {
  const [definition, data] = args as [{ name?: string; plan?: unknown }, unknown]
  // Ids of its tasks may be new each time.
  if (what === 'enqueueAll') return undefined
  const given = what === 'startGraph' ? definition.plan : data
  try {
    // Properties in any order are the same; nothing is not null.
    return JSON.stringify([what, definition.name ?? null, given === undefined ? 'nothing' : [given]], ordered)
  } catch {
    return undefined
  }
}

function ordered(_name: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
