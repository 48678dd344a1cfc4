/**
 * Starts: who may begin which task: an agent that is there, has room, the role and the code, and does not rest. It tells what a
 * start does wrong; who is next is not its business.
 */
import type { Address } from '../../messages/address.ts'
import { lanesOf } from '../../messages/task.ts'
import type { Books } from './books.ts'
import type { Helper, Work } from './helpers.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'

/** From so many interruptions on, a task runs only while no other such task does. */
const SUSPECT = 2

/** A question is none: whoever waits for it may be. */
export const isSuspect = ({ interruptions, spec }: Pick<Work, 'interruptions' | 'spec'>): boolean =>
  interruptions >= SUSPECT && spec.mail?.asks !== true

/** Does it take work, as far as it goes? What it was in an earlier process life says nothing of one that must warm up. */
export function isOpen({ address, state, online }: Helper, books: Books): boolean {
  const isCold = online !== books.life && books.agent(address)?.warmUp !== undefined
  return (state === 'ready' || state === 'busy') && !isCold
}

export const hasRoom = ({ running, capacity }: Helper): boolean => running.size < capacity

/** Have the agents of its role room, all together? */
export function roleHasRoom({ role }: Helper, { setup, books }: Shadow): boolean {
  const limit = role === undefined ? undefined : setup.roles?.[role]?.concurrency
  if (limit === undefined) return true
  let count = 0
  for (const other of books.helpers.values()) if (other.role === role) count += other.running.size
  return count < limit
}

/** Does an agent fit a task, whatever it does now? */
export function fits(helper: Helper, spec: Work['spec']): boolean {
  return (
    (spec.role === undefined || spec.role === helper.role) &&
    (spec.agent === undefined || spec.agent === helper.address) &&
    spec.except !== helper.address &&
    (spec.skills ?? []).every(skill => helper.skills.includes(skill))
  )
}

/** Do as many run already as may of those that share its limit? */
export function isFull(asked: Work['spec'], { works }: Books): boolean {
  return lanesOf(asked).some(({ name, limit }) => {
    let running = 0
    for (const { state, spec } of works.values())
      if (state === 'running' && lanesOf(spec).some(lane => lane.name === name)) running++
    return running >= limit
  })
}

export function startFaults({ signal, arrived, isNew }: Move, { books }: Shadow): string | undefined {
  const { toState, fromState, refused, to, at, data, stamp } = signal
  if (refused !== null || toState !== 'running' || fromState === 'running' || !to.startsWith('task/'))
    return undefined
  const { agent } = (stamp ?? data) as { readonly agent?: Address }
  const helper = agent === undefined ? undefined : books.helpers.get(agent)
  if (helper === undefined) return `started by ${agent ?? 'nobody'}, who is not there`
  const work = books.works.get(to)
  const spec = isNew ? (data as unknown as Work['spec']) : work?.spec
  if (spec === undefined) return undefined
  if (!isOpen(helper, books))
    return `started by ${agent}, which is ${helper.state}, and may have to warm up in this process life`
  if (!hasRoom(helper)) return `started by ${agent}, which runs ${helper.running.size} already`
  if (!fits(helper, spec)) return `started by ${agent}, which is not meant to`
  // What was decided in an earlier process life stands.
  if (arrived?.row === undefined && books.handles(helper, spec.task) === 'no')
    return `started by ${agent}, which has no code for ${spec.task}`
  if (spec.startAt !== undefined && spec.startAt > at) return `started before ${spec.startAt}`
  if (books.paused.has(spec.parent)) return `started, and its run ${spec.parent ?? ''} is paused`
  if (isFull(spec, books))
    return `started as one too many of ${lanesOf(spec)
      .map(({ name }) => name)
      .join(' or ')}`
  if (work === undefined || !isSuspect(work)) return undefined
  const other = [...books.works.values()].find(each => each.state === 'running' && isSuspect(each))
  return other === undefined ? undefined : `started beside ${other.address}, which may end the process too`
}
