/**
 * Invariant 8: timers, and the deadlines of attempts. Which timers are set the shadow knows; how long they must be, the policies
 * of their tasks say. It looks at records, and at what the virtual clock was asked for.
 */
import type { Failure } from '../../errors.ts'
import type { Json } from '../../messages/json.ts'
import type { Signal } from '../../messages/signal.ts'
import type { RetryPolicy, TaskCreate } from '../../messages/task.ts'
import type { Stage } from '../host/stage.ts'
import { endOf, textOf } from './attempt.ts'
import type { Work } from './helpers.ts'
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
      const wrong =
        firingFault(move, shadow) ??
        lengthFault(move, shadow) ??
        timeoutFault(move, shadow) ??
        progressFault(move, shadow)
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

/** Timers of a task are as long as its start time, its policy and its timeouts say, and are set when they must be. */
function lengthFault(move: Move, { books }: Shadow): string | undefined {
  const { signal, commands, actor } = move
  if (actor?.sort !== 'task' || signal.refused !== null) return undefined
  const work = books.works.get(signal.to)
  const spec = work?.spec ?? (signal.data as unknown as TaskCreate)
  const wanted = wantedTimers(signal, work, spec)
  const set = commands.filter(command => command.type === 'timer.set')
  for (const [id, must] of wanted) {
    const timer = set.find(command => nameOfTimer(command.id) === id)
    if (timer === undefined) return `${String(signal.toState)}, and no ${id} timer is set`
    // One more or less is a matter of rounding.
    if (must !== undefined && Math.abs(timer.delay - must) > 1)
      return `${id} waits ${timer.delay} ms instead of ${must}`
  }
  const other = set.find(command => !wanted.has(nameOfTimer(command.id)))
  if (other !== undefined) return `the ${nameOfTimer(other.id)} timer is set, and not its time to`
  const leaves = signal.fromState === 'queued' && signal.toState !== 'queued'
  const isOff = commands.some(command => command.type === 'timer.cancel' && command.id === 'queue')
  return leaves && spec.queueTimeout !== undefined && !isOff
    ? 'out of its queue, and the timer of that still runs'
    : undefined
}

/** XState names the one of a state after that. */
const nameOfTimer = (id: string): string => (id.startsWith('xstate.') ? 'waiting' : id)

/** The timers that are set with this signal, and how long they must be; undefined where that is not known. */
function wantedTimers(
  { fromState, toState, data, at }: Signal,
  work: Work | undefined,
  { startAt = 0, queueTimeout, overall }: TaskCreate,
): Map<string, number | undefined> {
  const wanted = new Map<string, number | undefined>()
  if (toState === fromState) return wanted
  if (toState === 'scheduled') wanted.set('waiting', startAt - at)
  if (toState === 'retrying') wanted.set('waiting', backoff(work, data))
  if (toState === 'queued' && queueTimeout !== undefined) wanted.set('queue', queueTimeout)
  const canRun = toState === 'queued' || toState === 'running'
  if (canRun && work?.ready !== true && overall !== undefined) wanted.set('overall', overall)
  return wanted
}

/** Exponential, with its jitter, up to its longest. */
function backoff(work: Work | undefined, data: Json): number | undefined {
  const policy: RetryPolicy | undefined = work?.spec.retry
  const { random, retryAfter } = data as { readonly random: number; readonly retryAfter?: number }
  // The handler's own word goes before the policy.
  if (retryAfter !== undefined) return retryAfter
  if (work === undefined || policy === undefined) return undefined
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
  const isSilent = error.code === 'HEARTBEAT_TIMEOUT'
  if ((error.code !== 'TASK_TIMEOUT' && !isSilent) || attempt === undefined) return undefined
  // A handler may throw whatever it wants.
  if (attempt.handler === 'error' && textOf(attempt.said).includes(error.message)) return undefined
  const end = isSilent ? attempt.seen + (attempt.heartbeat ?? Number.POSITIVE_INFINITY) : attempt.deadline
  return signal.at < end ? `its attempt had ${end - signal.at} ms left` : undefined
}

/** Progress of an attempt is not recorded more often than it may be; the last before it fails may come sooner. */
function progressFault({ signal }: Move, { books, limits, stage }: Shadow): string | undefined {
  const attempt = books.works.get(signal.to)?.attempt
  if (signal.type !== 'task.progress' || signal.refused !== null || attempt === undefined) return undefined
  const { told } = attempt
  // By the clock: what is recorded does not go back where that was set back.
  const at = stage.clock.now()
  attempt.told = { at, early: told !== undefined && at - told.at < limits.progressInterval }
  return told?.early === true ? 'one more after a progress that came too soon' : undefined
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
  for (const attempt of shadow.books.open) {
    const { handler, task, turn } = attempt
    const deadline = endOf(attempt)
    // One that has ended needs no deadline; its task hears of that.
    const isOver = handler === 'output' || handler === 'error'
    if (deadline < next && !isOver && !shadow.isHeld(task))
      return `nobody wakes for the deadline of attempt ${turn} of ${task}, at ${deadline}`
  }
  return undefined
}
