/**
 * Escalation: how a handler asks people. It opens a gate, once for all attempts of the task, and waits for its end; what the question
 * does to the agent is the gate's own to say.
 */
import { z } from 'zod'
import type { EscalateOptions, GateCalls } from '../../actors/gate-calls.ts'
import { questionOf, questionShape } from '../../actors/gate-question.ts'
import { parse } from '../../actors/schema.ts'
import { fromFailure, StatorError } from '../../errors.ts'
import { checkId, checkName, idOf, kindOf, type Address } from '../../messages/address.ts'
import { REJECTION_POLICIES } from '../../messages/gate.ts'
import type { Json } from '../../messages/json.ts'
import type { Door } from '../door.ts'
import { GateHandle, type GateOutcome } from '../gate-handle.ts'
import type { HandleHost } from '../handles.ts'
import { hashOf } from '../hash.ts'
import type { Seat } from '../seat.ts'

export interface EscalationParts {
  readonly door: Pick<Door, 'create'>
  readonly handles: HandleHost
}

const shape = z.strictObject({
  ...questionShape,
  id: z.string().optional(),
  pause: z.enum(['agent', 'task']).optional(),
  onReject: z.enum(REJECTION_POLICIES).optional(),
})

/** For one attempt. */
export function gateCalls(parts: EscalationParts, seat: Seat): GateCalls {
  const escalate = (options: EscalateOptions): Promise<never> => {
    const answer = escalated(parts, seat, options)
    // A handler that ended without waiting for it must not end the process by its rejection.
    answer.catch(() => {})
    return answer as Promise<never>
  }
  return { escalate }
}

async function escalated(parts: EscalationParts, seat: Seat, options: EscalateOptions): Promise<unknown> {
  seat.requireCurrent()
  const { id, pause = 'agent', onReject } = parse(shape, options, 'INPUT_INVALID', 'options of escalate')
  const { task, agent, spec, correlationId } = seat.effect
  const asked = seat.admit({
    ...questionOf(options, 'escalate'),
    ...(pause === 'agent' ? { pauses: true } : {}),
    ...(onReject === undefined ? {} : { onReject }),
  }) as { readonly [key: string]: Json }
  const name = id === undefined ? `ask-${hashOf(seat.keyOf(['gate', asked]))}` : checkName(id, 'gate id')
  const to: Address = `gate/${checkId(`${idOf(task)}/${name}`, 'gate id')}`
  const { parent } = spec
  const run = parent !== undefined && kindOf(parent) === 'workflow' ? { run: parent } : {}
  const data = { ...asked, asker: { task, agent, ...run } }
  // The key is the task's, whatever agent works on it: so it is asked once, whichever attempt comes first.
  const { depth } = seat.effect
  const key = { key: `gate ${name}`, raw: to }
  await parts.door.create({
    type: 'gate.open',
    to,
    from: agent,
    keeper: task,
    data,
    correlationId,
    depth,
    key,
  })
  return approvalOf(to, await outcomeOf(parts, seat, to))
}

/** Until it is answered, or this attempt is over: whichever comes first. */
async function outcomeOf({ handles }: EscalationParts, seat: Seat, to: Address): Promise<GateOutcome> {
  seat.requireCurrent()
  const goOn = seat.suspend()
  const over = new Promise<never>((_, reject) => {
    seat.onEnd(() => reject(new StatorError('STALE_ATTEMPT', { task: seat.effect.task, gate: to })))
  })
  try {
    return await Promise.race([new GateHandle(handles, to).outcome(), over])
  } finally {
    goOn()
  }
}

/** @throws StatorError GATE_REJECTED, GATE_EXPIRED, CANCELLED: no further attempt changes that */
function approvalOf(gate: Address, { status, by, reason, data, error }: GateOutcome): unknown {
  if (status === 'approved')
    return { approved: true, by, ...(reason === null ? {} : { reason }), ...(data === null ? {} : { data }) }
  const code = status === 'rejected' ? 'GATE_REJECTED' : status === 'expired' ? 'GATE_EXPIRED' : 'CANCELLED'
  const failure = error ?? { name: 'Error', message: status, code }
  throw Object.assign(fromFailure(code, failure, { gate: idOf(gate), by, reason }), { retryable: false })
}
