/** GateHandle: what can be known of a gate, and how its end is waited for. It holds an address and nothing that could be lost. */
import { StatorError, type Failure } from '../errors.ts'
import type { GateContext } from '../machines/gate.ts'
import type { Address } from '../messages/address.ts'
import type { GATE_ENDINGS } from '../messages/gate.ts'
import type { Json } from '../messages/json.ts'
import type { Cell } from './cell.ts'
import type { Ending } from './endings.ts'
import { Handle } from './handles.ts'
import type { Checkpoint } from './journal.ts'

export interface GateOutcome {
  /** `expired`: nobody answered in time, which counts as a rejection. */
  readonly status: (typeof GATE_ENDINGS)[number]
  /** Who answered; null where nobody did. */
  readonly by: string | null
  readonly reason: string | null
  /** What was given with an approval; null where nothing was. */
  readonly data: Json
  /** Present where it was not approved: GATE_REJECTED, GATE_EXPIRED, CANCELLED. */
  readonly error?: Failure
}

/** A gate, wherever it was found. */
export interface Seen {
  readonly address: Address
  readonly state: string
  readonly correlationId: string
  readonly context: GateContext
}

/** One that is in memory, or was brought back to be looked at. */
export const seenIn = (cell: Cell, state = cell.held === null ? cell.state : 'held'): Seen => ({
  address: cell.address,
  state,
  correlationId: cell.correlationId,
  context: cell.snapshot.context as GateContext,
})

/** One that is parked. */
export const seenAt = ({ address, state, correlationId, snapshot }: Checkpoint): Seen => ({
  address,
  state,
  correlationId,
  context: (snapshot as unknown as { context: GateContext }).context,
})

export function outcomeOf(
  { by, reason, data, error }: GateContext,
  status: GateOutcome['status'],
): GateOutcome {
  return { status, by, reason, data, ...(error === null ? {} : { error }) }
}

export class GateHandle extends Handle<GateOutcome> {
  /** How it stands, or ended; undefined for one that never was, or was pruned. @throws StatorError CLOSED, JOURNAL_FAILED */
  seen(): Seen | undefined {
    const cell = this.host.cell(this.address)
    if (cell !== undefined) return seenIn(cell)
    const ending = this.host.ending(this.address)
    const past = ending === undefined ? undefined : this.host.past(ending)
    return past === undefined ? undefined : seenIn(past, ending?.toState ?? '')
  }

  /** Settles when that is durable. One that has ended is left alone. */
  async cancel(reason: string | undefined): Promise<void> {
    await this.askToEnd('gate.cancel', reason === undefined ? {} : { reason })
  }

  /** @throws StatorError NOT_FOUND: it was pruned since */
  protected read({ signal, cell }: Ending): GateOutcome {
    const ended = cell ?? this.host.past(signal)
    if (ended === undefined) throw new StatorError('NOT_FOUND', { address: this.address })
    return outcomeOf(ended.snapshot.context as GateContext, signal.toState as GateOutcome['status'])
  }
}
