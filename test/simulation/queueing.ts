/**
 * Queueing: the queues of a campaign, with every sort of limit, what is put in them, and what is done to them: pauses, drains, and many
 * tasks at once. Draws and deeds; what must come of it the invariants know.
 */
import { queue, type QueueDefinition, type QueueOptions, type RateOptions } from '../../src/actors/queue.ts'
import { task } from '../../src/actors/task.ts'
import type { StatorError } from '../../src/errors.ts'
import { PRIORITIES } from '../../src/messages/message.ts'
import type { Life } from '../../src/testing/host/life.ts'
import type { Dice } from '../../src/testing/host/random.ts'
import { JOBS, ROLES, type Job, type Member } from './company.ts'
import { from, several, some } from './draw.ts'
import { drawGraph, drawWork, roleNames } from './plans.ts'
import { result, work } from './work.ts'
import type { Order } from './world.ts'

const NAMES = ['front', 'side', 'back', 'default'] as const
const KEYS = ['k0', 'k1', 'k2'] as const

/** Beside the usual ones: with a queue, a key or skills of their own. */
export const QUEUED: readonly Job[] = [
  task('posted', {
    input: work,
    output: result,
    queue: 'front',
    key: ({ n }) => `k${n % 3}`,
    retry: { maxAttempts: 2, initialInterval: 10, jitter: 'none' },
  }),
  task('inked', { input: work, output: result, queue: 'side', skills: ['pen'] }),
  task('filed', {
    input: work,
    output: result,
    queue: 'back',
    retry: { maxAttempts: 3, initialInterval: 0 },
  }),
]

/** What is done to a queue. */
export interface QueueDeed {
  readonly name: string
  /** Milliseconds since the beginning. */
  readonly at: number
  readonly what: 'pause' | 'drain' | 'look' | 'batch'
  readonly queue: string
  /** Until it is resumed. */
  readonly ms: number
}

export interface Queueing {
  /** In process lives of even and of odd numbers: they may be changed by a deployment. */
  readonly queues: readonly (readonly QueueDefinition[])[]
  readonly roles: Readonly<Record<string, { concurrency: number }>>
  readonly orders: readonly Order[]
  readonly deeds: readonly QueueDeed[]
}

/** Null in most worlds. `dice` are its own, so that all other worlds are what they were. */
export function drawQueueing(dice: Dice, members: readonly Member[]): Queueing | null {
  if (!dice.chance(0.4)) return null
  const queues = drawQueues(dice)
  const isFlood = dice.chance(0.25)
  const count = isFlood ? from(dice, 24, 40) : from(dice, 4, 16)
  return {
    queues: [queues, dice.chance(0.25) ? drawQueues(dice) : queues],
    roles: Object.fromEntries(some(dice, ROLES, 0.4).map(role => [role, { concurrency: from(dice, 1, 2) }])),
    orders: several(count, index => drawQueued(dice, index, { members, isFlood })),
    deeds: several(from(dice, 0, 4), index => ({
      name: `d${index}`,
      at: dice.below(120),
      what: dice.pick(['pause', 'pause', 'drain', 'look', 'batch', 'batch'] as const),
      queue: dice.pick(NAMES),
      ms: dice.below(60),
    })),
  }
}

/** With whom there is somebody for all that may be asked. */
export const trained = (members: readonly Member[]): Member[] =>
  members.map((member, index) => ({
    ...member,
    skills: index === 0 ? [...new Set([...member.skills, 'pen'])] : member.skills,
    jobs: [...member.jobs, ...QUEUED],
  }))

function drawQueues(dice: Dice): QueueDefinition[] {
  return NAMES.map(name => {
    if (name !== 'default') return queue(name, drawOptions(dice))
    // In it there are tasks that wait for others, which must find room.
    const { maxWaiting: _, ...options } = drawOptions(dice)
    return queue(name, dice.chance(0.5) ? {} : options)
  })
}

function drawOptions(dice: Dice): QueueOptions {
  return {
    ...drawShare(dice),
    ...(dice.chance(0.4) ? { perKey: drawShare(dice) } : {}),
    ...(dice.chance(0.3) ? { order: 'critical-path' } : {}),
    ...(dice.chance(0.3) ? { maxWaiting: from(dice, 1, 6) } : {}),
  }
}

function drawShare(dice: Dice): Pick<QueueOptions, 'concurrency' | 'rate'> {
  return {
    ...(dice.chance(0.4) ? { concurrency: from(dice, 1, 3) } : {}),
    ...(dice.chance(0.35) ? { rate: drawRate(dice) } : {}),
  }
}

