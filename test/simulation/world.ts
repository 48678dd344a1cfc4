/**
 * World: everything that happens in a campaign, drawn from one seed: who works, what is asked of them and when, what clients do
 * beside that, and how each process life ends. Data and draws only: nothing moves here.
 */
import type { CacheUse } from '../../src/actors/create.ts'
import { PRIORITIES, type Priority } from '../../src/messages/message.ts'
import type { Limits } from '../../src/runtime/limits.ts'
import { CRASH_POINTS, type Crash } from '../../src/testing/host/disk.ts'
import { Dice } from '../../src/testing/host/random.ts'
import { drawCompany, JOBS, keptIn, type Job, type Member } from './company.ts'
import { drawDeeds, type Deed } from './deeds.ts'
import { from, several, some } from './draw.ts'
import {
  drawGraph,
  drawRepeated,
  drawWork,
  roleNames,
  WORKFLOWS,
  type Declared,
  type Planned,
} from './plans.ts'
import { drawQueueing, trained, type Queueing } from './queueing.ts'
import { drawSaga, type Saga } from './sagas.ts'
import { drawAbsence, drawTimetable, type Timetable } from './timetable.ts'
import type { TaskGraph } from '../../src/actors/graph.ts'

/** Work that a client asks for. */
export type Order = {
  readonly name: string
  /** Milliseconds since the beginning. */
  readonly at: number
  readonly priority: Priority
  /** Named by an id, or only by a key, and then its id is the runtime's. */
  readonly named: 'id' | 'key' | 'both'
  readonly whenFull: 'refuse' | 'wait'
  /** Once more: when it is accepted, with the same input or with another, or at the same time. */
  readonly again: 'never' | 'same' | 'other' | 'at once'
} & (
  | { readonly kind: 'graph'; readonly planned: Planned & { graph: TaskGraph } }
  | { readonly kind: 'workflow'; readonly index: number; readonly planned: Declared }
  | {
      readonly kind: 'task'
      /** `kept`: of the version that the process knows. */
      readonly job: Job | 'kept'
      readonly given: ReturnType<typeof drawWork>
      readonly startAt: number | undefined
      readonly agent: string | undefined
      readonly cache?: CacheUse
      readonly queue?: string
      readonly key?: string
    }
)

/** How a process life ends, and with which time the next one begins. */
export interface End {
  readonly crash: Crash | undefined
  /** After so many milliseconds: a graceful close, or the death of the process between two steps. */
  readonly close: { readonly after: number; readonly drain: number } | undefined
  readonly kill: { readonly after: number } | undefined
  /** The clock of the next life is set back by so much; below 0 that is how long nobody was there. */
  readonly back: number
  /** What a process of this life knows of declared workflows. */
  readonly knows: 'mine' | 'other' | 'none'
}

export interface World {
  readonly limits: Partial<Limits>
  readonly members: readonly Member[]
  /** Comes and goes while the others work. */
  readonly guest: Member
  readonly orders: readonly Order[]
  readonly deeds: readonly Deed[]
  /** Queues that limit something; null: there is only the one that limits nothing. */
  readonly queueing: Queueing | null
  /** Null: nothing is run again and again. */
  readonly timetable: Timetable | null
  /** Null: no compiled workflow runs that can be undone. */
  readonly saga: Saga | null
  /** All but the last life, which ends when nothing is left to do. */
  readonly ends: readonly End[]
  /** How often idle actors are taken out of memory between two steps. */
  readonly parking: number
}

export function drawWorld(seed: number): World {
  const dice = new Dice(Math.imul(seed, 0x9e3779b1) ^ 0x5ca1ab1e)
  const members = drawCompany(dice)
  const guest: Member = { id: 'eve', role: undefined, capacity: 2, skills: [], jobs: JOBS, warmUp: undefined }
  const jobs = [...some(dice, JOBS, 0.5), dice.pick(JOBS)]
  // Now and then far more at once than anybody can do.
  const usual = dice.chance(0.06)
    ? several(from(dice, 12, 24), index => drawSmall(dice, index))
    : several(from(dice, 1, 5), index => drawOrder(dice, index, jobs, members))
  // Dice of its own, so that all other worlds are what they were.
  const again = new Dice(Math.imul(seed, 0x85ebca6b) ^ 0xcac4e)
  const isAgain = again.chance(0.12)
  const orders = isAgain ? several(from(again, 4, 12), index => drawAgain(again, index, members)) : usual
  const queueing = drawQueueing(new Dice(Math.imul(seed, 0xc2b2ae35) ^ 0x9e0e), members)
  const absent = new Dice(Math.imul(seed, 0x27d4eb2f) ^ 0x5c4ed)
  const timetable = drawTimetable(absent)
  const named = orders.map(({ name, kind }) => ({ name, kind }))
  const deeds = drawDeeds(dice, members, named)
  if (isAgain && again.chance(0.5)) deeds.push(drawPruning(again, members, named))
  const prunes = deeds.some(({ what }) => what === 'prune')
  return {
    limits: { ...drawLimits(dice), ...(timetable === null ? {} : { catchUp: timetable.catchUp }) },
    members: queueing === null ? members : trained(members),
    guest,
    orders: [...orders, ...(queueing?.orders ?? [])],
    queueing,
    timetable,
    saga: drawSaga(new Dice(Math.imul(seed, 0x165667b1) ^ 0x5a6a)),
    deeds,
    ends: drawEnds(dice, prunes).map(end =>
      timetable === null ? end : { ...end, back: end.back - drawAbsence(absent) },
    ),
    parking: dice.pick([0, 0, 0.05, 0.3]),
  }
}

