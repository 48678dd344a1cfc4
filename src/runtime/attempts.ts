/**
 * Attempts: what a task tried, read from its records: so it is the same in every process life, and after its end. Nothing is kept in
 * memory, and nothing is run.
 */
import type { Failure } from '../errors.ts'
import { overdue, retryAfter, type TaskEvent } from '../machines/task-context.ts'
import type { Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import type { TaskCreate } from '../messages/task.ts'
import type { Journal } from './journal.ts'
import { scan } from './scan.ts'

/** One run of a task's handler. Times in milliseconds since the epoch. */
export interface AttemptInfo {
  /** From 1, as in `ctx.attempt`: one that was interrupted or handed over is none, and the next one has its number. */
  readonly number: number
  /** From 1, interrupted ones included. */
  readonly turn: number
  /** Address of the agent. */
  readonly agent: string
  readonly startedAt: number
  /** Null while it runs. */
  readonly endedAt: number | null
  readonly outcome:
    'running' | 'completed' | 'failed' | 'timed out' | 'interrupted' | 'cancelled' | 'handed over'
  readonly error: Failure | null
  /** When the task may run again; null where no attempt follows after a wait. */
  readonly retryAt: number | null
}

type Draft = { -readonly [K in keyof AttemptInfo]: AttemptInfo[K] }

/** What an attempt begins or ends with; what it says in between may be much more. */
const TYPES = [
  'task.create',
  'task.start',
  'task.done',
  'task.failed',
  'task.interrupted',
  'task.cancel',
  'task.handOff',
  'hub.timer',
]
const TIMEOUTS: ReadonlySet<string> = new Set(['TASK_TIMEOUT', 'HEARTBEAT_TIMEOUT'])

/** Oldest first; undefined where nothing is known of the task, or its payloads were erased. */
export function attemptsOf(journal: Journal, task: Address): AttemptInfo[] | undefined {
  const attempts: Draft[] = []
  let spec: TaskCreate | undefined
  let number = 0
  for (const signal of scan(journal, { actor: task, types: TYPES })) {
    if (signal.refused !== null) continue
    if (signal.data === null) return undefined
    if (signal.type === 'task.create') spec = signal.data as unknown as TaskCreate
    const last = attempts.at(-1)
    if (last !== undefined && signal.fromState === 'running' && signal.toState !== 'running') {
      Object.assign(last, endOf(signal), { endedAt: signal.at })
      if (last.outcome === 'interrupted' || last.outcome === 'handed over') number--
      if (signal.toState === 'retrying' && spec !== undefined)
        last.retryAt = signal.at + retryAfter({ spec, attempts: number }, signal as unknown as TaskEvent)
    }
    if (signal.toState === 'running' && signal.fromState !== 'running')
      attempts.push({
        number: ++number,
        turn: attempts.length + 1,
        agent: agentOf(signal),
        startedAt: signal.at,
        endedAt: null,
        outcome: 'running',
        error: null,
        retryAt: null,
      })
  }
  return spec === undefined ? undefined : attempts
}

function endOf({ type, data }: Signal): Pick<AttemptInfo, 'outcome' | 'error'> {
  const { error = null, event, reason } = data as { error?: Failure; event?: string; reason?: string }
  if (type === 'task.done') return { outcome: 'completed', error: null }
  if (type === 'hub.timer') return { outcome: 'timed out', error: overdue(event) }
  if (type === 'task.cancel')
    return {
      outcome: 'cancelled',
      error: { name: 'Cancelled', message: reason ?? 'cancelled', code: 'CANCELLED' },
    }
  if (type === 'task.handOff') return { outcome: 'handed over', error: null }
  if (type === 'task.interrupted') return { outcome: 'interrupted', error: null }
  // A handler may throw an error of any code; Stator's own have a name.
  const isTimeout = error !== null && error.name === 'StatorError' && TIMEOUTS.has(error.code)
  return { outcome: isTimeout ? 'timed out' : 'failed', error }
}

/** Stamped on its creation, or named by the dispatcher. */
function agentOf({ stamp, data }: Signal): string {
  return ((stamp as { agent?: string } | null)?.agent ?? (data as { agent?: string }).agent) || ''
}
