/**
 * Terminating: the hub ends a run as it stands, whatever it runs on, also where it is held or cannot be brought back. No machine is
 * asked, and nothing is undone; what lives below the run is told to end. Runs inside a turn; it commits nothing.
 */
import { workflowKind } from '../actors/kinds.ts'
import { kindOf, rootOf, type Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Priority } from '../messages/message.ts'
import type { Signal } from '../messages/signal.ts'
import type { Envelope } from './envelope.ts'
import type { Holding } from './holding.ts'
import { derived, draft, refuse } from './signal-draft.ts'
import { scan } from './scan.ts'
import type { SignalDraft, Turn } from './turn.ts'

/** How what a run asked for is told to end, by what asked for it. */
const ENDS = {
  'task.create': 'task.cancel',
  'gate.open': 'gate.cancel',
  'workflow.start': 'workflow.terminate',
} as const
const CREATES = Object.keys(ENDS) as (keyof typeof ENDS)[]
/** Records that are looked through for one that says how the run stood. */
const REFUSALS = 100

export const isTermination = ({ type, to }: Pick<Signal, 'type' | 'to'>): boolean =>
  type === 'workflow.terminate' && kindOf(to) === 'workflow'

/** Where a run stands in the one above it. */
interface Place {
  readonly parent?: Address
  readonly step?: number
  readonly visit?: number
  readonly item?: number
}

/** A run that is over, and what is known of it. */
interface Ended {
  readonly signal: SignalDraft
  readonly priority: Priority
  readonly place: Place
  /** It has told the run above it that it is done. */
  readonly told: boolean
}

export function terminate(parts: Holding, envelope: Envelope, seq: number, turn: Turn): Signal {
  const { population, backlog } = parts
  const signal = draft(envelope, seq, turn.at)
  const { to } = signal
  const cell = population.find(to)
  if (cell === undefined && !population.stranded().has(to))
    return refuse(signal, { code: 'RECIPIENT_UNKNOWN', message: 'nobody lives at that address' })
  signal.fromState = signal.toState = cell?.state ?? lastState(parts, to, turn)
  const birth = birthOf(parts, to, turn)
  const place = (birth?.data ?? {}) as Place
  const told = place.parent !== undefined && hasToldEnd(parts, to, place.parent, turn)
  // It is done: only the run above it may have it undone, and waits for that.
  if (told && signal.from !== place.parent && signal.fromState === 'settled')
    return refuse(signal, { code: 'EVENT_REFUSED', message: 'it is done, and stays for the run above it' }, [
      'workflow.release',
    ])
  signal.toState = 'terminated'
  signal.name = 'workflow.terminated'
  signal.final = true
  if (cell === undefined) {
    turn.ended.push(to)
    population.abandon(to)
    parts.deciders.ended({ address: to, definition: { kind: workflowKind } }, signal)
  } else parts.delivery.end(cell, signal, turn)
  const priority = birth?.priority ?? signal.priority
  const said = messages(parts, { signal, priority, place, told }, turn)
  turn.queue.push(...said, ...backlog.takeMail(to, turn))
  return signal
}

/** To all that lives below it, and to the run above it. */
function messages(parts: Holding, { signal, priority, place, told }: Ended, turn: Turn): Envelope[] {
  const { to: address, from } = signal
  const sender = { address, correlationId: rootOf(address), priority }
  const reason = signal.data as Json
  const said = below(parts, address, turn).map(({ to, type }, output) =>
    derived(sender, signal, { to, type: ENDS[type as keyof typeof ENDS], data: reason }, output),
  )
  const { parent, ...where } = place
  if (parent === undefined || parent === from || kindOf(parent) !== 'workflow') return said
  const message = `${address} was terminated`
  const data = {
    step: where.step ?? 0,
    ...(where.visit === undefined ? {} : { visit: where.visit }),
    ...(where.item === undefined ? {} : { item: where.item }),
    // Above it somebody waits for it to be undone.
    ...(told ? { undo: true, status: 'failed' } : { status: 'cancelled' }),
    error: { name: 'Terminated', message, code: 'TERMINATED' },
  }
  return [...said, derived(sender, signal, { to: parent, type: 'step.done', data }, said.length)]
}

/** All that it asked for and that lives, in the order in which it came. */
function below(parts: Holding, run: Address, turn: Turn): Signal[] {
  const found = new Map<Address, Signal>()
  for (const signal of recorded(parts, { correlationId: rootOf(run), types: CREATES }, turn)) {
    const { to, data, refused } = signal
    if (refused !== null || (data as Place | null)?.parent !== run) continue
    if (lives(parts, to)) found.set(to, signal)
  }
  return [...found.values()]
}

/** Every living task has a job: nobody need look for one that is parked. */
const lives = ({ population, dispatcher }: Holding, address: Address): boolean =>
  kindOf(address) === 'task'
    ? population.loaded(address) !== undefined ||
      population.stranded().has(address) ||
      dispatcher.jobs.get(address) !== undefined
    : population.lives(address)

function birthOf(parts: Holding, run: Address, turn: Turn): Signal | undefined {
  let birth: Signal | undefined
  for (const signal of recorded(parts, { actor: run, types: ['workflow.start'] }, turn))
    if (signal.refused === null) birth = signal
  return birth
}

/** Has it told the run above it how it ended, and stayed so that it can be undone? */
function hasToldEnd(parts: Holding, run: Address, parent: Address, turn: Turn): boolean {
  for (const { from, refused } of recorded(parts, { actor: parent, types: ['step.done'] }, turn))
    if (from === run && refused === null) return true
  return false
}

/** As its records say: it cannot be asked. */
function lastState({ journal }: Holding, run: Address, turn: Turn): string {
  const lately = turn.signals.toReversed().filter(({ to }) => to === run)
  const before = journal.query({ actor: run, order: 'desc', limit: REFUSALS })
  return [...lately, ...before].find(({ refused }) => refused === null)?.toState ?? 'held'
}

/** What the journal holds, and then what this turn has added to it. */
function* recorded(
  { journal }: Holding,
  filter: { actor?: Address; correlationId?: string; types: readonly string[] },
  turn: Turn,
): Generator<Signal> {
  yield* scan(journal, filter)
  const { actor, correlationId, types } = filter
  for (const signal of turn.signals)
    if (
      types.includes(signal.type) &&
      (actor === undefined || signal.to === actor) &&
      (correlationId === undefined || signal.correlationId === correlationId)
    )
      yield signal
}
