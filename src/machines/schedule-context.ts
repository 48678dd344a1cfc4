/**
 * What a schedule knows of itself, and the pure functions that its chart moves it with: which of the times that have come are
 * run, by its policies. When times come is the calendar's to know; states and transitions are the chart's, in schedule.ts.
 */
import type { Failure } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Send } from '../messages/command.ts'
import type { EventsOf } from '../messages/event.ts'
import type { Json } from '../messages/json.ts'
import type { scheduleMessages, ScheduleSpec } from '../messages/schedule.ts'
import { isoTime } from './iso-time.ts'

/** Times that wait for earlier ones to end, at most; beyond it the oldest are skipped. */
export const MAX_BACKLOG = 1_000

export interface ScheduleContext {
  /** What it was created with, or last replaced by; null only before that. */
  readonly spec: ScheduleSpec | null
  /** Counts the questions to the calendar: an answer to an older one is not taken. */
  readonly turn: number
  /** From where `every` counts, unless it has a start of its own. Milliseconds since the epoch, as all times here. */
  readonly anchor: number
  /** Times up to here are decided. */
  readonly from: number
  /** The next one; null while the calendar is asked, and where there is none. */
  readonly next: number | null
  /** Milliseconds until then. */
  readonly delay: number
  /** The last one that was run. */
  readonly last: number | null
  /** Its tasks that have not ended. */
  readonly running: readonly Address[]
  /** Times that are to be run, one after another, once those have ended. */
  readonly backlog: readonly number[]
  /** Every time that has come is in the backlog or in one of these three. */
  readonly started: number
  /** Left out because of what ran. */
  readonly skipped: number
  /** Left out because nobody was there. */
  readonly missed: number
  /** Runs beside the plan, on somebody's word. */
  readonly triggered: number
  /** Why it is paused, if somebody said so; or why the calendar could not tell its times. */
  readonly reason: string | null
  readonly error: Failure | null
  readonly createdAt: number
}

export const NEW_SCHEDULE: ScheduleContext = {
  spec: null,
  turn: 0,
  anchor: 0,
  from: 0,
  next: null,
  delay: 0,
  last: null,
  running: [],
  backlog: [],
  started: 0,
  skipped: 0,
  missed: 0,
  triggered: 0,
  reason: null,
  error: null,
  createdAt: 0,
}

export type ScheduleEvent = EventsOf<typeof scheduleMessages>

interface Done {
  readonly context: ScheduleContext
  readonly sends: readonly Send[]
}

/** From now on it counts anew; what came before is decided. Where only its task's policies are others, nothing else changes. */
export function defined(context: ScheduleContext, event: ScheduleEvent): Partial<ScheduleContext> {
  if (event.type !== 'schedule.create' && event.type !== 'schedule.update') return {}
  const told = { ...asking(context), spec: event.data }
  const isSame = context.spec?.definition === event.data.definition
  return isSame ? told : { ...told, anchor: event.at, from: event.at }
}

/** The calendar is asked. */
export const asking = ({ turn }: ScheduleContext): Partial<ScheduleContext> => ({
  turn: turn + 1,
  next: null,
  delay: 0,
  error: null,
})

/** What becomes of the times that have come. */
export function fired(context: ScheduleContext, event: ScheduleEvent): Done {
  const { spec } = context
  if (event.type !== 'schedule.fire' || spec === null) return { context, sends: [] }
  const { due, passed, upTo, next } = event.data
  const told = { ...context, from: upTo, next, delay: next === null ? 0 : Math.max(0, next - event.at) }
  const last = due.at(-1)
  if (last === undefined) return { context: { ...told, missed: context.missed + passed }, sends: [] }
  const isLate = upTo - last > spec.grace
  const runs = spec.missed === 'all' ? due : spec.missed === 'once' || !isLate ? [last] : []
  const missed = context.missed + passed + due.length - runs.length
  return admitted({ ...told, missed }, event, runs.slice(0, left(context)), isLate || runs.length > 1)
}

