/**
 * Inputs: who may begin a cause, and with what: the clock with timers that are set, the dispatcher with starts, the calendar with times, agents with what
 * their attempts gave, the hub with what concerns itself, clients with what they asked for. It tells what an input has no source for.
 */
import { kindOf, LOCKS, type Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import { GIVEN_UP, type Attempt } from './attempt.ts'
import { callOffFault, letterFault, mailIn } from './letters.ts'
import { OF_AN_ATTEMPT } from './policies.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'

const OF_CLOCK: ReadonlySet<string> = new Set(['hub.timer'])
const OF_DISPATCHER: ReadonlySet<string> = new Set(['task.start', 'agent.load', 'queue.load'])
const OF_SUPERVISOR: ReadonlySet<string> = new Set(['agent.fault', 'task.reassign'])
const OF_CALENDAR: ReadonlySet<string> = new Set(['schedule.fire', 'schedule.fail'])
const OF_POSTMASTER: ReadonlySet<string> = new Set([
  'task.drop',
  'task.discard',
  'agent.said',
  'conversation.load',
  'conversation.stop',
  'conversation.end',
])
const OF_HUB: ReadonlySet<string> = new Set([
  'hub.migrate',
  'hub.start',
  'hub.drain',
  'hub.close',
  'hub.release',
  'agent.register',
  'agent.online',
  'agent.offline',
  'agent.fail',
  'task.interrupted',
  'queue.configure',
  'context.end',
  // Of what a task asked that has ended.
  'gate.cancel',
])
/** What shared values are told, by attempts and by clients. */
const OF_WRITERS: ReadonlySet<string> = new Set(['context.set', 'context.delete'])
const OF_BUDGETS: ReadonlySet<string> = new Set(['budget.settle', 'budget.close'])
/** What attempts say to budgets. */
const OF_SPENDERS: ReadonlySet<string> = new Set([
  'budget.reserve',
  'budget.settle',
  'budget.release',
  'budget.spend',
  'budget.charge',
])
/** Also of attempts: who has the lock, or wants it. */
const OF_OWNERS: ReadonlySet<string> = new Set(['lock.acquire', 'lock.renew', 'lock.release'])
const OF_CLIENTS: ReadonlySet<string> = new Set([
  'task.create',
  'workflow.start',
  'post.send',
  'task.cancel',
  'task.depend',
  'group.create',
  'group.add',
  'group.seal',
  'group.cancel',
  'task.retry',
  'task.fail',
  'task.replay',
  'task.discard',
  'conversation.stop',
  'conversation.resume',
  'agent.pause',
  'agent.resume',
  'agent.stop',
  'workflow.cancel',
  'workflow.resume',
  'workflow.pause',
  'workflow.signal',
  'workflow.update',
  'workflow.terminate',
  'step.retry',
  'step.skip',
  'step.finish',
  'schedule.create',
  'schedule.update',
  'schedule.pause',
  'schedule.resume',
  'schedule.remove',
  'schedule.trigger',
  'queue.pause',
  'queue.resume',
  'queue.drain',
  'gate.open',
  'project.open',
  'project.join',
  'project.phase',
  'project.metadata',
  'project.close',
  'project.reopen',
  'gate.approve',
  'gate.reject',
  'gate.reassign',
  'gate.escalate',
  'gate.cancel',
  'budget.open',
  'budget.raise',
  'budget.close',
  'lock.break',
  ...OF_OWNERS,
])
/** What clients ask for that brings somebody to life, and what it is called. */
const CREATIONS: ReadonlySet<string> = new Set(['task.create', 'workflow.start', 'group.create', 'post.send'])
const CREATES: ReadonlySet<string> = new Set(['start', 'startGraph', 'startFlow', 'submit', 'enqueueAll'])

/** Who has said what, in this process life. */
export class Senders {
  /** Submissions that may still come. */
  creations = 0
  /** Tasks that were found running and are told that they were interrupted. */
  found = new Set<Address>()
  /** Attempts whose end was reported. */
  readonly reported = new Set<Attempt>()
  /** Attempts that were given up. */
  readonly givenUp = new Set<Attempt>()

  begin({ books }: Shadow): void {
    this.creations = 0
    this.found = new Set(
      [...books.works.values()].filter(({ state }) => state === 'running').map(({ address }) => address),
    )
  }

  asked(what: string): void {
    if (CREATES.has(what)) this.creations++
  }
}

export function inputFault(move: Move, shadow: Shadow, senders: Senders): string | undefined {
  const { signal } = move
  if (signal.causationId !== 0 || !move.known || move.isAgain) return undefined
  if (signal.output !== 0 || signal.hops !== 0) return 'an input that has a cause'
  const { from, type } = signal
  // It was taken in an earlier turn, or process life.
  const wasKept = [...shadow.debts.rows.values()].some(
    row => row.causationId === 0 && row.to === signal.to && row.type === type,
  )
  if (from === 'system/clock')
    return OF_CLOCK.has(type) ? timerFault(move, shadow) : 'the clock does not say that'
  if (from === 'system/dispatcher')
    return OF_DISPATCHER.has(type) ? undefined : 'the dispatcher does not say that'
  if (from === 'system/projects')
    return type === 'project.count' ? undefined : 'the bookkeeper does not say that'
  if (from === 'system/supervisor')
    return OF_SUPERVISOR.has(type) ? undefined : 'the supervisor does not say that'
  if (from === 'system/calendar') return OF_CALENDAR.has(type) ? undefined : 'the calendar does not say that'
  if (from === 'system/dependencies')
    return type === 'dependency.done' ? undefined : 'the dependencies do not say that'
  if (from === 'system/postmaster')
    return OF_POSTMASTER.has(type) ? undefined : 'the postmaster does not say that'
  if (from === 'system/hub') {
    if (type === 'task.cancel') return callOffFault(signal, shadow)
    if (!OF_HUB.has(type)) return 'the hub does not say that'
    return type === 'task.interrupted' && !wasKept ? interruptionFault(signal, senders) : undefined
  }
  if (type === 'task.resolved') return undefined
  if (from === 'system/budgets') return OF_BUDGETS.has(type) ? undefined : 'that is not said to budgets'
  if (kindOf(from) === 'agent' && OF_SPENDERS.has(type)) return undefined
  if (from === LOCKS) return type === 'lock.revoke' ? undefined : 'nobody who keeps locks says that'
  if (kindOf(from) === 'agent' && OF_OWNERS.has(type)) return ownerFault(signal, shadow)
  if (kindOf(from) === 'agent' && OF_AN_ATTEMPT.has(type))
    return reportFault(signal, shadow, senders, wasKept)
  if (OF_WRITERS.has(type)) return writeFault(signal, shadow)
  const mail = mailIn(signal)
  const wrong = mail === undefined || wasKept ? undefined : letterFault(signal, mail, shadow)
  if (wrong !== undefined) return wrong
  // What clients say to agents is not overheard.
  if (mail !== undefined) return undefined
  if (!OF_CLIENTS.has(type)) return `${from} does not say that`
  const creates = CREATIONS.has(type)
  if (!creates || wasKept) return undefined
  if (senders.creations === 0) return 'nobody asked for it'
  senders.creations--
  return undefined
}

/** Of an attempt of its own, that there is or was. */
function ownerFault({ from, data }: Signal, { books }: Shadow): string | undefined {
  const { owner, turn } = data as { readonly owner: string; readonly turn: number }
  return books.attempts.get(`${owner} ${turn}`)?.agent === from ? undefined : `${from} has no such attempt`
}

function timerFault({ signal, timer }: Move, { settings }: Shadow): string | undefined {
  const { id, setSeq, event } = signal.data as {
    readonly id: string
    readonly setSeq: number
    readonly event: string
  }
  const set = settings.get(`${signal.to} ${id} ${setSeq}`)
  if (set === undefined) return `there never was a timer ${id} of signal ${setSeq}`
  return timer !== undefined && event !== timer.event
    ? `the timer stands for ${timer.event}, not ${event}`
    : undefined
}

function interruptionFault({ to }: Signal, { found }: Senders): string | undefined {
  return found.delete(to) ? undefined : 'it was not found running, or was told already'
}

/** A handler writes in an attempt that was his; whether it is still under way is the value's own matter. */
function writeFault({ from, data }: Signal, { books }: Shadow): string | undefined {
  const { task, turn } = data as { readonly task?: Address; readonly turn?: number }
  if (kindOf(from) === 'client') return task === undefined ? undefined : 'a client has no attempt'
  const attempt = books.attempts.get(`${task ?? ''} ${turn ?? 0}`)
  return attempt?.agent === from ? undefined : `it was in no attempt ${turn ?? 0} of ${task ?? 'nothing'}`
}

function reportFault(
  { to, from, type, data }: Signal,
  { books }: Shadow,
  { reported, givenUp }: Senders,
  wasKept: boolean,
): string | undefined {
  const { turn, error } = data as { readonly turn: number; readonly error?: { readonly code: string } }
  const attempt = books.attempts.get(`${to} ${turn}`)
  if (attempt === undefined) return `there was no attempt ${turn}`
  if (attempt.agent !== from) return `attempt ${turn} was that of ${attempt.agent}`
  if (attempt.life !== books.life && !wasKept)
    return `attempt ${turn} ended with process life ${attempt.life}`
  if (type !== 'task.done' && type !== 'task.failed') return undefined
  // One that was given up may end nonetheless, once.
  const told = GIVEN_UP.has(error?.code) ? givenUp : reported
  if (told.has(attempt)) return `attempt ${turn} has ended already`
  told.add(attempt)
  return undefined
}
