/**
 * What a task knows of itself, and the pure functions that its chart moves it with: creation, attempts, endings. No states
 * and no transitions: those are the chart's, in task.ts.
 */
import type { Failure, Reason } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Emitted } from '../messages/command.ts'
import type { EventsOf } from '../messages/event.ts'
import type { Json } from '../messages/json.ts'
import type { DeadReason, TaskCreate, taskMessages, TaskStamp, Undelivered } from '../messages/task.ts'
import { NO_RETRY, retryDelay } from './retry.ts'
import type { HandedOn } from './task-hand-off.ts'

export interface TaskContext {
  /** What it was created with; null only before that. */
  readonly spec: TaskCreate | null
  readonly agent: Address | null
  /** What it depends on and has not heard of yet. */
  readonly waitsFor: readonly Address[]
  /** How often it entered running: names the attempt to the outside. */
  readonly turn: number
  /** Attempts that ended by themselves or still run; interruptions are counted apart. */
  readonly attempts: number
  readonly interruptions: number
  readonly progress: number
  readonly note: string | null
  readonly error: Failure | null
  /** Milliseconds until the next attempt, or until the first where it is scheduled. */
  readonly delay: number
  /** Milliseconds since the epoch; 0 while it has not happened. */
  readonly createdAt: number
  /** When it first could run: its time had come, and all that it depends on was done. */
  readonly readyAt: number
  readonly startedAt: number
  readonly endedAt: number
  /** By which hand-offs it came to whoever has it, if by any. */
  readonly handedOver?: readonly HandedOn[]
  /** Of a dead letter: why it is one, and since when. */
  readonly dead?: { readonly reason: DeadReason; readonly at: number } | null
}

export const NEW_TASK: TaskContext = {
  spec: null,
  agent: null,
  waitsFor: [],
  turn: 0,
  attempts: 0,
  interruptions: 0,
  progress: 0,
  note: null,
  error: null,
  delay: 0,
  createdAt: 0,
  readyAt: 0,
  startedAt: 0,
  endedAt: 0,
}

export type TaskEvent = EventsOf<typeof taskMessages>

export const turnOf = (event: TaskEvent): number => ('turn' in event.data ? (event.data.turn ?? -1) : -1)

/** What the hub decided when it was created; of any other event: nothing. */
export const stampOf = (
  event: TaskEvent,
): { readonly agent?: Address; readonly from?: Address; readonly dead?: Undelivered } =>
  (event.stamp as TaskStamp) ?? {}

/** A message to an agent for whose answer nobody waits: what does not come of it is kept. */
export const isLetter = ({ spec }: Pick<TaskContext, 'spec'>): boolean =>
  spec?.mail !== undefined && spec.mail.asks !== true

/** Who got it: stamped on its creation, or named by the dispatcher. The agent in its spec is only who may. */
export const assignedTo = (event: TaskEvent): Address | undefined =>
  event.type === 'task.start' ? event.data.agent : stampOf(event).agent

export function created(event: TaskEvent): Partial<TaskContext> {
  if (event.type !== 'task.create') return {}
  return {
    spec: event.data,
    createdAt: event.at,
    waitsFor: event.data.after ?? [],
    delay: untilTime(event.data, event.at),
  }
}

/** Who may do it from now on. */
export function reassigned(spec: TaskCreate | null, event: TaskEvent): TaskCreate | null {
  if (spec === null || event.type !== 'task.reassign') return spec
  const { agent: _agent, ...others } = spec
  const { agent, role } = event.data
  return { ...others, ...(agent !== null && { agent }), ...(role !== undefined && { role }) }
}

/** Milliseconds until its time comes. */
export const untilTime = (spec: TaskCreate | null, at: number): number =>
  Math.max(0, (spec?.startAt ?? 0) - at)

export function begun(context: TaskContext, event: TaskEvent): Partial<TaskContext> {
  return {
    agent: assignedTo(event) ?? null,
    turn: context.turn + 1,
    attempts: context.attempts + 1,
    startedAt: event.at,
    progress: 0,
    note: null,
  }
}

/** What is left to wait for after a dependency has completed, or more of them were named. */
export function waiting({ waitsFor }: TaskContext, event: TaskEvent): readonly Address[] {
  if (event.type === 'dependency.done') return waitsFor.filter(on => on !== event.data.on)
  if (event.type === 'task.depend') return [...new Set([...waitsFor, ...event.data.after])]
  return waitsFor
}

