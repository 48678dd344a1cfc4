/**
 * Line: the tasks that wait for an agent, and who of them may start now: read from records, not from the dispatcher.
 */
import { PRIORITIES } from '../../messages/message.ts'
import type { Work } from './books.ts'
import type { Shadow } from './shadow.ts'
import { fits, hasRoom, isFull, isOpen, SUSPECT } from './starts.ts'

export interface Line {
  /** Those for whom there is an agent. */
  readonly ready: readonly Work[]
  /** Not everything is known: an agent may or may not have code for what waits. */
  readonly unsure: boolean
}

export function lineOf(shadow: Shadow): Line {
  const { waiting, helpers, works } = shadow.books
  if (waiting.size === 0) return { ready: [], unsure: false }
  const free = [...helpers.values()].filter(helper => isOpen(helper, shadow.books) && hasRoom(helper))
  const known = new Map<string, 'yes' | 'no' | 'maybe'>()
  const ask = (work: Work): 'yes' | 'no' | 'maybe' => {
    const told = known.get(work.sort)
    if (told !== undefined) return told
    const answers = free
      .filter(helper => fits(helper, work.spec))
      .map(helper => shadow.books.handles(helper, work.spec.task))
    const answer = answers.includes('yes') ? 'yes' : answers.includes('maybe') ? 'maybe' : 'no'
    known.set(work.sort, answer)
    return answer
  }
  let suspects: boolean | undefined
  const mayRun = ({ interruptions }: Work): boolean => {
    if (interruptions < SUSPECT) return true
    suspects ??= [...works.values()].some(each => each.state === 'running' && each.interruptions >= SUSPECT)
    return !suspects
  }
  const ready: Work[] = []
  let unsure = false
  if (free.length === 0) return { ready, unsure }
  for (const work of waiting) {
    const answer = ask(work)
    if (answer === 'maybe') unsure = true
    if (answer === 'yes' && mayRun(work) && !isFull(work.spec, shadow.books) && !shadow.isHeld(work.address)) ready.push(work)
  }
  return { ready, unsure }
}

/** Who has waited longest. */
export function longest(ready: readonly Work[]): Work | undefined {
  let found: Work | undefined
  for (const work of ready) if (found === undefined || work.since < found.since) found = work
  return found
}

/** Who goes first by priority, and then by waiting. */
export function first(ready: readonly Work[]): Work | undefined {
  const rank = ({ priority }: Work): number => PRIORITIES.indexOf(priority)
  let best: number = PRIORITIES.length
  for (const work of ready) best = Math.min(best, rank(work))
  return longest(ready.filter(work => rank(work) === best))
}
