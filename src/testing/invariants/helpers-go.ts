/**
 * Where an agent must go by what it was told: pauses, failures and how many of them it may have, restarts, quarantine. Read from records
 * alone, so that a machine that is wrong does not hide it.
 */
import type { Json } from '../../messages/json.ts'
import type { Signal } from '../../messages/signal.ts'
import { counting, type Helper } from './helpers.ts'

type Data = Readonly<Record<string, Json>>

/** The state that an agent must be in after a message that it took; undefined where nothing is known of it. */
export function agentGoes(helper: Helper | undefined, signal: Signal): string | undefined {
  if (helper === undefined) return undefined
  const { type } = signal
  const { state } = helper
  const data = signal.data as Data
  if (type === 'agent.stop') return 'stopped'
  if (type === 'agent.register') return state
  if (state === 'restarting' || state === 'quarantined') return asideGoes(helper, signal)
  if (type === 'agent.fault' || type === 'agent.fail') return failureGoes(helper, signal)
  if (type === 'agent.resume') return resumes(helper, data['by'] as string | undefined)
  if (type === 'agent.pause') return state === 'error' ? 'error' : 'paused'
  // Nobody who paused it has said that it may go on.
  const isPaused = helper.pauses.size > 0
  if (isPaused && state !== 'error') return 'paused'
  if (type === 'agent.offline') return isPaused ? 'paused' : 'offline'
  if (type === 'agent.online' && isPaused) return 'paused'
  if (type === 'agent.online') return data['ready'] === true ? 'ready' : 'idle'
  if (type !== 'agent.load' || (state !== 'ready' && state !== 'busy')) return state
  return (data['running'] as number) >= helper.capacity ? 'busy' : 'ready'
}

/** Back to where it belongs, whatever has happened meanwhile; from an error, on the word of an operator, to work. */
function resumes({ state, presence, told, capacity, pauses }: Helper, by: string | undefined): string {
  if (by !== undefined && state === 'error') return 'error'
  if (by !== undefined && [...pauses].some(other => other !== by)) return 'paused'
  if (state === 'paused' && presence === 'absent') return 'offline'
  if (state === 'paused' && presence === 'warming') return 'idle'
  return told >= capacity ? 'busy' : 'ready'
}

function failureGoes(helper: Helper, { type, at }: Signal): string {
  const { supervision, state } = helper
  const isBroken = type === 'agent.fail'
  if (supervision === undefined) return isBroken ? 'error' : state
  const { failures, intensity, giveUp } = supervision
  const count = counting(helper.faults, failures.within, at).length + 1
  // Whose pause it is to end does not end by a failure: there it is only counted.
  if (!isBroken && (count < failures.max || state === 'paused')) return state
  if (counting(helper.restarts, intensity.within, at).length < intensity.max) return 'restarting'
  return giveUp === 'stop' ? 'stopped' : 'quarantined'
}

function asideGoes({ state, presence, pauses }: Helper, { type, data }: Signal): string {
  const where = presence === 'absent' ? 'offline' : 'idle'
  const { by, status } = data as Data
  if (type === 'agent.resume') return by === undefined ? where : state
  if (type === 'step.done' && status === 'failed') return 'stopped'
  const goesOn = type === 'hub.timer' || (type === 'step.done' && status === 'completed')
  if (!goesOn) return state
  return pauses.size > 0 ? 'paused' : where
}
