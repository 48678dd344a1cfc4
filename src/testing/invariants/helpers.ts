/**
 * Helpers: what the records say of agents, and of what they work on, kept without their machines: where they stand, what they were
 * told, who paused them. Nothing is judged here.
 */
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Supervision } from '../../messages/agent.ts'
import type { Priority } from '../../messages/message.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Attempt } from './attempt.ts'

export interface Work {
  readonly address: Address
  spec: TaskCreate
  readonly priority: Priority
  /** Those that the same agents can do are of one sort. */
  sort: string
  state: string
  /** The signal with which it entered that state. */
  since: number
  /** It could run once: from then on the time that it has in all runs. */
  ready: boolean
  turn: number
  attempts: number
  interruptions: number
  attempt: Attempt | undefined
  helper: Helper | undefined
}

/** From now on others may do it. */
export function reassign(work: Work, { data }: Signal): void {
  const { agent, role } = data as { readonly agent: Address | null; readonly role?: string }
  const { agent: _agent, ...others } = work.spec
  work.spec = { ...others, ...(agent !== null && { agent }), ...(role !== undefined && { role }) }
  work.sort = sortOf(work.spec)
}

/** Whom a task is handed to. */
interface HandOff {
  readonly to: Pick<TaskCreate, 'agent' | 'role' | 'queue'>
}

/** It is another's, or anybody's but of whoever had it; the attempt counts as none. */
export function handOn(work: Work, { from, data }: Signal): void {
  const { to } = data as unknown as HandOff
  const { agent: _, role: _role, skills: _skills, except: _except, queue: before, ...kept } = work.spec
  const queue = to.queue ?? (work.spec.mail === undefined ? before : undefined)
  work.spec = {
    ...kept,
    ...(to.agent === undefined ? { except: from } : { agent: to.agent }),
    ...(to.role === undefined ? {} : { role: to.role }),
    ...(queue === undefined ? {} : { queue }),
  }
  work.sort = sortOf(work.spec)
  work.attempts--
}

/** Those that the same agents can do are of one sort. */
export const sortOf = ({ task, role, agent, except, skills }: TaskCreate): string =>
  JSON.stringify([task, role, agent, except, skills])

/** An agent, from its registration to its end. */
export interface Helper {
  readonly address: Address
  state: string
  role: string | undefined
  skills: readonly string[]
  capacity: number
  readonly running: Set<Work>
  /** How many it was told that it runs. */
  told: number
  /** Whether its code is here, as it was told last. */
  presence: 'absent' | 'warming' | 'ready'
  /** Who wants it to take no work; an operator is one of them, without a name. */
  readonly pauses: Set<string>
  /** What follows from its failures, and when those and its restarts were. */
  supervision: Supervision | undefined
  faults: readonly number[]
  restarts: readonly number[]
  /** The last process life in which its code came, and in which it was ready. */
  online: number
  ready: number
}

export const newHelper = (address: Address): Helper => ({
  address,
  state: '',
  role: undefined,
  skills: [],
  capacity: 1,
  running: new Set(),
  told: 0,
  presence: 'absent',
  pauses: new Set(),
  supervision: undefined,
  faults: [],
  restarts: [],
  online: 0,
  ready: 0,
})

interface Told {
  readonly role?: string
  readonly skills: readonly string[]
  readonly capacity: number
  readonly ready?: boolean
  readonly running: number
  readonly by?: string
  readonly supervision?: Supervision
}

/** Of those times, the ones that count still. */
export const counting = (times: readonly number[], within: number, at: number): readonly number[] =>
  times.filter(time => at - time < within)

/** A message that it took, in this process life. */
export function hear(helper: Helper, signal: Signal, life: number): void {
  const { type, data, fromState, toState } = signal
  helper.state = toState ?? ''
  countFailures(helper, signal)
  const told = data as unknown as Told
  if (type === 'agent.register') {
    const { role, skills, capacity, supervision } = told
    Object.assign(helper, { role, skills, capacity, supervision })
  }
  if (type === 'agent.load') helper.told = told.running
  if (type === 'agent.offline') helper.presence = 'absent'
  if (type === 'agent.pause') helper.pauses.add(told.by ?? '')
  if (type === 'agent.resume') {
    if (told.by !== undefined) helper.pauses.delete(told.by)
    else helper.pauses.clear()
    if (told.by === undefined && fromState === 'error') helper.presence = 'ready'
  }
  if (type !== 'agent.online') return
  const isReady = told.ready === true
  Object.assign(helper, { online: life, told: 0, presence: isReady ? 'ready' : 'warming' })
  if (isReady) helper.ready = life
}

function countFailures(helper: Helper, { type, at, fromState, toState }: Signal): void {
  if (type === 'agent.fault') helper.faults = [...helper.faults, at]
  if (toState === fromState) return
  if (toState === 'restarting') helper.restarts = [...helper.restarts, at]
  if (toState === 'restarting' || toState === 'quarantined') helper.faults = []
  if (fromState !== 'restarting' && fromState !== 'quarantined') return
  if (helper.presence !== 'absent') helper.presence = 'warming'
  if (type === 'hub.timer') return
  helper.restarts = []
  helper.faults = []
}
