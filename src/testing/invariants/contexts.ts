/**
 * Contexts: what a shared value may take: one version after the other, over the version that its writer has seen, in an attempt that is
 * under way, within its run, and under no lock that is over. Counted from the records, and not by the machine.
 */
import type { Address } from '../../messages/address.ts'
import type { ContextDelete } from '../../messages/context.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'

/** What the records say of one value. */
interface Count {
  version: number
  isThere: boolean
  fence: number
}

const counts = new WeakMap<Shadow, Map<Address, Count>>()

/** Of the values whose beginning is known. */
function countsOf(shadow: Shadow): Map<Address, Count> {
  const known = counts.get(shadow) ?? new Map<Address, Count>()
  counts.set(shadow, known)
  return known
}

export function contextFaults({ signal, actor, isNew }: Move, shadow: Shadow): string | undefined {
  const { to, type, refused, stamp } = signal
  if (actor?.sort !== 'context') return undefined
  const known = countsOf(shadow)
  // That of a run which was pruned since, and is there again, is another one.
  const count = isNew ? { version: 0, isThere: false, fence: 0 } : known.get(to)
  // It was there before the simulation began.
  if (count === undefined) return undefined
  const lack = type === 'context.end' ? undefined : lackOf(signal, count)
  if (refused !== null) {
    if (lack !== undefined || !isTrue(refused.code)) return undefined
    return `refused with ${refused.code}, and version ${count.version} is what was seen`
  }
  if (lack !== undefined) return `taken, and ${lack}`
  if (type !== 'context.end') {
    count.version++
    count.isThere = type === 'context.set'
    count.fence = Math.max(count.fence, (signal.data as ContextDelete).fence ?? 0)
    known.set(to, count)
  }
  const { version } = (stamp ?? {}) as { readonly version?: number }
  return version === count.version ? undefined : `recorded as version ${version} instead of ${count.version}`
}

/** Codes that say something which can be found out. */
const isTrue = (code: string): boolean => code === 'CONTEXT_CONFLICT' || code === 'STALE_TOKEN'

/** Why it must not be taken. */
function lackOf({ data }: Signal, { version, isThere, fence }: Count): string | undefined {
  const { expect, fence: token = fence } = data as ContextDelete
  if (token < fence) return `its token ${token} was followed by ${fence}`
  const seen = isThere ? version : 0
  return expect === undefined || expect === seen ? undefined : `it expects version ${expect}, not ${seen}`
}

/** The code with which somebody who sees more must refuse it; undefined where it may reach the value. */
export function contextObjection(signal: Signal, shadow: Shadow): string | undefined {
  const { to, type, data } = signal
  if (!to.startsWith('context/') || type === 'context.end') return undefined
  const { task, turn } = data as ContextDelete
  if (task !== undefined && !runs(shadow, task, turn)) return 'STALE_ATTEMPT'
  if (isOver(shadow, to)) return 'CONTEXT_ENDED'
  const shelf = to.slice(0, to.lastIndexOf('/') + 1)
  if (shadow.actors.has(to)) return undefined
  let keys = 0
  for (const address of [...shadow.actors.keys(), ...shadow.strangers]) if (address.startsWith(shelf)) keys++
  return keys >= shadow.limits.contextKeys ? 'CONTEXT_FULL' : undefined
}

/** A value that has been left behind by its run or task; undefined where there is none. */
export function leftBehind(shadow: Shadow): Address | undefined {
  for (const address of counts.get(shadow)?.keys() ?? [])
    if (shadow.actors.has(address) && isOver(shadow, address)) return address
  return undefined
}

function runs({ actors }: Shadow, task: Address, turn: number | undefined): boolean {
  const actor = actors.get(task)
  return actor?.state === 'running' && (actor.standing.context as { readonly turn: number }).turn === turn
}

/** Has the run or task ended that it belongs to? */
function isOver({ actors, strangers }: Shadow, value: Address): boolean {
  const [, kind, id = ''] = value.split('/')
  const owner: Address = kind === 'run' ? `workflow/${id}` : `task/${id}`
  return kind !== 'project' && !actors.has(owner) && !strangers.has(owner)
}
