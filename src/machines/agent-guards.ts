/** Guards of the agent's chart: what must hold for a transition. Pure. */
import {
  again,
  isNewPause,
  mayResume,
  placeOf,
  resumedTo,
  wherePaused,
  type AgentContext,
  type AgentEvent,
} from './agent-context.ts'
import { answerOf, consequenceOf } from './agent-supervision.ts'

type Args = { context: AgentContext; event: AgentEvent }

export const guards = {
  isReady: ({ event }: Args) => event.type === 'agent.online' && event.data.ready,
  isFull: ({ context, event }: Args) => event.type === 'agent.load' && event.data.running >= context.capacity,
  isFullNow: ({ context }: Args) => context.running >= context.capacity,
  isPaused: ({ context }: Args) => (context.pauses?.length ?? 0) > 0,
  isNewPause: ({ context, event }: Args) => isNewPause(context, event),
  isOtherPause: ({ context, event }: Args) => isNewPause(wherePaused(context), event),
  isOneOfThem: ({ context, event }: Args) =>
    event.type === 'agent.resume' && event.data.by !== undefined && mayResume(context, event),
  isOperator: ({ event }: Args) => event.type === 'agent.resume' && event.data.by === undefined,
  isOperatorFull: ({ context, event }: Args) =>
    event.type === 'agent.resume' && event.data.by === undefined && context.running >= context.capacity,
  staysPaused: ({ context, event }: Args) => resumedTo(context, event) === 'paused',
  mayRestart: ({ context, event }: Args) => consequenceOf(context, event) === 'restart',
  isGivenUp: ({ context, event }: Args) => consequenceOf(context, event) === 'quarantine',
  isToStop: ({ context, event }: Args) => consequenceOf(context, event) === 'stop',
  isStillPaused: ({ context }: Args) => placeOf(again(context)) === 'paused',
  isAbsent: ({ context }: Args) => placeOf(again(context)) === 'offline',
  isOperatorOfAbsent: ({ context, event }: Args) =>
    event.type === 'agent.resume' && event.data.by === undefined && context.presence === 'absent',
  isApprovedPaused: ({ context, event }: Args) =>
    answerOf(context, event) === 'completed' && placeOf(again(context)) === 'paused',
  isApprovedAbsent: ({ context, event }: Args) =>
    answerOf(context, event) === 'completed' && placeOf(again(context)) === 'offline',
  isApproved: ({ context, event }: Args) => answerOf(context, event) === 'completed',
  isRejected: ({ context, event }: Args) => answerOf(context, event) === 'failed',
  isUnanswered: ({ context, event }: Args) => answerOf(context, event) === 'cancelled',
  isAway: ({ context, event }: Args) => resumedTo(context, event) === 'offline',
  isWarming: ({ context, event }: Args) => resumedTo(context, event) === 'idle',
  staysFull: ({ context, event }: Args) => resumedTo(context, event) === 'busy',
  hasRoom: ({ context, event }: Args) => resumedTo(context, event) === 'ready',
}
