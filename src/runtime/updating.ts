/**
 * Updating: what an update of a run comes to, made at its delivery, before the run takes it: the answer, and what it changes, go into the
 * message, so that they are recorded, and a replay copies them. Users' code runs here; what it throws is told to whoever asked.
 */
import type { Answer, Said } from '../actors/conversation.ts'
import { toFailure } from '../errors.ts'
import type { Json } from '../messages/json.ts'
import { canTake } from './can-take.ts'
import type { Cell } from './cell.ts'
import type { Journal } from './journal.ts'
import { lookFor } from './outputs.ts'
import { refuse } from './signal-draft.ts'
import type { SignalDraft } from './turn.ts'

/** Whether the run is to take it. Where it would not, no handler runs, and the run says so itself. */
export function answer(cell: Cell, signal: SignalDraft, journal: Journal): boolean {
  const { definition, snapshot } = cell
  const said = signal.data as unknown as Said
  const answered = (made: Answer): Json => ({ ...said, ...made }) as unknown as Json
  if (!canTake(definition.machine, snapshot, { ...signal, data: answered({ answer: null }) })) return true
  try {
    const made = definition.update?.(snapshot.context, said, lookFor(cell, journal))
    if (made !== undefined) signal.data = answered(made)
    return true
  } catch (error) {
    signal.toState = signal.fromState = cell.state
    refuse(signal, { code: 'UPDATE_FAILED', message: reasonOf(error) })
    return false
  }
}

function reasonOf(error: unknown): string {
  const { reason } = (error as { readonly details?: { readonly reason?: string } }).details ?? {}
  return reason ?? toFailure(error, 'UPDATE_FAILED').message
}