/** Tokens each few milliseconds; now and then several in one. */
function drawRate(dice: Dice): RateOptions {
  const burst = dice.chance(0.6) ? { burst: from(dice, 1, 4) } : {}
  return dice.chance(0.2)
    ? { perSecond: dice.pick([30, 70, 2_000]), perMinute: dice.pick([1_000, 3_000]), ...burst }
    : { perSecond: dice.pick([20, 40, 50, 100, 250]), ...burst }
}

interface Drawing {
  readonly members: readonly Member[]
  /** Far more at once than anybody can do, most of it urgent. */
  readonly isFlood: boolean
}

function drawQueued(dice: Dice, index: number, { members, isFlood }: Drawing): Order {
  const often = isFlood ? (['critical', 'critical', 'critical', 'high'] as const) : PRIORITIES
  const usual = {
    name: `q${index}`,
    at: isFlood ? dice.below(10) : dice.below(60),
    priority: dice.pick([...often, ...PRIORITIES]),
    named: dice.pick(['id', 'key'] as const),
    whenFull: dice.pick(['refuse', 'wait'] as const),
    again: 'never',
  } as const
  if (!isFlood && dice.chance(0.1)) {
    const roles = roleNames(members.map(({ role }) => role))
    return {
      ...usual,
      kind: 'graph',
      planned: drawGraph(dice, [...JOBS, ...QUEUED.filter(({ spec }) => spec.skills === undefined)], roles),
    }
  }
  const plain = JOBS[0] as Job
  const given = { way: 'works', ms: 3 + dice.below(12), n: index } as const
  return {
    ...usual,
    kind: 'task',
    job: isFlood && dice.chance(0.7) ? plain : dice.pick([plain, JOBS[1] as Job, ...QUEUED]),
    given: isFlood || dice.chance(0.7) ? given : drawWork(dice),
    startAt: dice.chance(0.15) ? dice.below(120) : undefined,
    agent: dice.chance(isFlood ? 0.4 : 0.1) ? members[0]?.id : undefined,
    ...(dice.chance(0.4) ? { queue: dice.pick(NAMES) } : {}),
    ...(dice.chance(0.4) ? { key: dice.pick(KEYS) } : {}),
  }
}

async function unless(code: string, promise: Promise<unknown>): Promise<void> {
  try {
    await promise
  } catch (error) {
    if ((error as { code?: string }).code !== code) throw error
  }
}

const DOINGS: Readonly<Record<QueueDeed['what'], (deed: QueueDeed, life: Life) => Promise<unknown>>> = {
  pause: async ({ queue: name, ms }, life) => {
    const handle = life.runtime.tasks.queue(name)
    // Nothing is put on hold where it is emptied.
    await unless('EVENT_REFUSED', handle.pause('stocktaking'))
    await life.wait(ms)
    await handle.resume()
  },
  drain: async ({ queue: name }, life) => {
    const handle = life.runtime.tasks.queue(name)
    // The operator may open it again before it is empty.
    await unless('CANCELLED', handle.drain({ reason: 'closing time' }))
    await handle.resume()
  },
  look: async ({ queue: name }, life) => {
    const { tasks } = life.runtime
    const handle = tasks.queue(name)
    handle.info()
    const [next] = handle.peek(3)
    tasks.list({ queue: name, limit: 5 })
    if (next !== undefined) for (const { id } of life.runtime.agents.list()) tasks.mayStart(next, id)
  },
  // Side by side, and in chains of several lengths.
  batch: async ({ name, queue: where, ms }, life) => {
    const job = JOBS[0] as Job
    const items = several(3 + (ms % 6), index => ({
      task: job,
      id: `${name}-${index}`,
      input: { way: 'works', ms: (ms + 3 * index) % 11, n: index },
      queue: where,
      key: KEYS[index % 3] as string,
      after: index > 2 && (ms + index) % 3 > 0 ? [`${name}-${index - (ms % 3) - 1}`] : [],
    }))
    try {
      const group = await life.runtime.tasks.enqueueAll(items, { id: name, concurrency: 1 + (ms % 2) })
      // Then a chain is shorter, and what stands at its head less urgent.
      if (ms % 3 === 1) await life.runtime.task(`${name}-${items.length - 1}`).cancel()
      await group.outcome()
    } catch (error) {
      const { code, details } = error as StatorError
      // There will never be room for that many.
      if (code !== 'QUEUE_FULL' || (details['maxWaiting'] as number) >= items.length) throw error
    }
  },
}

export const doQueueDeed = async (deed: QueueDeed, life: Life): Promise<void> => {
  await DOINGS[deed.what](deed, life)
}
