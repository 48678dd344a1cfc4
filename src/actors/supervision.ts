/** Supervision as its users write it: what follows when an agent fails again and again. Shapes and defaults only. */
import { z } from 'zod'
import { toMs, type Duration } from '../messages/duration.ts'
import { GIVEN_UP, type Supervision } from '../messages/agent.ts'
import { retrySchema, type RetryPolicy } from '../messages/task.ts'
import { parse } from './schema.ts'

export interface SupervisionOptions {
  /** So many failed attempts within this time, and it is restarted. Default 5 within 1 minute. */
  failures?: { max: number; within: Duration }
  /** What it waits before a restart: longer each time. Default 1 s, doubled up to 1 minute, jitter 'full'. */
  restart?: {
    initialInterval?: Duration
    backoff?: number
    maxInterval?: Duration
    jitter?: RetryPolicy['jitter']
  }
  /** After so many restarts within this time it is given up instead. Default 3 within 10 minutes. */
  intensity?: { max: number; within: Duration }
  /**
   * Given up: `quarantine`, it takes no work until somebody releases it, whatever process life; or `stop`, it is unregistered, as far as
   * its process does not register it anew. Default 'quarantine'.
   */
  giveUp?: (typeof GIVEN_UP)[number]
  /** A gate is opened for it: approved, it is released; rejected or expired, stopped. Default false. */
  escalate?: boolean | { approvers?: readonly string[]; expires?: Duration }
  /** Tasks that wait for it alone, messages aside, may go to others of its role. Default false. */
  reassign?: boolean
}

const span = z.custom<Duration>()
const shape = z.strictObject({
  failures: z.strictObject({ max: z.int().min(1), within: span }).optional(),
  restart: z
    .strictObject({
      initialInterval: span.optional(),
      backoff: z.number().min(1).optional(),
      maxInterval: span.optional(),
      jitter: retrySchema.shape.jitter.optional(),
    })
    .optional(),
  intensity: z.strictObject({ max: z.int().min(0), within: span }).optional(),
  giveUp: z.enum(GIVEN_UP).optional(),
  escalate: z
    .union([
      z.boolean(),
      z.strictObject({ approvers: z.array(z.string().min(1)).min(1).optional(), expires: span.optional() }),
    ])
    .optional(),
  reassign: z.boolean().optional(),
})

/** Fills in the defaults. @throws StatorError DEFINITION_INVALID, naming what is wrong */
export function supervisionOf(options: SupervisionOptions, what: string): Supervision {
  const given = parse(shape, options, 'DEFINITION_INVALID', what)
  const { failures, restart = {}, intensity, escalate = false } = given
  return {
    failures: { max: failures?.max ?? 5, within: some(failures?.within ?? '1m', 'failures.within') },
    restart: {
      initialInterval: toMs(restart.initialInterval ?? '1s', 'restart.initialInterval'),
      backoff: restart.backoff ?? 2,
      maxInterval: toMs(restart.maxInterval ?? '1m', 'restart.maxInterval'),
      jitter: restart.jitter ?? 'full',
    },
    intensity: { max: intensity?.max ?? 3, within: some(intensity?.within ?? '10m', 'intensity.within') },
    giveUp: given.giveUp ?? 'quarantine',
    ...(escalate !== false && { escalate: escalate === true ? {} : asked(escalate) }),
    reassign: given.reassign ?? false,
  }
}

/** A window of no time holds nothing. */
const some = (given: Duration, what: string): number => Math.max(1, toMs(given, what))

const asked = ({
  approvers,
  expires,
}: {
  approvers?: string[] | undefined
  expires?: Duration | undefined
}): object => ({
  ...(approvers !== undefined && { approvers }),
  ...(expires !== undefined && { expires: toMs(expires, 'escalate.expires') }),
})