function drawOrder(dice: Dice, index: number, jobs: readonly Job[], members: readonly Member[]): Order {
  const usual = {
    name: `o${index}`,
    at: dice.chance(0.5) ? 0 : dice.below(150),
    priority: dice.pick(PRIORITIES),
    named: dice.pick(['id', 'id', 'key', 'both'] as const),
    whenFull: dice.pick(['refuse', 'wait'] as const),
    again: dice.pick(['never', 'never', 'never', 'same', 'other', 'at once'] as const),
  }
  const sort = dice.below(10)
  if (sort < 3)
    return { ...usual, kind: 'graph', planned: drawGraph(dice, jobs, roleNames(members.map(m => m.role))) }
  if (sort < 5) {
    const at = dice.below(WORKFLOWS.length)
    return { ...usual, kind: 'workflow', index: at, planned: (WORKFLOWS[at] as { mine: Declared }).mine }
  }
  const job = dice.pick(jobs)
  return {
    ...usual,
    kind: 'task',
    job,
    given: drawWork(dice),
    startAt: dice.chance(0.25) ? dice.below(200) : undefined,
    agent: dice.chance(0.15) ? members[0]?.id : undefined,
  }
}

/** Work that anybody can do, and that is done soon: it waits longer than it takes. */
function drawSmall(dice: Dice, index: number): Order {
  return {
    name: `o${index}`,
    at: dice.below(8) * 5,
    priority: dice.pick(PRIORITIES),
    named: 'id',
    whenFull: 'wait',
    again: 'never',
    kind: 'task',
    job: JOBS[0] as Job,
    given: { way: 'works', ms: 5 + dice.below(10), n: index },
    startAt: undefined,
    agent: 'ann',
  }
}

/** While some results are still good, and some are not. */
function drawPruning(dice: Dice, members: readonly Member[], [order]: readonly Deed['order'][]): Deed {
  const none = { name: '', kind: 'task' }
  return {
    at: from(dice, 60, 300),
    what: 'prune',
    order: order ?? none,
    member: members[0]?.id ?? '',
    ms: dice.below(90),
  }
}

/** The same again and again: results are kept, for a while. */
function drawAgain(dice: Dice, index: number, members: readonly Member[]): Order {
  const usual = {
    name: `o${index}`,
    at: dice.below(16) * 10,
    priority: dice.pick(PRIORITIES),
    named: dice.pick(['id', 'key'] as const),
    whenFull: 'wait',
    again: dice.pick(['never', 'never', 'same'] as const),
  } as const
  if (dice.chance(0.25)) {
    const roles = roleNames(members.map(({ role }) => role))
    return { ...usual, kind: 'graph', planned: drawGraph(dice, [keptIn({ number: 1 })], roles, drawRepeated) }
  }
  return {
    ...usual,
    kind: 'task',
    job: 'kept',
    given: drawRepeated(dice),
    startAt: dice.chance(0.3) ? from(dice, 100, 300) : undefined,
    agent: dice.chance(0.15) ? members[0]?.id : undefined,
    cache: dice.pick(['use', 'use', 'use', 'bypass', 'refresh'] as const),
  }
}

function drawLimits(dice: Dice): Partial<Limits> {
  if (dice.chance(0.2)) return {}
  return {
    batchInputs: dice.pick([1, 2, 1000]),
    batchDeliveries: dice.pick([1, 2, 5, 10_000]),
    tail: dice.pick([1, 2, 7, 30, 50_000]),
    idle: dice.pick([1, 10, 50]),
    liveActors: dice.pick([1, 2, 4, 1000]),
    history: dice.pick([0, 1, 5, 1000]),
    inbox: dice.pick([1, 2, 1000]),
    hops: dice.chance(0.1) ? 1 : 1000,
    taskTimeout: dice.pick([200, 2000, 60_000]),
    progressInterval: dice.pick([0, 5, 1000]),
  }
}

const POINTS = [...CRASH_POINTS, 'refused'] as const

/** Now and then what runs know is away from the second life on, until the last. */
function drawEnds(dice: Dice, prunes: boolean): End[] {
  const isAway = dice.chance(0.15)
  return several(Math.max(0, from(dice, -1, 3)), index => {
    const end = drawEnd(dice, prunes)
    if (!isAway) return end
    return { ...end, knows: index === 0 ? 'mine' : dice.pick(['none', 'other']) }
  })
}

/** A pruning that is refused is an error of its own, which stops no hub: it is left to other tests. */
function drawEnd(dice: Dice, prunes: boolean): End {
  const how = dice.below(10)
  const points = prunes ? CRASH_POINTS : POINTS
  return {
    crash: how < 7 ? { write: from(dice, 1, 30), point: dice.pick(points) } : undefined,
    close: how > 5 && how < 9 ? { after: dice.below(150), drain: dice.pick([0, 0, 20, 1000]) } : undefined,
    kill: how === 9 ? { after: dice.below(150) } : undefined,
    back: dice.chance(0.2) ? dice.below(5000) : 0,
    knows: dice.pick(['mine', 'mine', 'mine', 'other', 'none']),
  }
}
