/**
 * Timetable: the schedules of a campaign, by every policy, and what clients do with them: they are made, replaced, paused, run at once,
 * and removed, and go on through process lives with absences between them. All of them end. What must come of it the invariants know.
 */
import type { Life } from '../../src/testing/host/life.ts'
import type { Dice } from '../../src/testing/host/random.ts'
import type { ScheduleOptions } from '../../src/runtime/schedules-view.ts'
import { JOBS, type Job } from './company.ts'
import { from, several, weighed } from './draw.ts'
import { drawWork } from './plans.ts'
import type { Work } from './work.ts'

const IDS = ['tick', 'tock'] as const
const SORTS = { replace: 3, pause: 4, trigger: 3, remove: 1, look: 2, 'begin again': 2 }

export interface TimetableDeed {
  /** Milliseconds since the beginning. */
  readonly at: number
  readonly what: keyof typeof SORTS | 'begin'
  readonly id: string
  /** From the first half of it to the second; none where nobody does that. */
  readonly ms: number | undefined
  /** Of what it runs. `until` and `startAt` count from the beginning. */
  readonly given: Omit<Work, 'before'>
  readonly options: ScheduleOptions & { readonly until: number; readonly startAt?: number }
}

export interface Timetable {
  readonly deeds: readonly TimetableDeed[]
  readonly catchUp: number
}

/** Null in most worlds. `dice` are its own, so that all other worlds are what they were. */
export function drawTimetable(dice: Dice): Timetable | null {
  if (!dice.chance(0.25)) return null
  const begun = IDS.slice(0, from(dice, 1, 2)).map(id => drawDeed(dice, id, 'begin'))
  const others = several(from(dice, 0, 4), () =>
    drawDeed(dice, dice.pick(begun).id, weighed(dice, SORTS), dice.pick(begun)),
  )
  return { deeds: [...begun, ...others], catchUp: dice.pick([1, 2, 5, 1_000]) }
}

/** Until somebody starts the process again. */
export const drawAbsence = (dice: Dice): number => (dice.chance(0.7) ? from(dice, 5, 250) : 0)

function drawDeed(dice: Dice, id: string, what: TimetableDeed['what'], like?: TimetableDeed): TimetableDeed {
  const at = what === 'begin' ? dice.below(60) : dice.below(250)
  const ms = dice.chance(0.85) ? dice.below(80) : undefined
  if (like !== undefined && what !== 'replace') return { ...like, at, ms, what, id }
  const every = dice.pick([10, 15, 20, 30, 50])
  const given = dice.chance(0.8)
    ? { way: 'works', ms: dice.below(2 * every), n: dice.below(100) }
    : drawWork(dice)
  return { at, what, id, ms, given, options: { ...drawPolicies(dice), ...drawTimes(dice, at, every) } }
}

const drawPolicies = (dice: Dice) => ({
  missed: dice.pick(['skip', 'once', 'all'] as const),
  overlap: dice.pick(['skip', 'buffer', 'cancel', 'allow'] as const),
  ...(dice.chance(0.8) ? { grace: dice.pick([0, 5, 20, 100]) } : {}),
  ...(dice.chance(0.4) ? { times: from(dice, 1, 6) } : {}),
  priority: dice.pick(['normal', 'high'] as const),
})

function drawTimes(dice: Dice, at: number, every: number): TimetableDeed['options'] {
  if (dice.chance(0.12)) return { cron: `*/${dice.pick([1, 2, 5])} * * * * *`, until: at + 5_000 }
  const startAt = dice.chance(0.3) ? { startAt: at - 40 + dice.below(120) } : {}
  return { every, until: at + every * from(dice, 2, 12), ...startAt }
}

export async function doTimetableDeed(deed: TimetableDeed, life: Life, start: number): Promise<void> {
  try {
    await DOINGS[deed.what](deed, life, start)
  } catch (error) {
    // Somebody has replaced it.
    if ((error as { code?: string }).code !== 'IDEMPOTENCY_CONFLICT') throw error
  }
}

type Do = (deed: TimetableDeed, life: Life, start: number) => Promise<unknown>

const begin =
  (replace: boolean): Do =>
  async ({ id, given, options }, life, start) => {
    const { until, startAt } = options
    const times = { until: start + until, ...(startAt === undefined ? {} : { startAt: start + startAt }) }
    await life.runtime.tasks.schedules.create(id, JOBS[0] as Job, given, { ...options, ...times, replace })
  }

const DOINGS: Readonly<Record<TimetableDeed['what'], Do>> = {
  begin: begin(false),
  'begin again': begin(false),
  replace: begin(true),
  pause: async ({ id, ms }, life) => {
    const { schedules } = life.runtime.tasks
    await schedules.pause(id, 'a holiday')
    if (ms === undefined) return
    await life.wait(ms)
    await schedules.resume(id)
  },
  trigger: async ({ id }, life) => (await life.runtime.tasks.schedules.trigger(id)).outcome(),
  remove: async ({ id }, life) => life.runtime.tasks.schedules.remove(id, 'no longer wanted'),
  look: async ({ id, ms = 0 }, life) => {
    const { schedules } = life.runtime.tasks
    schedules.list()
    const next = schedules.get(id)?.next ?? null
    await life.wait(ms)
    const now = life.clock.now()
    // Of what is to come it tells only what is to come.
    if (next !== null && schedules.get(id)?.next === next && next < now - 1_000)
      life.simulation.break('timetable', `${id} says at ${now} that ${next} is its next time`)
  },
}
