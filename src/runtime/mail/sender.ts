/** Sender: who says something, and on which way: an attempt of a task, or a client. Shapes, and how an attempt is one. */
import { kindOf, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { Mail } from '../../messages/mail.ts'
import type { Seat } from '../seat.ts'

export interface Sender {
  readonly from: Address
  /** What it belongs to; undefined where each message belongs to itself. */
  readonly conversation: string | undefined
  readonly path: readonly string[]
  /** Messages between agents on the way to what it says. */
  readonly depth: number
  readonly by: Mail['by']
  /** What it works at, for whoever is consulted. */
  readonly run: string | undefined
  readonly metadata: Readonly<Record<string, Json>> | undefined
}

export function senderOf({ effect }: Seat): Sender {
  const { agent, task, turn, correlationId, depth, spec } = effect
  const { parent } = spec
  return {
    from: agent,
    conversation: correlationId,
    // Work that began outside any message begins a way with whoever does it.
    path: [...(spec.mail?.path ?? []), agent],
    depth: depth + 1,
    by: { task, turn },
    run: parent !== undefined && kindOf(parent) === 'workflow' ? parent.slice('workflow/'.length) : undefined,
    metadata: spec.metadata,
  }
}

export function clientSender(from: Address): Sender {
  return {
    from,
    conversation: undefined,
    path: [],
    depth: 1,
    by: undefined,
    run: undefined,
    metadata: undefined,
  }
}