/** By its policy for overlap. Those that were missed and are all to be run do not overlap with each other. */
function admitted(
  context: ScheduleContext,
  event: ScheduleEvent,
  runs: readonly number[],
  isCaughtUp: boolean,
): Done {
  const { spec, running, backlog, skipped } = context
  const [first, ...rest] = runs
  if (first === undefined) return { context, sends: [] }
  if (spec?.overlap === 'allow') return begun(context, event, runs)
  if (spec?.overlap === 'cancel') {
    const cancelled = running.map((to): Send => ({
      type: 'send',
      to,
      event: 'task.cancel',
      data: { reason: 'its schedule came again' },
    }))
    const superseded = { ...context, skipped: skipped + rest.length }
    const { context: after, sends } = begun(superseded, event, runs.slice(-1))
    return { context: after, sends: [...cancelled, ...sends] }
  }
  const isFree = running.length === 0 && backlog.length === 0
  if (isFree) return begun(kept(context, rest), event, [first])
  const keeps = (isCaughtUp && spec?.missed === 'all') || (spec?.overlap === 'buffer' && backlog.length === 0)
  return {
    context: keeps ? kept(context, runs) : { ...context, skipped: skipped + runs.length },
    sends: [],
  }
}

function kept(context: ScheduleContext, runs: readonly number[]): ScheduleContext {
  const backlog = [...context.backlog, ...runs]
  const tooMany = Math.max(0, backlog.length - MAX_BACKLOG)
  return { ...context, backlog: backlog.slice(tooMany), skipped: context.skipped + tooMany }
}

function begun(context: ScheduleContext, event: ScheduleEvent, runs: readonly number[]): Done {
  const tasks = runs.map(at => taskAt(event.to, at))
  return {
    context: {
      ...context,
      last: runs.at(-1) ?? context.last,
      running: [...context.running, ...tasks],
      started: context.started + runs.length,
    },
    sends: runs.map((at, index) => creation(context, event, tasks[index] as Address, at)),
  }
}

/** The task of one time of a schedule; of one that was asked for, by the position of the signal that asked. */
export function taskAt(schedule: Address, at: number, asked?: number): Address {
  const id = schedule.slice('schedule/'.length)
  return `task/${id}@${isoTime(at)}${asked === undefined ? '' : `.trigger-${asked}`}`
}

/** A task belongs to itself, so that it is erased by itself: a schedule may never end. */
function creation({ spec }: ScheduleContext, { to: parent }: ScheduleEvent, to: Address, at: number): Send {
  const { create, priority } = spec as ScheduleSpec
  const metadata = { ...create.metadata, schedule: parent, scheduledFor: isoTime(at) }
  const data = { ...create, parent, metadata } as unknown as Json
  return { type: 'send', to, event: 'task.create', data, correlationId: to, ...(priority && { priority }) }
}

/** One of its tasks has ended; where none is left, the next that waits begins. */
export function settled(context: ScheduleContext, event: ScheduleEvent): Done {
  const running = context.running.filter(task => task !== event.from)
  const [first, ...backlog] = context.backlog
  if (running.length > 0 || first === undefined) return { context: { ...context, running }, sends: [] }
  return begun({ ...context, running, backlog }, event, [first])
}

/** Somebody wants it now. */
export function triggered(context: ScheduleContext, event: ScheduleEvent): Done {
  const task = taskAt(event.to, event.at, event.seq)
  return {
    context: { ...context, running: [...context.running, task], triggered: context.triggered + 1 },
    sends: [creation(context, event, task, event.at)],
  }
}

/** Runs that it still has. */
export const left = ({ spec, started, backlog }: ScheduleContext): number =>
  Math.max(0, (spec?.times ?? Number.POSITIVE_INFINITY) - started - backlog.length)

/** No further time comes. */
export const isLast = (context: ScheduleContext): boolean => context.next === null || left(context) === 0

/** And nothing of it is under way. */
export const isOver = ({ running, backlog }: ScheduleContext): boolean =>
  running.length === 0 && backlog.length === 0
