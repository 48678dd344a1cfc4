/**
 * What becomes of an agent that fails: pure functions of what it remembers of its failures and restarts, and of what it is told now.
 * Times come in events. No states: those are the chart's, in agent.ts.
 */
import type { Failure } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Supervision } from '../messages/agent.ts'
import type { Send } from '../messages/command.ts'
import type { Json } from '../messages/json.ts'
import type { AgentContext, AgentEvent } from './agent-context.ts'
import { retryDelay } from './retry.ts'

/** Characters of an agent's id in the name of its gate, which has at most 200. */
const MAX_NAMED = 150

/** What a failure leads to; undefined where it is only remembered, or nobody supervises. */
export type Consequence = 'restart' | 'quarantine' | 'stop' | undefined

/** Of those times, the ones that count still. */
const recent = (times: readonly number[] = [], within: number, at: number): readonly number[] =>
  times.filter(time => time > at - within)

/** Failures that count after this one; a limit keeps their number small. */
export function faultsAfter(
  { supervision, faults }: AgentContext,
  { type, at }: AgentEvent,
): readonly number[] {
  if (!supervision || type !== 'agent.fault') return faults ?? []
  return [...recent(faults, supervision.failures.within, at), at].slice(-supervision.failures.max)
}

/** It cannot do without a restart: it failed too often, or could not warm up. */
const isWorn = (context: AgentContext, { failures }: Supervision, event: AgentEvent): boolean =>
  event.type === 'agent.fail' || faultsAfter(context, event).length >= failures.max

export function consequenceOf(context: AgentContext, event: AgentEvent): Consequence {
  const { supervision } = context
  if (!supervision || !isWorn(context, supervision, event)) return undefined
  const { intensity, giveUp } = supervision
  const restarts = recent(context.restarts, intensity.within, event.at)
  return restarts.length < intensity.max ? 'restart' : giveUp
}

/** Why it is restarted, or given up. */
const lastError = (event: AgentEvent): Failure | null =>
  event.type === 'agent.fault' || event.type === 'agent.fail' ? (event.data.error as Failure) : null

/** A restart that is to come: how it counts, and after how many milliseconds it is due. */
export function restarting(
  context: AgentContext,
  event: AgentEvent,
): { readonly kept: Partial<AgentContext>; readonly delay: number } {
  const { supervision } = context
  if (!supervision) return { kept: {}, delay: 0 }
  const random = 'random' in event.data ? (event.data.random ?? 0) : 0
  const restarts = [...recent(context.restarts, supervision.intensity.within, event.at), event.at]
  const delay = retryDelay({ maxAttempts: 1, ...supervision.restart }, restarts.length, random)
  const kept = { faults: [], restarts, restartAt: event.at + delay, error: lastError(event) }
  return { kept, delay }
}

/** It is given up: what is remembered of that, and the question to a human, where one is asked. */
export function quarantined(
  context: AgentContext,
  event: AgentEvent,
): { readonly kept: Partial<AgentContext>; readonly gate: Send | null } {
  const { supervision, restarts = [] } = context
  const error = lastError(event)
  const within = supervision?.intensity.within ?? 0
  const count = recent(restarts, within, event.at).length
  const reason = `it failed again after ${count} restarts within ${within} ms`
  const escalate = supervision?.escalate
  const to: Address = `gate/quarantine.${idOf(event.to).slice(0, MAX_NAMED)}.${event.seq}`
  const kept = {
    faults: [],
    error,
    reason,
    quarantine: { at: event.at, reason, gate: escalate === undefined ? null : to },
  }
  if (escalate === undefined) return { kept, gate: null }
  const data = {
    // It says how it ended as it would to a run.
    parent: event.to,
    step: 0,
    title: `Release ${event.to} from quarantine?`,
    reason,
    details: { agent: event.to, error: error as unknown as Json, restarts: count },
    ...escalate,
  } as Json
  return { kept, gate: { type: 'send', to, event: 'gate.open', data, correlationId: to } }
}

/** The question of a quarantine that is over otherwise. */
export function askedNoMore({ quarantine }: AgentContext, { from, type }: AgentEvent): Send | null {
  const gate = quarantine?.gate ?? null
  if (gate === null || (type === 'step.done' && from === gate)) return null
  const data = { reason: 'the quarantine is over', unheard: true }
  return { type: 'send', to: gate, event: 'gate.cancel', data }
}

/** What its gate came to; undefined where that is not the word of its gate. */
export const answerOf = ({ quarantine }: AgentContext, event: AgentEvent): string | undefined =>
  event.type === 'step.done' && event.from === quarantine?.gate ? event.data.status : undefined

const idOf = (address: string): string => address.slice(address.indexOf('/') + 1)
