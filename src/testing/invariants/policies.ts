/**
 * Policies: where a task must go by what it was created with and told: attempts, interruptions, start times.
 * Read from records alone, so that a machine that is wrong does not hide it.
 */
import { KINDS_THAT_ACT } from '../../actors/kinds.ts'
import type { Failure } from '../../errors.ts'
import type { Command } from '../../messages/command.ts'
import type { Json } from '../../messages/json.ts'
import type { Signal } from '../../messages/signal.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Work } from './helpers.ts'

/** Interruptions after which a task has failed. */
const MAX_INTERRUPTIONS = 3
/** Messages that speak of one attempt of a task: what that says of itself. */
export const OF_AN_ATTEMPT: ReadonlySet<string> = new Set([
  'task.done',
  'task.failed',
  'task.progress',
  'task.recorded',
  'task.intended',
  'task.handOff',
])

/** Timers of a task that is not in time. */
const LATE: ReadonlySet<string> = new Set(['task.overdue', 'task.expired'])

type Data = Readonly<Record<string, Json>>

/** The state that a task must be in after a message that it took; undefined where that is not for its policies to say. */
export function taskGoes(work: Work | undefined, signal: Signal): string | undefined {
  const data = signal.data as Data
  if (signal.type === 'task.create') return begins(signal)
  if (work === undefined) return undefined
  const { spec, attempts, interruptions } = work
  if (signal.type === 'task.failed') {
    const { retryable, name, code } = data['error'] as unknown as Failure
    const isFinal = spec.retry?.nonRetryable?.some(named => named === name || named === code) === true
    const isMore = retryable !== false && !isFinal && attempts < (spec.retry?.maxAttempts ?? 1)
    return isMore ? 'retrying' : lost(spec)
  }
  if (signal.type === 'task.handOff') return 'queued'
  if (signal.type === 'hub.timer') return LATE.has(data['event'] as string) ? lost(spec) : 'queued'
  if (signal.type === 'task.drop') return lost(spec)
  if (signal.type !== 'task.interrupted') return undefined
  if (data['clean'] === true) return 'queued'
  if (interruptions + 1 >= MAX_INTERRUPTIONS || spec.onInterrupted === 'fail') return lost(spec)
  return spec.onInterrupted === 'hold' ? 'held' : 'queued'
}

/** What does not come of it: a message for whose answer nobody waits is kept. */
const lost = ({ mail }: TaskCreate): string => (mail === undefined || mail.asks === true ? 'failed' : 'dead')

function begins({ data, stamp, at }: Signal): string {
  const { blocked, startAt, after = [] } = data as unknown as TaskCreate
  if (blocked !== undefined) return 'blocked'
  if (stamp !== null && 'dead' in (stamp as object)) return 'dead'
  if (after.length > 0) return 'pending'
  if (startAt !== undefined && startAt > at) return 'scheduled'
  if (stamp === null) return 'queued'
  return 'from' in (stamp as object) ? 'completed' : 'running'
}

/** The code of what a machine did not take: its kind may say more than that its state does not. */
export function untaken(sort: string, context: unknown, signal: Signal): string {
  const kind = KINDS_THAT_ACT.find(candidate => candidate.kind === sort)
  return kind?.why?.(context, signal)?.code ?? codeOf(signal, 'EVENT_REFUSED')
}

/** The code of what is not taken: word of an attempt that is over has one of its own. */
export const codeOf = ({ type, to }: Signal, code: string): string =>
  to.startsWith('task/') && OF_AN_ATTEMPT.has(type) ? 'STALE_ATTEMPT' : code

/** Must a task that runs refuse this? Undefined where its state decides. */
export function mustRefuse(work: Work | undefined, { type, data }: Signal): boolean | undefined {
  if (!OF_AN_ATTEMPT.has(type)) return undefined
  return work?.state !== 'running' || (data as Data)['turn'] !== work.turn
}

/** What a task does not say that it must: to the outside when it begins and when it is stopped, to its run how it ended. */
export function unsaid(
  work: Work | undefined,
  signal: Signal,
  commands: readonly Command[],
): string | undefined {
  const { toState, fromState, type, final } = signal
  const turn = (work?.turn ?? 0) + 1
  const enters = toState === 'running' && fromState !== 'running'
  if (enters && !commands.some(each => each.type === 'effect.start' && each.turn === turn))
    return `attempt ${turn} is not asked for`
  const isStopped =
    fromState === 'running' && (type === 'task.cancel' || type === 'hub.timer' || type === 'task.handOff')
  if (isStopped && !commands.some(each => each.type === 'effect.stop' && each.turn === turn - 1))
    return `attempt ${turn - 1} is not stopped`
  // One that is created blocked says nothing: its run knows.
  const parent = final && type !== 'task.create' ? work?.spec.parent : undefined
  if (parent === undefined) return undefined
  const isTold = commands.some(command => {
    if (command.type !== 'send' || command.to !== parent || command.event !== 'step.done') return false
    const { step, status } = command.data as Data
    return step === (work?.spec.step ?? 0) && status === toState
  })
  return isTold ? undefined : `${parent} is not told`
}
