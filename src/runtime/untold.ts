/**
 * Untold: what agents and queues had not heard of when the last process life ended: attempts that ended, and starts whose load is still on
 * its way. The dispatcher counts it once more; nothing is recorded.
 */
import { idOf, type Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Journal, PendingMessage } from './journal.ts'
import type { QueueLoad } from './slots.ts'

interface Counting {
  readonly dispatcher: Dispatcher
  readonly journal: Journal
}

interface Untold {
  readonly tail: readonly Signal[]
  readonly pending: readonly PendingMessage[]
  /** The time of the last record. */
  readonly at: number
}

export function countUntold(parts: Counting, untold: Untold): void {
  for (const message of untold.pending)
    if (message.type === 'queue.load') used(parts.dispatcher, message, untold.at)
  countStatistics(parts, untold)
}

/** On its way to a queue: what of its rates was used up in the last process life. */
function used({ jobs, quotas }: Dispatcher, { to, data }: PendingMessage, at: number): void {
  const desk = jobs.desk(idOf(to))
  desk.fold(data as unknown as QueueLoad['load'])
  for (const quota of [desk.quota, ...desk.keys()]) quotas.changed(quota, at)
}

/** Counts what ended since each agent was last told. */
function countStatistics({ dispatcher, journal }: Counting, { tail, pending }: Untold): void {
  const told = new Map<Address, number>()
  const started = new Map<Address, number>()
  for (const signal of tail) if (signal.type === 'agent.load') told.set(signal.to, signal.seq)
  // On its way to the agent: it counts what ended before it was committed, which is all of the tail.
  for (const message of pending)
    if (message.type === 'agent.load') told.set(message.to, Number.POSITIVE_INFINITY)
  for (const signal of tail) {
    if (signal.name === 'task.started') started.set(signal.to, signal.at)
    if (signal.refused !== null || (signal.type !== 'task.done' && signal.type !== 'task.failed')) continue
    const agent = signal.from
    if (signal.seq < (told.get(agent) ?? 0)) continue
    const since = started.get(signal.to) ?? startOf(journal, signal)
    dispatcher.count(agent, signal.toState ?? '', signal.at - since)
  }
}

/** When a task that ended in the tail was started, before it. */
function startOf(journal: Journal, { to: actor, seq: before, at }: Signal): number {
  return journal.query({ actor, types: ['task.started'], before, order: 'desc', limit: 1 })[0]?.at ?? at
}
