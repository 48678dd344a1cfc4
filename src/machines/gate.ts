/**
 * Gate: a question to a human, from its opening to the answer, or to the time when there is none. It tells the run that waits for it
 * how it ended. Pure: who may answer, and how they hear of it, is not its business.
 */
import { enqueueActions, setup } from 'xstate'
import type { Failure } from '../errors.ts'
import type { Emitted, Send } from '../messages/command.ts'
import type { EventsOf } from '../messages/event.ts'
import type { gateMessages, GateOpen } from '../messages/gate.ts'
import type { Json } from '../messages/json.ts'

export interface GateContext {
  /** What it was opened with; null only before that. */
  readonly spec: GateOpen | null
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

interface Ended {
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

function ended({ spec }: GateContext, event: GateEvent): Ended {
  switch (event.type) {
    case 'gate.approve': {
      const { by, reason = null, data = null } = event.data
      return {
        status: 'completed',
        kept: { by, reason, data },
        output: { approved: true, ...event.data } as Json,
      }
    }
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
      const message = `not answered within ${spec?.expires ?? 0} ms`
      return { status: 'failed', kept: { error: failure('GateExpired', 'GATE_EXPIRED', message) } }
    }
  }
}

/** Word to the run that waits for it, where one does. */
function report({ spec }: GateContext, { status, kept, output }: Ended): Send | null {
  if (spec?.parent === undefined || spec.step === undefined) return null
  const { parent: to, step, visit, item } = spec
  const said = output === undefined ? { error: kept.error } : { output }
  const place = { step, ...(visit !== undefined && { visit }), ...(item !== undefined && { item }) }
  return { type: 'send', to, event: 'step.done', data: { ...place, status, ...said } as unknown as Json }
}

export const gateMachine = setup({
  types: {} as { context: GateContext; events: GateEvent; emitted: Emitted },
  guards: {
    /** Who opened it, or the hub for them; what no run waits for is anybody's. */
    isTheirs: ({ context: { spec }, event: { from } }: Args) =>
      spec?.parent === undefined || from === spec.parent || from === 'system/hub',
  },
  actions: {
    open: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'gate.open') return
      const { expires } = event.data
      enqueue.assign({ spec: event.data, openedAt: event.at })
      if (expires !== undefined)
        enqueue.raise({ type: 'gate.expired' } as never, { id: 'expiry', delay: expires })
    }),
    end: enqueueActions(({ context, event, enqueue }) => {
      const told = ended(context, event)
      enqueue.assign({ ...told.kept, endedAt: event.at })
      const message = report(context, told)
      if (message !== null) enqueue.emit(message)
    }),
  },
}).createMachine({
  id: 'gate',
  version: '1',
  description: 'A question to a human: waits for approval or rejection, and not longer than its time.',
  options: { maxIterations: 100 },
  context: NEW_GATE,
  initial: 'pending',
  states: {
    pending: {
      meta: { description: 'Is not opened yet.' },
      on: { 'gate.open': { target: 'open', actions: 'open' } },
    },
    open: {
      meta: { description: 'Waits for an answer.' },
      on: {
        'gate.approve': { target: 'approved', actions: 'end' },
        'gate.reject': { target: 'rejected', actions: 'end' },
        'gate.expired': { target: 'expired', actions: 'end' },
        'gate.cancel': { guard: 'isTheirs', target: 'cancelled', actions: 'end' },
      },
    },
    approved: { type: 'final', meta: { description: 'Somebody approved; who, why and with what is kept.' } },
    rejected: { type: 'final', meta: { description: 'Somebody rejected it, and said why.' } },
    expired: { type: 'final', meta: { description: 'Nobody answered in time: as if it were rejected.' } },
    cancelled: { type: 'final', meta: { description: 'Nobody waits for the answer any more.' } },
  },
})
