/** Context why: what whoever wrote to a shared value is told when it was not taken: who was there before him, and what he wanted. Pure. */
import { expected, isStale, type ContextState } from '../machines/context.ts'
import type { ContextDelete } from '../messages/context.ts'
import type { Signal } from '../messages/signal.ts'
import type { Why } from './kind.ts'

/** Undefined where its state is all that is to be said. */
export function whyNotWritten(context: unknown, { from, data }: Signal): Why | undefined {
  const state = context as ContextState
  const { expect, fence, why = null, task = null } = data as ContextDelete
  const { version, by, at } = state
  const current = { version, by, task: state.task, why: state.why, at, isThere: state.isThere }
  const tried = { by: from, task, why }
  if (isStale(state, { fence }))
    return {
      code: 'STALE_TOKEN',
      message: `it was written under token ${state.fence} since`,
      details: { token: fence ?? 0, newest: state.fence, current, tried },
    }
  if (expect === undefined || expect === expected(state)) return undefined
  const since = version === 0 ? 'nobody has written it' : `${by ?? ''} made version ${version} of it`
  return {
    code: 'CONTEXT_CONFLICT',
    message: `${from} expected ${expect === 0 ? 'no value' : `version ${expect}`}, and ${since}`,
    details: { current, tried: { ...tried, expected: expect } },
  }
}
