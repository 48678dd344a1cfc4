/**
 * What a lock knows of itself, and the pure functions that its chart moves it with: grants, the line, leases. No states and no
 * transitions: those are the chart's, in lock.ts.
 */
import type { EventsOf } from '../messages/event.ts'
import type { LockAcquire, lockMessages } from '../messages/lock.ts'

export interface LockOwner {
  /** Address of a task, or what a client calls itself. */
  readonly owner: string
  /** Which attempt of the task; 0 of a client. */
  readonly turn: number
}

export interface LockHolder extends LockOwner {
  readonly agent: string | null
  readonly note: string | null
  /** Milliseconds. */
  readonly lease: number
  /** Milliseconds since the epoch: when it was granted, and when it ends unless it is renewed. */
  readonly since: number
  readonly until: number
  /** Calls of its that have it: one, or more where it was asked for again by whoever had it. */
  readonly asks: readonly string[]
}

export interface LockWaiter extends LockOwner {
  readonly ask: string
  readonly agent: string | null
  readonly note: string | null
  readonly lease: number
  readonly since: number
  /** Milliseconds in the line, at most; null: as long as it takes. */
  readonly timeout: number | null
}

/** How whoever had it last came to have it no longer. */
export interface LockPassed extends LockOwner {
  readonly token: number
  readonly how: 'released' | 'expired' | 'broken' | 'revoked'
  /** Of one that was broken: who did it. Of that and of one that was revoked: why. */
  readonly by: string | null
  readonly reason: string | null
  readonly at: number
}

export interface LockContext {
  /** The token of the last grant; it only grows, and this actor never ends. */
  readonly token: number
  readonly holder: LockHolder | null
  /** First come, first served. */
  readonly line: readonly LockWaiter[]
  readonly last: LockPassed | null
  /** Over its whole life: grants, how many had to wait, and for how long (milliseconds): all of them, and the longest. */
  readonly grants: number
  readonly waits: number
  readonly waited: number
  readonly longest: number
  /** How often somebody waited too long, a lease ran out, an operator broke it, its holder ended without giving it back. */
  readonly timeouts: number
  readonly expiries: number
  readonly breaks: number
  readonly revokes: number
}

export type LockEvent = EventsOf<typeof lockMessages>

export const NEW_LOCK: LockContext = {
  token: 0,
  holder: null,
  line: [],
  last: null,
  grants: 0,
  waits: 0,
  waited: 0,
  longest: 0,
  timeouts: 0,
  expiries: 0,
  breaks: 0,
  revokes: 0,
}

export const LEASE = 'lease'

/** The timer of one that waits. */
export const timerOf = ({ owner, turn, ask }: Pick<LockWaiter, 'owner' | 'turn' | 'ask'>): string =>
  `wait ${owner} ${turn} ${ask}`

export const isSame = (a: LockOwner | null, b: LockOwner): boolean =>
  a !== null && a.owner === b.owner && a.turn === b.turn

/** Does this event speak of what the holder has? */
export function isHolders({ holder, token }: LockContext, event: LockEvent): boolean {
  if (holder === null || !('owner' in event.data) || !isSame(holder, event.data)) return false
  if (event.type === 'lock.revoke') return true
  const { ask, token: told = token } = event.data as { readonly ask?: string; readonly token?: number }
  return told === token && (ask === undefined || holder.asks.includes(ask))
}

/** Whom of the line it speaks of. */
export function waitersOf({ line }: LockContext, event: LockEvent): readonly LockWaiter[] {
  if (event.type === 'lock.late') return line.filter(waiter => timerOf(waiter) === event.data.id)
  if (event.type !== 'lock.release' && event.type !== 'lock.revoke') return []
  const { ask, token } = event.data as { readonly ask?: string; readonly token?: number }
  // Who gives a token back does not mean what it waits for.
  if (token !== undefined) return []
  return line.filter(waiter => isSame(waiter, event.data) && (ask === undefined || ask === waiter.ask))
}

/** What is left of the holder's calls when this one is given back. */
export function asksLeft({ holder }: LockContext, event: LockEvent): readonly string[] {
  const ask = event.type === 'lock.release' ? event.data.ask : undefined
  return ask === undefined ? [] : (holder?.asks.filter(other => other !== ask) ?? [])
}

export function waiterOf(event: LockEvent & { readonly type: 'lock.acquire' }): LockWaiter {
  const { owner, turn, ask, agent = null, note = null, lease, timeout = null } = event.data
  return { owner, turn, ask, agent, note, lease, since: event.at, timeout }
}

/** The next of the line has it: a new token, and all that the same owner asked for besides. */
export function granted(context: LockContext, at: number): LockContext {
  const [first] = context.line
  if (first === undefined) return { ...context, holder: null }
  const asks = context.line.filter(waiter => isSame(waiter, first))
  const { owner, turn, agent, note } = first
  const lease = Math.max(...asks.map(each => each.lease))
  const waited = asks.reduce((sum, { since }) => sum + at - since, 0)
  return {
    ...context,
    token: context.token + 1,
    holder: {
      owner,
      turn,
      agent,
      note,
      lease,
      since: at,
      until: at + lease,
      asks: asks.map(({ ask }) => ask),
    },
    line: context.line.filter(waiter => !isSame(waiter, first)),
    grants: context.grants + 1,
    waited: context.waited + waited,
    longest: Math.max(context.longest, at - first.since),
  }
}

const HOW: Readonly<Record<string, Exclude<LockPassed['how'], 'released'>>> = {
  'lock.expired': 'expired',
  'lock.break': 'broken',
  'lock.revoke': 'revoked',
}
const COUNTED = { expired: 'expiries', broken: 'breaks', revoked: 'revokes' } as const

/** It is not the holder's any more: how that came about is kept, and counted. */
export function passed(context: LockContext, event: LockEvent): LockContext {
  const { holder, token } = context
  if (holder === null) return context
  const how = HOW[event.type] ?? 'released'
  const { by = null, reason = null } = event.data as { readonly by?: string; readonly reason?: string }
  const last: LockPassed = { owner: holder.owner, turn: holder.turn, token, how, by, reason, at: event.at }
  if (how === 'released') return { ...context, last }
  return { ...context, last, [COUNTED[how]]: context[COUNTED[how]] + 1 }
}

/** Asked for again by its holder, it has it as long as it would have, or longer; and from then on the longer of both leases. */
export function again(holder: LockHolder, { ask, lease: asked }: LockAcquire, at: number): LockHolder {
  const lease = Math.max(holder.lease, asked)
  return { ...holder, asks: [...holder.asks, ask], lease, until: Math.max(holder.until, at + asked) }
}
