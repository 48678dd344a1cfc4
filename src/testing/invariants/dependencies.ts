/**
 * Dependencies: a task runs only after all that it was ever told to wait for has completed; it hears how each ended, as it was, and
 * is blocked with the whole chain of reasons; a group ends when all of its tasks have, and says so. It reads records alone.
 */
import type { Reason } from '../../errors.ts'
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Awaited } from './awaited.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'

/** Links that are told of a longer chain. */
const LINKS = 100

export function dependencyFaults({ signal }: Move, { books: { awaited } }: Shadow): string | undefined {
  const { to, type, refused, fromState, toState } = signal
  if (type === 'dependency.done') {
    const wrong = wordFault(signal, awaited)
    if (wrong !== undefined) return wrong
  }
  if (refused !== null) return refused.code === 'CYCLE' ? spellingFault(refused.message) : undefined
  if (to.startsWith('group/')) return groupFault(signal, awaited)
  if (!to.startsWith('task/')) return undefined
  if (type === 'task.create') return childFault(signal, awaited)
  if (fromState === toState || toState === 'blocked' || toState === 'cancelled' || toState === 'failed')
    return undefined
  const { on } = signal.data as { readonly on?: Address }
  for (const need of awaited.needs.get(to) ?? []) {
    if (need === on && type === 'dependency.done') continue
    const status = awaited.ends.get(need)?.status ?? 'not over'
    if (status !== 'completed' && toState !== 'pending') return `it goes on, and ${need} is ${status}`
  }
  return undefined
}

/** What a task is told must be so. */
function wordFault({ data, toState, refused }: Signal, { ends }: Awaited): string | undefined {
  const {
    on,
    status,
    reasons = [],
  } = data as unknown as {
    readonly on: Address
    readonly status: string
    readonly reasons?: readonly Reason[]
  }
  const end = ends.get(on)
  if (end === undefined) return `told that ${on} is ${status}, which is not over`
  if (end.status !== status) return `told that ${on} is ${status}, which is ${end.status}`
  const { chain } = end
  const expected = chain.length > LINKS ? [...chain.slice(0, LINKS - 1), chain.at(-1)] : chain
  const told = reasons.map(({ task, code }) => `${task} ${code}`)
  if (told.join() !== expected.join())
    return `told that ${on} ended because of ${told.join(', ')}, and not of ${expected.join(', ')}`
  return refused === null && status !== 'completed' && toState !== 'blocked'
    ? `${on} does not block it`
    : undefined
}

/** A circle begins where it ends. */
function spellingFault(message: string): string | undefined {
  const names = message.split(' → ')
  return names.length > 1 && names[0] === names.at(-1) ? undefined : `the circle ${message} is none`
}

/** The tasks of a group are those that it was told of, each once, in their places. */
function childFault({ to, data, from }: Signal, { groups }: Awaited): string | undefined {
  const { parent, step = -1, after = [] } = data as unknown as TaskCreate
  if (parent === undefined || !parent.startsWith('group/')) return undefined
  if (from !== parent) return `it says that it is of ${parent}, and comes from ${from}`
  const { names = [], mode } = groups.get(parent) ?? {}
  const [before, name] = [names[step - 1], names[step]]
  if (mode === 'sequence' && before !== undefined && !after.includes(`task/${before}`))
    return `it does not wait for ${before}, which is before it`
  return `task/${name ?? ''}` === to ? undefined : `${parent} has ${name ?? 'nobody'} in that place`
}

function groupFault({ to, type, data, final, toState }: Signal, { groups }: Awaited): string | undefined {
  const family = groups.get(to)
  if (family === undefined) return undefined
  const told = new Map(family.ended)
  const { step, status } = data as { readonly step?: number; readonly status?: string }
  if (type === 'step.done' && step !== undefined) {
    if (told.has(step)) return `told twice how ${family.names[step] ?? step} ended`
    told.set(step, status ?? '')
  }
  const isOver = told.size === family.names.length
  const isSealed = family.sealed || type === 'group.seal' || type === 'group.cancel'
  if (type === 'group.add') return family.sealed ? 'more is added to what is sealed' : undefined
  if (final !== (isOver && isSealed))
    return final ? 'it ends too early' : 'all of it has ended, and it has not'
  if (!final) return undefined
  const isCancelled = family.cancelled || type === 'group.cancel'
  const isWhole = [...told.values()].every(word => word === 'completed')
  const expected = isCancelled ? 'cancelled' : isWhole ? 'completed' : 'failed'
  return toState === expected ? undefined : `it is ${toState} instead of ${expected}`
}

/** Somebody waits for what is over, and nobody will tell. */
export function untoldFault(shadow: Shadow): string | undefined {
  const { books, stage } = shadow
  for (const [task, waits] of books.awaited.waits) {
    if (shadow.isHeld(task) || !shadow.actors.has(task)) continue
    for (const on of waits) {
      const end = books.awaited.ends.get(on)
      // Of what was pruned nobody knows.
      if (end === undefined || end.seq <= stage.state.anchor.seq || shadow.actors.has(on)) continue
      return `${task} waits for ${on}, which is ${end.status}, and nobody will tell it`
    }
  }
  return undefined
}
