/**
 * Occurrences: the times of a schedule: by arithmetic for intervals, by croner for cron expressions with their time zones. The
 * one file that uses croner, and only to calculate: none of its timers ever runs. Nothing here knows what time it is.
 *
 * Where clocks change, an expression that names one time of day (`30 2 * * *`) runs once on every day: at the first minute after
 * the gap where its time does not exist, at the earlier one where its time comes twice. Any other (`*\/30 * * * *`) goes by the
 * clock on the wall: times in the gap are left out, and times that come twice are run twice.
 */
import { Cron } from 'croner'
import { StatorError } from '../errors.ts'
import type { ScheduleSpec } from '../messages/schedule.ts'

export interface Occurrences {
  /** Oldest first; of more than the limit the latest. */
  readonly due: readonly number[]
  /** How many lie before those. Of cron no more are counted than were looked at: at least one. */
  readonly passed: number
  /** Null where none is to come. */
  readonly next: number | null
}

type Times = Pick<ScheduleSpec, 'cron' | 'timezone' | 'every' | 'startAt' | 'until'>

/** What lies after `from`, up to `upTo`, and what comes then. Without a start of its own `every` counts from the anchor. */
export function occurrences(
  spec: Times,
  { anchor, from, upTo, limit }: { anchor: number; from: number; upTo: number; limit: number },
): Occurrences {
  const end = Math.min(upTo, spec.until ?? Number.POSITIVE_INFINITY)
  const found =
    spec.every === undefined
      ? byCron(spec, from, end, limit)
      : byInterval(spec.every, spec.startAt ?? anchor, from, end, limit)
  // What is to come lies after what was asked for, also where that is later than the last time there is.
  const next =
    spec.every === undefined
      ? cronAfter(cronOf(spec), Math.max(from, upTo), spec.startAt)
      : intervalAfter(spec.every, spec.startAt ?? anchor, Math.max(from, upTo))
  const isThere = next !== null && next <= Math.min(spec.until ?? LATEST, LATEST)
  return { ...found, next: isThere ? next : null }
}

/** Years have four digits. */
const LATEST = Date.UTC(9999, 11, 31)

/** @throws StatorError DEFINITION_INVALID with the reason: no cron expression, or no time zone */
export function checkCron(cron: string, timezone: string): void {
  try {
    // A date alone would be taken as well, and is no expression.
    if (!cron.startsWith('@') && !/^\S+(\s+\S+){4,5}$/.test(cron.trim()))
      throw new TypeError('five parts are required (minute to day of week), or six with seconds before them')
    cronAfter(cronOf({ cron, timezone }), 0, undefined)
  } catch (error) {
    throw new StatorError(
      'DEFINITION_INVALID',
      { cron, timezone, reason: (error as Error).message },
      { cause: error },
    )
  }
}

/** Without a function to call it is never started. */
const cronOf = ({ cron = '', timezone }: Pick<Times, 'cron' | 'timezone'>): Cron =>
  new Cron(cron, { timezone, mode: '5-or-6-parts', paused: true })

function cronAfter(cron: Cron, after: number, startAt: number | undefined): number | null {
  const from = startAt === undefined ? after : Math.max(after, startAt - 1)
  return cron.nextRun(new Date(from))?.getTime() ?? null
}

function byCron(spec: Times, from: number, end: number, limit: number): Omit<Occurrences, 'next'> {
  const cron = cronOf(spec)
  const due: number[] = []
  for (let at = cronAfter(cron, from, spec.startAt); at !== null && at <= end;) {
    if (due.length === limit) return latest(cron, end, limit)
    due.push(at)
    at = cronAfter(cron, at, spec.startAt)
  }
  return { due, passed: 0 }
}

/** From the end backwards, so that a long absence takes no longer than a short one. */
function latest(cron: Cron, end: number, limit: number): Omit<Occurrences, 'next'> {
  const runs = cron.previousRuns(limit, new Date(end + 1)).map(run => run.getTime())
  return { due: runs.toReversed(), passed: 1 }
}

function intervalAfter(every: number, start: number, after: number): number {
  return after < start ? start : start + (Math.floor((after - start) / every) + 1) * every
}

function byInterval(
  every: number,
  start: number,
  from: number,
  end: number,
  limit: number,
): Omit<Occurrences, 'next'> {
  const first = intervalAfter(every, start, from)
  const count = end < first ? 0 : Math.floor((end - first) / every) + 1
  const passed = Math.max(0, count - limit)
  const due = Array.from({ length: count - passed }, (_, n) => first + (passed + n) * every)
  return { due, passed }
}
