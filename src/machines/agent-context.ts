/**
 * What an agent knows of itself, and the pure functions that its chart moves it with: who paused it, where it belongs when it takes
 * work again. What becomes of its failures is said in agent-supervision.ts. No states and no transitions: those are the chart's, in agent.ts.
 */
import type { Failure } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { agentMessages, Supervision } from '../messages/agent.ts'
import type { EventsOf } from '../messages/event.ts'
import type { MailboxSpec, MessageRate } from '../messages/mailbox.ts'

export interface AgentContext {
  readonly role: string | null
  readonly skills: readonly string[]
  /** Tasks it may run at once. */
  readonly capacity: number
  readonly running: number
  /** What it wants to hear of what is published: patterns of topics, with the task that it is told as. Absent where that is nothing. */
  readonly topics?: readonly { readonly pattern: string; readonly task: string }[]
  /** Is its code here? Known in every state, so that it returns from a pause to where it belongs. */
  readonly presence: 'absent' | 'warming' | 'ready'
  /** Statistics over its whole life; busyMs in milliseconds of its tasks' running time. */
  readonly done: number
  readonly failed: number
  readonly busyMs: number
  readonly error: Failure | null
  readonly reason: string | null
  /** Who wants it to take no work: it is paused until none is left. Absent where nobody ever did. */
  readonly pauses?: readonly Pause[]
  /** What follows from its failures: nothing where nobody supervises it. Absent with all the rest where nobody ever did. */
  readonly supervision?: Supervision | null
  /** When it failed and was restarted, as far back as that counts, in milliseconds since the epoch. */
  readonly faults?: readonly number[]
  readonly restarts?: readonly number[]
  /** When its restart is due. */
  readonly restartAt?: number
  readonly quarantine?: Quarantine | null
  /** How much mail may wait for it, and what becomes of more. Absent where nobody ever said so. */
  readonly mailbox?: MailboxSpec | null
  /** How much it may say. Absent where nobody ever said so. */
  readonly messages?: MessageRate | null
  /** The bucket of that: see bucket.ts. Absent where it never said anything. */
  readonly full?: number
}

/** It was given up. */
export interface Quarantine {
  readonly at: number
  readonly reason: string
  /** Where a human is asked what becomes of it. */
  readonly gate: Address | null
}

export interface Pause {
  /** Null: an operator. */
  readonly by: Address | null
  readonly reason: string | null
}

export const NEW_AGENT: AgentContext = {
  role: null,
  skills: [],
  capacity: 1,
  running: 0,
  presence: 'absent',
  done: 0,
  failed: 0,
  busyMs: 0,
  error: null,
  reason: null,
}

export type AgentEvent = EventsOf<typeof agentMessages>

/** What is recorded of it. Where something is not said any more, that is said by null, as JSON has nothing else for it. */
export function registered(context: AgentContext, event: AgentEvent): Partial<AgentContext> {
  if (event.type !== 'agent.register') return {}
  const { role = null, skills, capacity, supervision, topics, mailbox, messages } = event.data
  const supervised = supervision ?? (context.supervision === undefined ? undefined : null)
  const heard = topics ?? (context.topics === undefined ? undefined : [])
  const box = mailbox ?? (context.mailbox === undefined ? undefined : null)
  const rate = messages ?? (context.messages === undefined ? undefined : null)
  return {
    role,
    skills,
    capacity,
    ...(supervised !== undefined && { supervision: supervised }),
    ...(heard !== undefined && { topics: heard }),
    ...(box !== undefined && { mailbox: box }),
    ...(rate !== undefined && { messages: rate }),
  }
}

/** After what it has said. */
export function spoken({ full = 0 }: AgentContext, event: AgentEvent): Partial<AgentContext> {
  if (event.type !== 'agent.said') return {}
  const { at, messages, rate } = event.data
  return { full: Math.max(full, at) + messages * rate.interval }
}

/** Where it belongs that takes work again. */
export type Place = 'paused' | 'offline' | 'idle' | 'busy' | 'ready'

export function placeOf({ pauses = [], presence, running, capacity }: AgentContext): Place {
  if (pauses.length > 0) return 'paused'
  if (presence === 'absent') return 'offline'
  if (presence === 'warming') return 'idle'
  return running >= capacity ? 'busy' : 'ready'
}

/** One that is paused, by an operator where it was so before it was kept who did that. */
export const wherePaused = (context: AgentContext): AgentContext =>
  context.pauses === undefined ? { ...context, pauses: [{ by: null, reason: context.reason }] } : context

/** Does somebody pause it who did not before? */
export const isNewPause = ({ pauses = [] }: AgentContext, event: AgentEvent): boolean =>
  event.type === 'agent.pause' && !pauses.some(({ by }) => by === (event.data.by ?? null))

/** Is that the word of one who paused it, or of an operator, who may lift all pauses? */
export const mayResume = ({ pauses = [] }: AgentContext, event: AgentEvent): boolean =>
  event.type === 'agent.resume' &&
  (event.data.by === undefined || pauses.some(({ by }) => by === event.data.by))

/** Who wants it paused after that. */
export function pausesAfter({ pauses = [] }: AgentContext, event: AgentEvent): readonly Pause[] {
  if (event.type === 'agent.pause')
    return [...pauses, { by: event.data.by ?? null, reason: event.data.reason ?? null }]
  if (event.type !== 'agent.resume' || event.data.by === undefined) return []
  const { by } = event.data
  return pauses.filter(pause => pause.by !== by)
}

/** Restarted, it warms up again where its process is there. */
export const again = (context: AgentContext): AgentContext =>
  context.presence === 'absent' ? context : { ...context, presence: 'warming' }

/** After the word of somebody who may resume it: where it belongs. */
export const resumedTo = (context: AgentContext, event: AgentEvent): Place | undefined =>
  mayResume(context, event) ? placeOf({ ...context, pauses: pausesAfter(context, event) }) : undefined
