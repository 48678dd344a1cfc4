/**
 * Line: the tasks that wait for an agent, who of them may start now, and in which order: read from records, not from the dispatcher.
 */
import type { Address } from '../../messages/address.ts'
import { PRIORITIES } from '../../messages/message.ts'
import type { Books } from './books.ts'
import type { Helper, Work } from './helpers.ts'
import type { Shadow } from './shadow.ts'
import { fits, hasRoom, isOpen, isSuspect, roleHasRoom } from './starts.ts'

export interface Line {
  /** Those for whom there is an agent, and room wherever there is a limit. */
  readonly ready: readonly Work[]
  /** Those who have all of that but a token of a rate, and when they have that too. */
  readonly later: readonly { readonly work: Work; readonly from: number; readonly words: string }[]
  /** Not everything is known: an agent may or may not have code for what waits, or a token may be there. */
  readonly unsure: boolean
}

/** Each task on the longest chain behind it counts as so many signals of waiting, in a queue of that order. */
const PATH_WEIGHT = 10_000

/** At that time, which is not before that of the last record; for all agents that are free, or as if only this one were. */
export function lineOf(shadow: Shadow, at: number, only?: Helper): Line {
  const { books, strangers } = shadow
  const { waiting, helpers, works, desks } = books
  const ready: Work[] = []
  const later: { work: Work; from: number; words: string }[] = []
  let unsure = false
  if (waiting.size === 0) return { ready, later, unsure }
  const isFree = (helper: Helper): boolean =>
    isOpen(helper, books) && hasRoom(helper) && roleHasRoom(helper, shadow)
  const free = only === undefined ? [...helpers.values()].filter(isFree) : [only]
  if (free.length === 0) return { ready, later, unsure }
  const ask = asking(free, books)
  let suspects: boolean | undefined
  const mayRun = (asked: Work): boolean => {
    if (!isSuspect(asked)) return true
    suspects ??= [...works.values()].some(each => each.state === 'running' && isSuspect(each))
    return !suspects
  }
  for (const work of waiting) {
    const answer = ask(work)
    if (answer === 'no' || !mayRun(work) || shadow.isHeld(work.address)) continue
    if (books.paused.has(work.spec.parent)) continue
    const { open, from, words } = desks.obstacle(work.spec, at)
    const isDark = (desks.unsure || strangers.size > 0) && desks.isLimited(work.spec)
    if (answer === 'maybe' || open === 'maybe' || isDark) unsure = true
    if (answer === 'maybe' || isDark) continue
    if (open === 'yes') ready.push(work)
    else if (Number.isFinite(from)) later.push({ work, from, words })
  }
  return { ready, later, unsure }
}

/** Who has room and code for it? Of one sort all are the same. */
function asking(free: readonly Helper[], books: Books): (work: Work) => 'yes' | 'no' | 'maybe' {
  const known = new Map<string, 'yes' | 'no' | 'maybe'>()
  return work => {
    const told = known.get(work.sort)
    if (told !== undefined) return told
    const answers = free
      .filter(helper => fits(helper, work.spec))
      .map(helper => books.handles(helper, work.spec.task))
    const answer = answers.includes('yes') ? 'yes' : answers.includes('maybe') ? 'maybe' : 'no'
    known.set(work.sort, answer)
    return answer
  }
}

/** Places of some of those who wait, the lower the sooner. */
export function rankOf(work: Work, { books }: Shadow): number {
  if (books.desks.of(work.spec).spec?.order !== 'critical-path') return work.since
  return work.since - PATH_WEIGHT * pathOf(work.address, books)
}

/** Who goes first, whatever the priorities. */
export function longest(ready: readonly Work[], shadow: Shadow): Work | undefined {
  let found: Work | undefined
  let best = Number.POSITIVE_INFINITY
  for (const work of ready) {
    const rank = rankOf(work, shadow)
    if (found !== undefined && (rank > best || (rank === best && work.since > found.since))) continue
    found = work
    best = rank
  }
  return found
}

/** Who goes first by priority, and then by waiting. */
export function first(ready: readonly Work[], shadow: Shadow): Work | undefined {
  const rank = ({ priority }: Work): number => PRIORITIES.indexOf(priority)
  let best: number = PRIORITIES.length
  for (const work of ready) best = Math.min(best, rank(work))
  return longest(
    ready.filter(work => rank(work) === best),
    shadow,
  )
}

/** Tasks in the longest chain of those that wait for it, itself included; more where its own run says so. */
function pathOf(address: Address, books: Books): number {
  const { waits } = books.awaited
  const dependents = new Map<Address, Address[]>()
  for (const [task, all] of waits)
    for (const on of all) dependents.set(on, [...(dependents.get(on) ?? []), task])
  const known = new Map<Address, number>()
  const lengthOf = (at: Address): number => {
    const told = known.get(at)
    if (told !== undefined) return told
    const below = (dependents.get(at) ?? []).map(next => 1 + lengthOf(next))
    const length = Math.max(books.works.get(at)?.spec.path ?? 1, ...below)
    known.set(at, length)
    return length
  }
  return lengthOf(address)
}
