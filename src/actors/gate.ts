/** gate(): a step of a workflow that somebody must approve. Who may, and how it is answered, is runtime.gates'. */
import { z } from 'zod'
import { toMs, type Duration } from '../messages/duration.ts'
import type { Json } from '../messages/json.ts'
import { parse } from './schema.ts'

export interface GateOptions {
  /** Unanswered for so long it is rejected (GATE_EXPIRED). Default: it waits for ever. */
  expires?: Duration
}

/** What an approval leaves behind, as the output of its step. */
export interface Approval {
  readonly approved: true
  readonly by: string
  readonly reason?: string
  readonly data?: Json
}

export interface GateDefinition {
  readonly kind: 'gate'
  /** Milliseconds. */
  readonly expires: number | undefined
}

const shape = z.strictObject({ expires: z.custom<Duration>().optional() })

/** @throws StatorError DEFINITION_INVALID */
export function gate(options: GateOptions = {}): GateDefinition {
  const { expires } = parse(shape, options, 'DEFINITION_INVALID', 'options of a gate')
  return Object.freeze({
    kind: 'gate' as const,
    expires: expires === undefined ? undefined : toMs(expires, 'expires'),
  })
}
