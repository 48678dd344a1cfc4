/** Refused: what a recorded refusal is to whoever sent the message: an error with its code. It reads; nothing is refused here. */
import { ERRORS, StatorError, type ErrorCode } from '../errors.ts'
import type { Signal } from '../messages/signal.ts'

export function refusalOf(signal: Signal): StatorError {
  const { type, to, toState: state } = signal
  const { allowed = [] } = signal.refused ?? {}
  const guarded = allowed.includes(type)
    ? { reason: 'its state takes such events, and a guard did not take this one' }
    : {}
  const details = { type, to, state, allowed, ...guarded }
  const { code = 'EVENT_REFUSED', message: reason = '', details: said } = signal.refused ?? {}
  if (code === 'RECIPIENT_UNKNOWN') return new StatorError(code, { to, type })
  if (code === 'CYCLE') return new StatorError(code, { cycle: reason })
  if (code === 'UPDATE_FAILED' || code === 'MACHINE_FAULT')
    return new StatorError(code, { ...details, reason })
  if (code !== 'EVENT_REFUSED' && code in ERRORS)
    return new StatorError(code as ErrorCode, { type, to, reason, ...said })
  return new StatorError('EVENT_REFUSED', details)
}
