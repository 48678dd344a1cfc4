/** Migrating: an actor gets word that it goes on with another definition. Runs inside a turn; it judges nothing and commits nothing. */
import { kindOf } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import type { Envelope } from './envelope.ts'
import type { Holding } from './holding.ts'
import { definitionsIn } from './migration.ts'
import { draft, refuse } from './signal-draft.ts'
import type { Turn } from './turn.ts'

/** It lives again, with its timers, and gets the mail that was kept for it. */
export function migrate(parts: Holding, envelope: Envelope, seq: number, turn: Turn): Signal {
  const { population, timers, delivery, backlog } = parts
  const signal = draft(envelope, seq, turn.at)
  signal.fromState = signal.toState = definitionsIn(signal).state
  const cell = population.adopt(signal)
  if (cell === undefined)
    return refuse(signal, { code: 'VERSION_MISSING', message: 'its definition is not registered' })
  signal.toState = cell.state
  signal.name = `${kindOf(cell.address)}.migrated`
  // One that is held for another reason stays so, and its mail is kept.
  if (cell.held !== null) return signal
  for (const timer of cell.timers?.values() ?? []) timers.add(cell, timer)
  delivery.observe(cell, turn.at)
  turn.queue.push(...backlog.takeMail(cell.address, turn))
  return signal
}
