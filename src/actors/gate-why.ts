/** Gate why: what is to be said of a word that a gate did not take, beside that its state does not. Pure. */
import type { GateContext } from '../machines/gate.ts'
import type { Signal } from '../messages/signal.ts'
import type { Why } from './kind.ts'

export function whyOfGate(context: unknown, { type, data }: Signal): Why | undefined {
  const { spec, assignment, endedAt } = context as GateContext
  if (spec === null || endedAt > 0) return undefined
  const assignedTo = assignment?.to ?? null
  if (type === 'gate.escalate') {
    const message = 'nobody comes after whoever is asked now'
    return { code: 'GATE_LAST_APPROVER', message, details: { assignedTo, approvers: spec.approvers ?? [] } }
  }
  if (type !== 'gate.approve' && type !== 'gate.reject') return undefined
  const { by } = data as { readonly by: string }
  return {
    code: 'GATE_NOT_YOURS',
    message: `${assignedTo} is asked, and not ${by}`,
    details: { by, assignedTo },
  }
}
