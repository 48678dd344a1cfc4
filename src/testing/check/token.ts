/**
 * Token: a case as one word that can be copied from a log: it holds everything that the run depends on, not a seed whose meaning
 * could change. Nothing is played here.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { z } from 'zod'
import { StatorError } from '../../errors.ts'
import { CRASH_POINTS } from '../host/disk.ts'
import { EFFECT_FAULTS } from '../world/effect.ts'
import type { Case } from './case.ts'

const PREFIX = 'stator1.'
/** Far more than any case: what is no token of ours must not fill the memory. */
const MOST_BYTES = 256 * 1024 * 1024

const fault = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('crash'),
    write: z.int().min(1),
    point: z.enum([...CRASH_POINTS, 'refused']),
  }),
  z.strictObject({
    kind: z.literal('call'),
    effect: z.string(),
    call: z.int().min(1),
    fault: z.enum(EFFECT_FAULTS),
  }),
  z.strictObject({ kind: z.literal('pause'), agent: z.int().min(0), after: z.int().min(0) }),
])
const shape = z.strictObject({
  check: z.string(),
  case: z.strictObject({
    faults: z.array(fault),
    actors: z.strictObject({
      agents: z.int().min(1).max(100),
      capacity: z.int().min(1),
      limits: z.enum(['usual', 'tight']),
    }),
    events: z.array(
      z.strictObject({ type: z.string(), after: z.int().min(0), to: z.int().min(0), data: z.json() }),
    ),
    inputs: z.array(z.json()).min(1),
    outputs: z.record(z.string(), z.array(z.json())),
    schedule: z.array(z.int().min(0)),
    seed: z.int(),
  }),
})

export interface Token {
  /** The name of the check that it is for. */
  readonly check: string
  readonly case: Case
}

export function toToken(token: Token): string {
  return PREFIX + deflateRawSync(JSON.stringify(token)).toString('base64url')
}

/** `file` is where it was found, if it was in one. @throws StatorError TOKEN_INVALID */
export function fromToken(text: string, file?: string): Token {
  const word = text.trim()
  const where = file === undefined ? {} : { file }
  if (!word.startsWith(PREFIX))
    throw new StatorError('TOKEN_INVALID', { ...where, reason: `one begins with ${PREFIX}` })
  try {
    const bytes = Buffer.from(word.slice(PREFIX.length), 'base64url')
    const json: unknown = JSON.parse(inflateRawSync(bytes, { maxOutputLength: MOST_BYTES }).toString())
    return shape.parse(json) as Token
  } catch (error) {
    throw new StatorError(
      'TOKEN_INVALID',
      { ...where, reason: 'it is cut off, or of another version' },
      { cause: error },
    )
  }
}
