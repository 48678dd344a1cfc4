/** Schedule options: how a schedule is given from outside, checked, and made what its machine keeps. Decides nothing about times. */
import { z } from 'zod'
import { parse } from '../actors/schema.ts'
import { StatorError } from '../errors.ts'
import { toMs, type Duration } from '../messages/duration.ts'
import type { Json } from '../messages/json.ts'
import type { Priority } from '../messages/message.ts'
import { MISSED, OVERLAP, type ScheduleSpec } from '../messages/schedule.ts'
import type { TaskCreate } from '../messages/task.ts'
import { checkPriority, toTime } from './given.ts'
import { hashOf } from './hash.ts'
import { checkCron } from './occurrences.ts'

export interface ScheduleOptions {
  /**
   * Minute, hour, day of month, month, day of week, with seconds before them if there are six parts; or `@daily` and the like.
   * Either this or `every`. At a change of clocks one that names one time of day runs once that day: after the gap, or at the
   * earlier of both; any other leaves out what lies in the gap and runs twice what comes twice.
   */
  cron?: string
  /** Of `cron`, such as `Europe/Berlin`. Default `UTC`. */
  timezone?: string
  /** Whole milliseconds, or `'10m'`: so often from `startAt`, or else from its creation; the first run is then one interval later. */
  every?: Duration
  /** Times that went by while no process was there: none is run, the latest is, or all are, one after another. Default 'once'. */
  missed?: 'skip' | 'once' | 'all'
  /**
   * A time that comes while an earlier run has not ended: it is skipped, it is kept until then (one of them), the earlier run is
   * cancelled, or both run. Default 'skip'. Missed ones that are all to be run wait for each other, but with 'allow', where
   * they run at once, and with 'cancel', where only the latest runs.
   */
  overlap?: 'skip' | 'buffer' | 'cancel' | 'allow'
  /** A time counts as missed when it is later than this. Default 1 minute. */
  grace?: Duration
  /** No time before this: a date, or milliseconds since the epoch. */
  startAt?: number | Date
  /** No time after this. */
  until?: number | Date
  /** It is over after so many runs. */
  times?: number
  /** Of its tasks. Default 'normal'. */
  priority?: Priority
  /** The queue that its tasks wait in. Default: that of the task. */
  queue?: string
  /** Its tasks have it, with `schedule` (the address) and `scheduledFor` (the time in ISO 8601) beside it. */
  metadata?: Readonly<Record<string, Json>>
  /** Puts this in the place of another definition of the same id. Default false: then that is a conflict. */
  replace?: boolean
}

const time = z.union([z.number(), z.date()]).optional()
const duration = z.union([z.number(), z.string()]).optional()
const shape = z.strictObject({
  cron: z.string().max(1_000).optional(),
  timezone: z.string().min(1).max(100).optional(),
  every: duration,
  missed: z.enum(MISSED).optional(),
  overlap: z.enum(OVERLAP).optional(),
  grace: duration,
  startAt: time,
  until: time,
  times: z.int().min(1).optional(),
  priority: z.unknown().optional(),
  queue: z.unknown().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  replace: z.boolean().optional(),
})

const GRACE = 60_000

/** @throws StatorError INPUT_INVALID */
export function checkScheduleOptions(options: ScheduleOptions): void {
  parse(shape, options, 'INPUT_INVALID', 'options')
}

/** @throws StatorError INPUT_INVALID, DEFINITION_INVALID (cron, time zone, duration) */
export function scheduleSpecOf(
  options: ScheduleOptions,
  { create, raw }: { create: Json; raw: Json },
): ScheduleSpec {
  const { cron, timezone = 'UTC', every, missed = 'once', overlap = 'skip', grace = GRACE, times } = options
  if ((cron === undefined) === (every === undefined))
    throw new StatorError('INPUT_INVALID', { cron, every, expected: 'one of both' })
  const interval = every === undefined ? undefined : toMs(every, 'every')
  if (interval !== undefined && (!Number.isSafeInteger(interval) || interval < 1))
    throw new StatorError('DEFINITION_INVALID', { every, expected: 'whole milliseconds, 1 or more' })
  if (cron !== undefined) checkCron(cron, timezone)
  else if (options.timezone !== undefined)
    throw new StatorError('INPUT_INVALID', { timezone, reason: 'an interval has no time zone' })
  const spec = {
    priority: checkPriority(options.priority),
    timezone,
    missed,
    overlap,
    grace: toMs(grace, 'grace'),
    ...(cron === undefined ? {} : { cron }),
    ...(interval === undefined ? {} : { every: interval }),
    ...(options.startAt === undefined ? {} : { startAt: toTime(options.startAt) }),
    ...(options.until === undefined ? {} : { until: toTime(options.until) }),
    ...(times === undefined ? {} : { times }),
  }
  const { metadata = null, queue = null } = create as { metadata?: Json; queue?: string }
  const definition = hashOf([raw, spec, metadata, queue])
  return { definition, create: create as unknown as TaskCreate, ...spec }
}
