/**
 * Invariant 8: timers, and the deadlines of attempts. Which timers are set the shadow knows; how long they must be, the policies
 * of their tasks say. It looks at records, and at what the virtual clock was asked for.
 */
import type { Failure } from '../../errors.ts'
import type { Json } from '../../messages/json.ts'
import type { RetryPolicy } from '../../messages/task.ts'
import type { Stage } from '../host/stage.ts'
import { textOf, type Work } from './books.ts'
import type { Invariant } from './invariant.ts'
import { reading, type Taken } from './reading.ts'
import type { Move, Timer } from './shade.ts'
import type { Shadow } from './shadow.ts'

export const timers: Invariant = {
  number: 8,
  promise:
    'Timers: never early, once, cancel wins, survive restarts; overdue ones fire in deadline order; an attempt is given up at its deadline, not before.',
  watch: reading(shadow => ({
    moved: (move, { simulation }) => {
      if (!move.known) return
      const wrong = firingFault(move, shadow) ?? lengthFault(move, shadow) ?? timeoutFault(move, shadow)
      if (wrong !== undefined)
        simulation.break(8, `signal ${move.signal.seq}, ${move.signal.type} to ${move.signal.to}: ${wrong}`)
    },
    took: (taken, { simulation }) => {
      const late = passedOver(taken, shadow)
      if (late !== undefined) simulation.break(8, `${nameOf(late)} was due and did not fire`)
    },
    between: life => {
      if (!shadow.isQuiet(life)) return
      const wrong = sleepFault(life.simulation, shadow)
      if (wrong !== undefined) life.simulation.break(8, wrong)
    },
    drained: life => {
      const left = [...shadow.timers].find(({ actor }) => !shadow.isHeld(actor.address))
      if (shadow.hub === 'running' && left !== undefined)
        life.simulation.break(8, `${nameOf(left)} never fires`)
    },
  })),
}

const nameOf = ({ actor, id, due }: Timer): string => `timer ${id} of ${actor.address}, due at ${due}`

/** Never early, once, cancel wins, in the order of deadlines. */
function firingFault({ signal, timer, arrived }: Move, shadow: Shadow): string | undefined {
  if (signal.type !== 'hub.timer' || signal.refused?.code === 'STALE_TIMER') return undefined
  if (timer === undefined) return 'applied, and the timer was cancelled, set anew or had fired'
  if (signal.at < timer.due) return `fires ${timer.due - signal.at} ms early`
  // One that waited for its actor to be released is late, and was in time.
  if (arrived !== undefined || [...shadow.debts.rows.values()].some(({ to }) => to === signal.to))
    return undefined
  for (const other of shadow.timers) {
    const isBefore = other.due < timer.due || (other.due === timer.due && other.setSeq < timer.setSeq)
    // Set by this very signal, it came after.
    if (isBefore && other.setSeq < signal.seq && !shadow.isHeld(other.actor.address))
      return `fires before ${nameOf(other)}`
  }
  return undefined
}

/** A timer of a task is as long as its start time or its policy says. */
function lengthFault({ signal, commands, actor }: Move, { books }: Shadow): string | undefined {
  if (actor?.sort !== 'task' || signal.refused !== null) return undefined
  const set = commands.find(command => command.type === 'timer.set')
  const { toState, fromState, data, at } = signal
  const isTimed = toState === 'scheduled' || toState === 'retrying'
  if (toState === fromState || !isTimed) return undefined
  if (set === undefined) return `${toState}, and no timer is set`
  const work = books.works.get(signal.to)
  const must =
    toState === 'scheduled' ? (data as { readonly startAt: number }).startAt - at : backoff(work, data)
  // One more or less is a matter of rounding.
  return must === undefined || Math.abs(set.delay - must) <= 1
    ? undefined
    : `waits ${set.delay} ms instead of ${must}`
}

/** Exponential, with its jitter, up to its longest. */
function backoff(work: Work | undefined, data: Json): number | undefined {
  const policy: RetryPolicy | undefined = work?.spec.retry
  if (work === undefined || policy === undefined) return undefined
  const { random } = data as { readonly random: number }
  const { initialInterval, maxInterval, jitter } = policy
  let interval = Math.min(initialInterval, maxInterval)
  for (let n = 1; n < work.attempts && interval < maxInterval && interval > 0 && policy.backoff > 1; n++)
    interval = Math.min(interval * policy.backoff, maxInterval)
  const share = jitter === 'full' ? random : jitter === 'equal' ? (1 + random) / 2 : 1
  return Math.round(interval * share)
}

/** An attempt has not taken too long before its deadline. */
function timeoutFault({ signal }: Move, { books }: Shadow): string | undefined {
  if (signal.type !== 'task.failed') return undefined
  const { turn, error } = signal.data as unknown as { readonly turn: number; readonly error: Failure }
  const attempt = books.attempts.get(`${signal.to} ${turn}`)
  if (error.code !== 'TASK_TIMEOUT' || attempt === undefined) return undefined
  // A handler may throw whatever it wants.
  if (attempt.handler === 'error' && textOf(attempt.said).includes(error.message)) return undefined
  return signal.at < attempt.deadline ? `its attempt had ${attempt.deadline - signal.at} ms left` : undefined
}

/** A turn that had room left has fired all that was due. */
function passedOver({ batch: { signals, delivered } }: Taken, shadow: Shadow): Timer | undefined {
  const { limits } = shadow
  const first = signals[0]
  const fired = signals.filter(({ type }) => type === 'hub.timer').length
  const wasFull = signals.length >= limits.batchDeliveries || fired >= limits.batchInputs
  // A turn that only writes checkpoints fires nothing; what a release lets go is looked at in the next one.
  const isTurn = signals.some(({ type }) => type !== 'agent.load') || delivered.length > 0
  if (first === undefined || wasFull || !isTurn) return undefined
  if (shadow.timers.size === 0 || signals.some(({ type }) => type === 'hub.release')) return undefined
  for (const timer of shadow.timers)
    if (timer.due <= first.at && timer.setSeq < first.seq && !shadow.isHeld(timer.actor.address)) return timer
  return undefined
}

/** Whatever is due next, the clock was asked to wake the hub by then. */
export function sleepFault({ clock }: Stage, shadow: Shadow): string | undefined {
  const next = clock.next() ?? Number.POSITIVE_INFINITY
  for (const timer of shadow.timers)
    if (timer.due < next && !shadow.isHeld(timer.actor.address)) return `nobody wakes for ${nameOf(timer)}`
  return hangFault({ clock }, shadow)
}

/** A handler that hangs is given up at its deadline: the clock was asked for that. */
export function hangFault({ clock }: Pick<Stage, 'clock'>, shadow: Shadow): string | undefined {
  if (shadow.books.open.size === 0) return undefined
  const next = clock.next() ?? Number.POSITIVE_INFINITY
  for (const { deadline, handler, task, turn } of shadow.books.open) {
    // One that has ended needs no deadline; its task hears of that.
    const isOver = handler === 'output' || handler === 'error'
    if (deadline < next && !isOver && !shadow.isHeld(task))
      return `nobody wakes for the deadline of attempt ${turn} of ${task}, at ${deadline}`
  }
  return undefined
}
