/**
 * Conversation: what agents say to each other in the course of one thing: how much, how often, and whether they may go on. Which
 * message trips a guard is the postmaster's to see. Pure.
 */
import { assign, setup } from 'xstate'
import type { conversationMessages } from '../messages/conversation.ts'
import type { EventsOf } from '../messages/event.ts'

export interface ConversationContext {
  /** Messages of agents since it began, or was resumed. */
  readonly messages: number
  /** Of these that were refused for the rate, or for a full mailbox. */
  readonly refused: number
  /** The bucket of its rate: see bucket.ts. */
  readonly full: number
  /** How often it was resumed: each time the guards allow as much again. */
  readonly resumed: number
  /** Who stopped it, and why; of a guard its code, and who answered whom. */
  readonly by: string | null
  readonly reason: string | null
  readonly code: string | null
  readonly loop: readonly string[]
  /** Milliseconds since the epoch; 0 while it has not happened. */
  readonly startedAt: number
  readonly stoppedAt: number
}

export type ConversationEvent = EventsOf<typeof conversationMessages>
type Args = { context: ConversationContext; event: ConversationEvent }

export const NEW_CONVERSATION: ConversationContext = {
  messages: 0,
  refused: 0,
  full: 0,
  resumed: 0,
  by: null,
  reason: null,
  code: null,
  loop: [],
  startedAt: 0,
  stoppedAt: 0,
}

function loaded({ messages, refused, full, startedAt }: ConversationContext, event: ConversationEvent) {
  if (event.type !== 'conversation.load') return {}
  const { data } = event
  return {
    messages: messages + data.messages,
    refused: refused + data.refused,
    full: data.messages === 0 ? full : Math.max(full, data.at) + data.messages * data.rate.interval,
    startedAt: startedAt === 0 ? event.at : startedAt,
  }
}

function stopped(event: ConversationEvent): Partial<ConversationContext> {
  if (event.type !== 'conversation.stop') return {}
  const { by, reason, code = null, loop = [] } = event.data
  return { by, reason, code, loop, stoppedAt: event.at }
}

const load = { actions: 'load' } as const

export const conversationMachine = setup({
  types: {} as { context: ConversationContext; events: ConversationEvent },
  guards: {
    /** Somebody may have said something since it was decided. */
    isQuiet: ({ context, event }: Args) =>
      event.type === 'conversation.end' && event.data.messages === context.messages,
  },
  actions: {
    load: assign(({ context, event }) => loaded(context, event)),
    stop: assign(({ event }) => stopped(event)),
    resume: assign(({ context }) => ({
      ...NEW_CONVERSATION,
      full: context.full,
      startedAt: context.startedAt,
      resumed: context.resumed + 1,
    })),
  },
}).createMachine({
  id: 'conversation',
  version: '1',
  description:
    'What agents say to each other in the course of one thing, until a guard or an operator stops it.',
  options: { maxIterations: 100 },
  context: NEW_CONVERSATION,
  initial: 'pending',
  states: {
    pending: {
      meta: { description: 'No agent has said anything yet.' },
      on: { 'conversation.load': { target: 'running', actions: 'load' } },
    },
    running: {
      meta: { description: 'Agents may say something in it, as far as the guards allow.' },
      on: {
        'conversation.load': load,
        'conversation.stop': { target: 'stopped', actions: 'stop' },
        'conversation.end': { guard: 'isQuiet', target: 'ended' },
      },
    },
    stopped: {
      meta: {
        description: 'Nothing more may be said in it until an operator resumes it, also across restarts.',
      },
      on: {
        'conversation.load': load,
        'conversation.resume': { target: 'running', actions: 'resume' },
      },
    },
    ended: { type: 'final', meta: { description: 'Nobody has anything to say in it any more.' } },
  },
})
