/**
 * Guards: why a message between agents must not go on: its conversation is too deep, goes round in circles, says too much or too often.
 * Pure: what stands in the way of one message, by what it says of its own way and what is known of its conversation.
 */
import type { Why } from '../../actors/kind.ts'
import { idOf, type Address } from '../../messages/address.ts'
import type { Mail } from '../../messages/mail.ts'
import type { Limits } from '../limits.ts'
import type { Track } from './track.ts'

/** Links of a chain that are shown where it does not close. */
const SHOWN = 20

export interface Tripped extends Why {
  /** The conversation is stopped for it. */
  readonly stops: boolean
  /** Ids of the agents, each answered by the next; the last is who would have been next. */
  readonly loop: readonly string[]
}

export interface Passing {
  readonly mail: Mail
  /** Whom it is for; null where it goes to many, or to whoever fits. */
  readonly to: Address | null
  readonly depth: number
  readonly at: number
}

type GuardLimits = Pick<Limits, 'depth' | 'revisits' | 'conversationMessages' | 'conversationRate'>

/** Each resume allows as much again. */
export function tripped(
  passing: Passing,
  track: Track | undefined,
  limits: GuardLimits,
): Tripped | undefined {
  const { mail, to, depth, at } = passing
  const times = 1 + (track?.resumed ?? 0)
  const loop = loopOf(mail.path, to)
  const words = loop.join(' → ')
  const why = (code: Tripped['code'], reason: string, details: Tripped['details'] = {}): Tripped => ({
    code,
    message: reason === '' ? words : `${words}: ${reason}`,
    details: { loop: words, ...details },
    stops: true,
    loop,
  })
  if (depth > limits.depth * times)
    return why('CONVERSATION_DEPTH', `message ${depth} of its way`, { depth, limit: limits.depth * times })
  const visits = to === null ? 0 : mail.path.filter(agent => agent === to).length
  if (visits >= limits.revisits * times)
    return why('CONVERSATION_CYCLE', '', { visits, limit: limits.revisits * times })
  // Of what clients say each message stands for itself.
  if (track === undefined || mail.path.length === 0) return undefined
  if (track.messages >= limits.conversationMessages)
    return why('CONVERSATION_LONG', `${track.messages} messages`, { limit: limits.conversationMessages })
  const { opensAt } = track
  if (opensAt <= at) return undefined
  const { conversationRate: rate } = limits
  const details = { conversation: track.address, rate, retryAfter: opensAt - at }
  return { ...why('MESSAGE_RATE', '', details), stops: false }
}

/** From where the recipient was met last; the end of the way where it was not, or where there are many. */
export function loopOf(path: readonly string[], to: Address | null): string[] {
  const last = to === null ? -1 : path.lastIndexOf(to)
  const links = [...path.slice(last < 0 ? -SHOWN : last), ...(to === null ? [] : [to])]
  return links.map(agent => idOf(agent as Address))
}
