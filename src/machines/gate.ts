/**
 * Gate: a question to people, from its opening to the answer, or to the time when there is none. It knows who is asked, and who is
 * next; it tells how it ended to the run that waits for it, and pauses the agent whose handler does. Pure: how people hear of it
 * is not its business.
 */
import { enqueueActions, setup } from 'xstate'
import type { Emitted } from '../messages/command.ts'
import { escalated, nextOf, opened, reassigned, turnOf, type Assignment } from './gate-assignment.ts'
import {
  approvesByItself,
  ended,
  pause,
  report,
  unpause,
  type GateContext,
  type GateEvent,
} from './gate-words.ts'

export type { GateContext, GateEvent } from './gate-words.ts'

type Args = { context: GateContext; event: GateEvent }

export const NEW_GATE: GateContext = {
  spec: null,
  by: null,
  reason: null,
  data: null,
  error: null,
  openedAt: 0,
  endedAt: 0,
}

/** Who is asked after that; undefined where it asks nobody else. */
function asked({ spec, assignment }: GateContext, event: GateEvent): Assignment | undefined {
  if (spec === null) return undefined
  const { at } = event
  if (event.type === 'gate.reassign') {
    const { to, by, reason = null } = event.data
    return reassigned(spec, assignment, { to, by, reason, at })
  }
  const { by = null, reason = null } = event.type === 'gate.escalate' ? event.data : {}
  return escalated(spec, assignment, { by, reason, at })
}

const approve = { guard: 'approvesByItself', target: 'approved', actions: 'end' } as const
const expire = { target: 'expired', actions: 'end' } as const

export const gateMachine = setup({
  types: {} as { context: GateContext; events: GateEvent; emitted: Emitted },
  guards: {
    /** Who opened it, or the hub for them; what nobody waits for is anybody's. */
    isTheirs: ({ context: { spec }, event: { from } }: Args) => {
      const owner = spec?.parent ?? spec?.asker?.task
      return owner === undefined || from === owner || from === 'system/hub'
    },
    mayAnswer: ({ context: { spec, assignment }, event }: Args) =>
      spec?.strict !== true ||
      assignment === undefined ||
      ('by' in event.data && event.data.by === assignment.to),
    hasNext: ({ context: { spec, assignment } }: Args) =>
      spec !== null && nextOf(spec, assignment) !== undefined,
    approvesByItself: ({ context }: Args) => approvesByItself(context),
  },
  actions: {
    open: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'gate.open') return
      const { expires } = event.data
      const assignment = opened(event.data, event.at)
      enqueue.assign({
        spec: event.data,
        openedAt: event.at,
        ...(assignment === undefined ? {} : { assignment }),
      })
      if (expires !== undefined)
        enqueue.raise({ type: 'gate.expired' } as never, { id: 'expiry', delay: expires })
      const turn = turnOf(event.data, assignment)
      if (turn !== undefined)
        enqueue.raise({ type: 'gate.overdue' } as never, { id: 'escalation', delay: turn })
      const message = pause(event.data, event.to)
      if (message !== null) enqueue.emit(message)
    }),
    /** Somebody else is asked, and has as much time as whoever was before. */
    ask: enqueueActions(({ context, event, enqueue }) => {
      const { spec } = context
      const assignment = asked(context, event)
      if (spec === null || assignment === undefined) return
      enqueue.assign({ assignment })
      if (spec.escalateAfter === undefined) return
      enqueue.cancel('escalation')
      const turn = turnOf(spec, assignment)
      if (turn !== undefined)
        enqueue.raise({ type: 'gate.overdue' } as never, { id: 'escalation', delay: turn })
    }),
    end: enqueueActions(({ context, event, enqueue }) => {
      const told = ended(context, event)
      enqueue.assign({ ...told.kept, endedAt: event.at })
      const messages = [report(context, told, event), unpause(context, told, event.to)]
      for (const message of messages) if (message !== null) enqueue.emit(message)
    }),
  },
}).createMachine({
  id: 'gate',
  version: '1',
  description:
    'A question to people: waits for approval or rejection of whoever is asked, and not longer than its time.',
  options: { maxIterations: 100 },
  context: NEW_GATE,
  initial: 'pending',
  states: {
    pending: {
      meta: { description: 'Is not opened yet.' },
      on: { 'gate.open': { target: 'open', actions: 'open' } },
    },
    open: {
      meta: { description: 'Waits for an answer; who is to give it may change.' },
      on: {
        'gate.approve': { guard: 'mayAnswer', target: 'approved', actions: 'end' },
        'gate.reject': { guard: 'mayAnswer', target: 'rejected', actions: 'end' },
        'gate.reassign': { actions: 'ask' },
        'gate.escalate': { guard: 'hasNext', actions: 'ask' },
        'gate.overdue': [{ guard: 'hasNext', actions: 'ask' }, approve, expire],
        'gate.expired': [approve, expire],
        'gate.cancel': { guard: 'isTheirs', target: 'cancelled', actions: 'end' },
      },
    },
    approved: {
      type: 'final',
      meta: { description: 'Somebody approved, or its time did; who, why and with what is kept.' },
    },
    rejected: { type: 'final', meta: { description: 'Somebody rejected it, and said why.' } },
    expired: { type: 'final', meta: { description: 'Nobody answered in time: as if it were rejected.' } },
    cancelled: { type: 'final', meta: { description: 'Nobody waits for the answer any more.' } },
  },
})
