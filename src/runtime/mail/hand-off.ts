/** Hand-off: how an attempt gives its task to somebody else. Who that may be is looked at here; the task itself moves. */
import { z } from 'zod'
import type { HandOffOptions, Recipient } from '../../actors/mail-calls.ts'
import { parse } from '../../actors/schema.ts'
import { StatorError } from '../../errors.ts'
import { checkName } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import { mailboxOf } from '../../messages/mail.ts'
import type { taskMessages } from '../../messages/task.ts'
import type { Door } from '../door.ts'
import type { Limits } from '../limits.ts'
import type { Seat } from '../seat.ts'
import { recipientOf, type LettersParts } from './letters.ts'

export interface HandOffParts extends LettersParts {
  readonly door: Door
  readonly limits: Limits
}

type Heir = z.infer<(typeof taskMessages)['task.handOff']>['to']

const shape = z.strictObject({ note: z.string().min(1).max(2_000).optional() })

/** @throws StatorError (rejects), whatever comes of it: STALE_ATTEMPT once somebody else has it */
export async function handOff(
  parts: HandOffParts,
  seat: Seat,
  to: Recipient | { readonly role: string },
  options: HandOffOptions,
): Promise<never> {
  seat.requireCurrent()
  const { effect } = seat
  const { note } = parse(shape, options, 'INPUT_INVALID', 'options') as HandOffOptions
  const { task, agent, turn, correlationId, depth, handedOver = [] } = effect
  if (handedOver.length >= parts.limits.handOffs)
    throw new StatorError('HANDED_TOO_OFTEN', { task, by: handedOver.map(({ from }) => from) })
  const heir = heirOf(parts, effect, to) as Json
  const data = { turn, to: heir, ...(note === undefined ? {} : { note }) }
  await parts.door.submit({ type: 'task.handOff', to: task, from: agent, data, correlationId, depth })
  throw seat.signal.reason
}

function heirOf(
  parts: HandOffParts,
  { spec }: Seat['effect'],
  to: Recipient | { readonly role: string },
): Heir {
  if (typeof to === 'object' && to !== null && 'role' in to && !('id' in to)) {
    const role = checkName(to.role, 'role')
    if (!parts.registry.isHandled(spec.task, role))
      throw new StatorError('TASK_UNHANDLED', { task: spec.task, role })
    return { role }
  }
  const agent = recipientOf(parts, to as Recipient, spec.task)
  // A message goes on in the mailbox of whose it is now.
  return spec.mail === undefined ? { agent } : { agent, queue: mailboxOf(agent.slice('agent/'.length)) }
}
