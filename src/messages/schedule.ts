/** What a schedule is told. Schemas only, and what tells the ids of its tasks from others. */
import { z } from 'zod'
import { PRIORITIES } from './message.ts'
import { failureSchema, taskCreate } from './task.ts'

/** What becomes of times that went by while nobody was there: none is run, one is, or all are. */
export const MISSED = ['skip', 'once', 'all'] as const
/** What becomes of a time that comes while an earlier task has not ended: left out, kept (one), the earlier is cancelled, or beside it. */
export const OVERLAP = ['skip', 'buffer', 'cancel', 'allow'] as const

/** All that a schedule needs for its whole life. Times in milliseconds since the epoch, durations in milliseconds. */
export const scheduleSpec = z.object({
  /** Names all that its user gave: the same again is no other schedule. */
  definition: z.string(),
  /** What each of its tasks is created with. */
  create: taskCreate,
  priority: z.enum(PRIORITIES),
  cron: z.string().optional(),
  timezone: z.string(),
  every: z.int().min(1).optional(),
  missed: z.enum(MISSED),
  overlap: z.enum(OVERLAP),
  /** Later than this a time counts as missed. */
  grace: z.number().min(0),
  startAt: z.number().optional(),
  until: z.number().optional(),
  times: z.int().min(1).optional(),
})
export type ScheduleSpec = z.infer<typeof scheduleSpec>

export const scheduleMessages = {
  'schedule.create': scheduleSpec,
  /** Another definition from now on; what it has done stays counted. */
  'schedule.update': scheduleSpec,
  /** The calendar's word: the times that have come, oldest first; how many lie before those; and the one to come. */
  'schedule.fire': z.object({
    turn: z.int(),
    due: z.array(z.number()),
    passed: z.int().min(0),
    /** Up to here all is told. */
    upTo: z.number(),
    next: z.number().nullable(),
  }),
  /** The calendar cannot say when it comes. */
  'schedule.fail': z.object({ turn: z.int(), error: failureSchema }),
  'schedule.pause': z.object({ reason: z.string().optional() }),
  'schedule.resume': z.object({}),
  'schedule.remove': z.object({ reason: z.string().optional() }),
  /** Run now, beside whatever runs. */
  'schedule.trigger': z.object({}),
  /** How one of its tasks ended. */
  'step.done': z.object({
    step: z.int(),
    status: z.enum(['completed', 'failed', 'cancelled', 'blocked']),
    error: failureSchema.optional(),
  }),
} as const

/** Those that a client may send. */
export const schedulePublic = [
  'schedule.pause',
  'schedule.resume',
  'schedule.remove',
  'schedule.trigger',
] as const

/** Ids that only schedules give to tasks. */
export const isTaskOfSchedule = (id: string): boolean => /@\d{4}-\d\d-\d\dT[\d:.]+Z(\.trigger-\d+)?$/.test(id)
