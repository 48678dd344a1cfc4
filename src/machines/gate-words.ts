/**
 * Gate words: what a gate came to, and what it says of that: to the run that waits for it, and to the agent whose handler does.
 * Pure functions; no states.
 */
import type { Failure } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Send } from '../messages/command.ts'
import type { EventsOf } from '../messages/event.ts'
import type { gateMessages, GateOpen } from '../messages/gate.ts'
import type { Json } from '../messages/json.ts'
import type { Assignment } from './gate-assignment.ts'

export interface GateContext {
  /** What it was opened with; null only before that. */
  readonly spec: GateOpen | null
  /** Who is to answer; absent where anybody is. */
  readonly assignment?: Assignment
  /** Who answered, why, and what else they said. */
  readonly by: string | null
  readonly reason: string | null
  readonly data: Json
  /** Why it was not approved. */
  readonly error: Failure | null
  /** Milliseconds since the epoch; 0 while it has not happened. */
  readonly openedAt: number
  readonly endedAt: number
}

export type GateEvent = EventsOf<typeof gateMessages>

/** Who approves where nobody answered, and that counts as an approval. */
export const BY_TIME = 'system/clock'

export interface Ended {
  /** As the run that waits for it would say of a step. */
  readonly status: 'completed' | 'failed' | 'cancelled'
  readonly kept: Partial<GateContext>
  /** An approval, as it was given. */
  readonly output?: Json
}

/** Nobody who asks again would be answered otherwise. */
const failure = (name: string, code: string, message: string): Failure => ({
  name,
  message,
  code,
  retryable: false,
})

export const approvesByItself = ({ spec }: GateContext): boolean => spec?.onExpire === 'approve'

export function ended(context: GateContext, event: GateEvent): Ended {
  switch (event.type) {
    case 'gate.approve':
      return approved(event.data)
    case 'gate.reject': {
      const { by, reason } = event.data
      const error = failure('GateRejected', 'GATE_REJECTED', `rejected by ${by}: ${reason}`)
      return { status: 'failed', kept: { by, reason, error } }
    }
    case 'gate.cancel': {
      const { reason = 'cancelled' } = event.data
      return { status: 'cancelled', kept: { reason, error: failure('Cancelled', 'CANCELLED', reason) } }
    }
    default: {
      const message = lateness(context.spec, event.type)
      if (approvesByItself(context)) return approved({ by: BY_TIME, reason: message })
      return { status: 'failed', kept: { error: failure('GateExpired', 'GATE_EXPIRED', message) } }
    }
  }
}

function approved(said: Extract<GateEvent, { type: 'gate.approve' }>['data']): Ended {
  const { by, reason = null, data = null } = said
  return { status: 'completed', kept: { by, reason, data }, output: { approved: true, ...said } as Json }
}

const lateness = (spec: GateOpen | null, timer: string): string =>
  timer === 'gate.overdue'
    ? `none of ${spec?.approvers?.length ?? 1} answered within ${spec?.escalateAfter ?? 0} ms`
    : `not answered within ${spec?.expires ?? 0} ms`

/** Word to whoever opened it and waits for it, where one does. */
export function report(
  { spec }: GateContext,
  { status, kept, output }: Ended,
  { type, data }: GateEvent,
): Send | null {
  if (spec?.parent === undefined || spec.step === undefined) return null
  if (type === 'gate.cancel' && data.unheard === true) return null
  const { parent: to, step, visit, item } = spec
  const said = output === undefined ? { error: kept.error } : { output }
  const place = { step, ...(visit !== undefined && { visit }), ...(item !== undefined && { item }) }
  return { type: 'send', to, event: 'step.done', data: { ...place, status, ...said } as unknown as Json }
}

/** What pauses an agent is said as that of the gate alone: others may pause it, too. */
const toAgent = ({ asker }: GateOpen, event: string, data: Json): Send | null =>
  asker === undefined ? null : { type: 'send', to: asker.agent, event, data, correlationId: asker.agent }

/** Word to the agent whose handler asks, as the gate opens. */
export function pause(spec: GateOpen, gate: Address): Send | null {
  if (spec.pauses !== true) return null
  return toAgent(spec, 'agent.pause', { by: gate, reason: spec.title ?? 'it asks somebody' })
}

/** And as it ends. */
export function unpause({ spec }: GateContext, { status, kept }: Ended, gate: Address): Send | null {
  if (spec === null) return null
  if (status === 'failed' && spec.onReject === 'stop')
    return toAgent(spec, 'agent.stop', { reason: kept.error?.message ?? 'rejected' })
  return spec.pauses === true ? toAgent(spec, 'agent.resume', { by: gate }) : null
}
