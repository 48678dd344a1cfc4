/** Holding: what becomes of the mail of an actor that is held, and how it goes on when an operator lets it. Runs inside a turn; it commits nothing. */
import { StatorError } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import type { Backlog } from './backlog.ts'
import type { Cell } from './cell.ts'
import type { Deciders } from './decider.ts'
import { heldError } from './ended.ts'
import { againInput } from './inputs.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Envelope } from './envelope.ts'
import type { Delivery } from './delivery.ts'
import type { Journal } from './journal.ts'
import type { Population } from './population.ts'
import { decode } from './record.ts'
import { scan } from './scan.ts'
import type { Timers } from './timers.ts'
import type { Turn } from './turn.ts'

export interface Holding {
  readonly population: Population
  readonly journal: Journal
  readonly timers: Timers
  readonly delivery: Delivery
  readonly backlog: Backlog
  readonly dispatcher: Dispatcher
  readonly deciders: Deciders
}

/** Mail of an actor that does not move: kept, durably, until it is released. Who waits for an answer is told. */
export function keepForHeld(
  { backlog, dispatcher, population }: Holding,
  envelope: Envelope,
  turn: Turn,
): void {
  if (envelope.ack !== undefined) {
    const { to } = envelope
    const hold = population.stranded().get(to) ?? population.find(to)?.hold
    envelope.ack.failed(hold ? heldError(to, hold) : new StatorError('HELD', { address: to }))
    return
  }
  if (envelope.type !== 'task.start') backlog.keepMail(envelope, turn)
  else {
    if (envelope.pendingId > 0) turn.delivered.push(envelope.pendingId)
    dispatcher.drop(envelope.to)
  }
}

/** What it stumbled over is delivered again, what it sent along too long a chain, and then its mail. */
export function releaseHeld(parts: Holding, signal: Signal, turn: Turn): void {
  const { population, journal, timers, delivery, backlog } = parts
  const cell = population.find((signal.data as { address: Address }).address)
  if (cell === undefined || cell.held === null) return
  const find = (seq: number): Signal | undefined => {
    const record = turn.records.find(other => other.seq === seq) ?? journal.get(seq)
    return record === undefined ? undefined : decode(record)
  }
  const again = find(cell.held.signal)
  const overrun = overrunBy(parts, cell, cell.held.signal, turn)
  cell.held = null
  population.moved(cell, signal.seq)
  for (const timer of cell.timers?.values() ?? []) timers.add(cell, timer)
  delivery.observe(cell, turn.at)
  // Which agent gets a task is decided anew.
  if (again !== undefined && again.type !== 'task.start')
    turn.queue.push(againInput(again, find(again.causationId)))
  for (const late of overrun) turn.queue.push(againInput(late, find(late.causationId)))
  turn.queue.push(...backlog.takeMail(cell.address, turn))
}

/** One that is held sends no more, but what it had sent before may come to be too much after that. */
function overrunBy({ journal }: Holding, cell: Cell, after: number, turn: Turn): Signal[] {
  const { address, correlationId } = cell
  const isOverrun = ({ seq, from, refused }: Signal): boolean =>
    seq > after && from === address && refused?.code === 'HOPS_EXCEEDED'
  return [
    ...[...scan(journal, { correlationId, after })].filter(isOverrun),
    ...turn.signals.filter(isOverrun),
  ]
}
