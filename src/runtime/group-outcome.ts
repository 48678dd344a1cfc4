/** Group outcome: how a group stands or ended, read from its state and from what its tasks recorded. Never runs anything. */
import { StatorError, type Failure } from '../errors.ts'
import type { GroupContext } from '../machines/group.ts'
import type { Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import type { Journal } from './journal.ts'
import { taskOutcome, type TaskOutcome } from './outcome.ts'
import { decode } from './record.ts'

export interface GroupCounts {
  readonly total: number
  readonly completed: number
  readonly failed: number
  readonly cancelled: number
  readonly blocked: number
}

export interface GroupProgress extends GroupCounts {
  /** 0..100: tasks that ended, of all that are in it now. */
  readonly percent: number
  /** Those that wait or run. */
  readonly living: number
  /** More tasks may be added. */
  readonly open: boolean
  readonly status: string
}

export interface GroupOutcome {
  /** `completed` only where every task did. */
  readonly status: 'completed' | 'failed' | 'cancelled'
  /** How each of its tasks ended, by id, in the order in which they were given. */
  readonly results: Readonly<Record<string, TaskOutcome>>
  readonly counts: GroupCounts
  /** The first failure. */
  readonly error?: Failure
}

const countsOf = ({ names, completed, failed, cancelled, blocked }: GroupContext): GroupCounts => ({
  total: names.length,
  completed,
  failed,
  cancelled,
  blocked,
})

export function groupProgress(group: GroupContext, status: string): GroupProgress {
  const total = group.names.length
  const percent = total === 0 ? 100 : Math.floor((100 * (total - group.living)) / total)
  return { ...countsOf(group), percent, living: group.living, open: !group.sealed, status }
}

/** One read for each of its tasks. */
export function groupOutcome(group: GroupContext, ending: Signal, journal: Journal): GroupOutcome {
  const results: Record<string, TaskOutcome> = {}
  for (const [index, name] of group.names.entries()) {
    const record = journal.get(group.refs.get(index))
    if (record !== undefined) results[name] = taskOutcome(decode(record))
  }
  return {
    status: ending.toState as GroupOutcome['status'],
    results,
    counts: countsOf(group),
    ...(group.error === null ? {} : { error: group.error.error }),
  }
}

/** Outputs by id. @throws StatorError GROUP_FAILED or CANCELLED unless it completed */
export function resultOfGroup(address: Address, outcome: GroupOutcome): Readonly<Record<string, Json>> {
  const entries = Object.entries(outcome.results)
  if (outcome.status === 'completed')
    return Object.fromEntries(entries.map(([id, { output }]) => [id, output ?? null]))
  throw new StatorError(outcome.status === 'cancelled' ? 'CANCELLED' : 'GROUP_FAILED', {
    group: address,
    tasks: Object.fromEntries(entries.filter(([, { status }]) => status !== 'completed')),
    ...(outcome.error === undefined ? {} : { error: outcome.error }),
  })
}