/** Tells the parent, if there is one, how this ended; with `output` what came of it, where the parent wants to know. */
export function report(
  { spec, turn }: Pick<TaskContext, 'spec' | 'turn'>,
  status: 'completed' | 'failed' | 'cancelled' | 'blocked',
  error: Failure | null,
  output?: Json,
): Emitted | null {
  if (spec?.parent === undefined) return null
  // A graph blocks its steps itself: one that was blocked by what somebody added to it has failed, to the graph.
  const told = status === 'blocked' && spec.parent.startsWith('workflow/') ? 'failed' : status
  const { step = 0, visit, item, undo } = spec
  const data = {
    step,
    status: told,
    ...(visit === undefined ? {} : { visit, ...ranOf(turn, status) }),
    ...(item === undefined ? {} : { item }),
    ...(undo === undefined ? {} : { undo }),
    ...(spec.tellsOutput === true && output !== undefined ? { output } : {}),
  }
  return {
    type: 'send',
    to: spec.parent,
    event: 'step.done',
    data: error === null ? data : { ...data, error: { ...error } as unknown as Json },
    // What a schedule was told is not erased with its task, which belongs to itself.
    ...(spec.parent.startsWith('schedule/') && { correlationId: spec.parent }),
  }
}

/** Is there anything to undo, where its ending alone does not say so? What was never started did nothing, what was may have. */
const ranOf = (turn: number, status: string): { ran?: boolean } =>
  turn > 0 === (status === 'completed') ? {} : { ran: turn > 0 }

/** Why it failed for good. */
export function failureOf(event: TaskEvent): Failure {
  if (event.type === 'task.failed' || event.type === 'task.drop') return event.data.error as Failure
  if (event.type === 'task.fail') return { name: 'Failed', message: event.data.reason, code: 'TASK_FAILED' }
  if (event.type === 'task.overdue' || event.type === 'task.expired') return overdue(event.type)
  return { name: 'Interrupted', message: 'the process ended while the handler ran', code: 'INTERRUPTED' }
}

/** Why it failed, by the timer of its that fired. */
export function overdue(timer: string | undefined): Failure {
  return timer === 'task.overdue'
    ? { name: 'Overdue', message: 'it waited too long for an agent', code: 'QUEUE_TIMEOUT' }
    : {
        name: 'Expired',
        message: 'it was not done in the time that it had in all',
        code: 'TASK_EXPIRED',
      }
}

/** What stood in its way, in words, and link by link. */
export function blockedBy(event: TaskEvent): Failure | null {
  if (event.type === 'task.create' && event.data.blocked !== undefined) {
    const { by, code, reasons } = event.data.blocked
    return blockage(by, code, reasons as readonly Reason[] | undefined)
  }
  if (event.type !== 'dependency.done') return null
  const reasons = (event.data.reasons ?? []) as readonly Reason[]
  return blockage(idOf(event.data.on), reasons[0]?.code ?? 'TASK_FAILED', reasons)
}

function blockage(by: string, code: string, reasons: readonly Reason[] | undefined): Failure {
  const base = { name: 'Blocked', message: `blocked: ${by} ended with ${code}`, code: 'DEPENDENCY_FAILED' }
  return reasons === undefined ? base : { ...base, reasons }
}

/** Is another attempt worth it, and left? */
export function mayRetry({ spec, attempts, turn }: TaskContext, event: TaskEvent): boolean {
  if (event.type !== 'task.failed' || event.data.turn !== turn) return false
  const { error } = event.data
  const { maxAttempts, nonRetryable = [] } = spec?.retry ?? NO_RETRY
  const isFinal = nonRetryable.includes(error.name) || nonRetryable.includes(error.code)
  return error.retryable !== false && !isFinal && attempts < maxAttempts
}

/** The handler's own word on when to come again goes before the policy. */
export function retryAfter(
  { spec, attempts }: Pick<TaskContext, 'spec' | 'attempts'>,
  event: TaskEvent,
): number {
  if (event.type !== 'task.failed') return 0
  return event.data.retryAfter ?? retryDelay(spec?.retry ?? NO_RETRY, attempts, event.data.random)
}

const idOf = (address: string): string => address.slice(address.indexOf('/') + 1)
