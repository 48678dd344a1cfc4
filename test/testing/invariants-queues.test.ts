/**
 * Each sentence of the checks of invariants 9 and 10 that speaks of queues complains of what it is there for: what a good simulation
 * showed is shown again with one thing changed.
 */
import { beforeAll, expect, test } from 'vitest'
import { agent, queue, task, type Address, type Signal, type SubmitOptions } from 'stator'
import type { Life, Setup } from 'stator/testing'
import { z } from 'zod'
import type { Said, Wait } from '../../src/testing/host/watcher.ts'
import { batches, signal, Tape, type Told } from './tape.ts'

const job = task('job', { input: z.object({ ms: z.int() }) })

const setup = (life: Life): Setup => ({
  queues: [
    queue('q', {
      concurrency: 2,
      rate: { perSecond: 50, burst: 2 },
      perKey: { concurrency: 2, rate: { perSecond: 100, burst: 2 } },
    }),
    queue('small', { maxWaiting: 2 }),
    queue('shut'),
  ],
  roles: { smith: { concurrency: 2 } },
  agents: ['ann', 'bob'].map(id =>
    agent(id, { capacity: id === 'ann' ? 1 : 4, ...(id === 'ann' ? {} : { role: 'smith' }) }).handle(
      job,
      life.handler(async ({ ms }) => life.wait(ms)),
    ),
  ),
})

let tape: Tape

beforeAll(async () => {
  tape = new Tape({ seed: 3, setup, limits: { idle: 20 } })
  const { world } = tape
  const life = await world.boot()
  const { tasks } = life.runtime
  const put = async (id: string, ms: number, options: SubmitOptions = {}) =>
    tasks.enqueue(job, { ms }, { id, ...options })
  // Of bob, whose role has room for two: two at once, and those who come later wait for a token.
  await life.until(
    Promise.all([1, 2, 3, 4].map(n => put(`k${n}`, 9, { queue: 'q', key: 'k', agent: 'bob' }))),
  )
  await world.drain(life)
  // Of a group: two at once.
  const items = [1, 2, 3].map(n => ({ task: job, id: `g${n}`, input: { ms: 9 }, agent: 'bob' }))
  const group = await life.until(tasks.enqueueAll(items, { id: 'lane', concurrency: 2 }))
  await life.until(group.outcome())
  // Of ann, one after the other: by priority, and then in the order in which they came.
  const own = { agent: 'ann' } as const
  for (const id of ['b1', 'b2']) await life.until(put(id, 400, { agent: 'bob' }))
  await life.until(put('busy', 200, own))
  for (const [id, priority] of [
    ['l1', 'low'],
    ['c', 'critical'],
    ['l2', 'low'],
    ['l3', 'low'],
  ] as const)
    await life.until(put(id, 1, { ...own, priority }))
  await world.drain(life)
  await life.until(put('long', 300, own))
  for (let n = 0; n < 18; n++) await life.until(put(`n${n}`, 1, own))
  await world.drain(life)
  // A small queue, full for a while.
  await life.until(put('there', 300, { ...own, queue: 'small' }))
  for (const id of ['s1', 's2']) await life.until(put(id, 300, { ...own, queue: 'small' }))
  await life.until(put('s3', 1, { ...own, queue: 'small' }).catch(() => {}))
  await life.until(put('s4', 1, { ...own, queue: 'small', whenFull: 'wait' }))
  await world.drain(life)
  // One that is paused, and then drained, with something in it.
  const shut = tasks.queue('shut')
  await life.until(shut.pause())
  await life.until(put('d1', 200, { ...own, queue: 'shut' }))
  await life.until(shut.resume())
  const drained = shut.drain()
  await world.pass(life, 5)
  await life.until(put('d2', 1, { ...own, queue: 'shut' }).catch(() => {}))
  await life.until(drained)
  await life.until(shut.resume())
  await life.until(put('d3', 1, { ...own, queue: 'shut' }))
  await world.drain(life)
})

type Open = { -readonly [K in keyof Signal]: Signal[K] }
const is =
  (type: string, to?: Address) =>
  (each: Signal): boolean =>
    each.type === type && (to === undefined || each.to === to)
const all = (told: Told[], like: (each: Signal) => boolean, change: (each: Open) => void): void => {
  for (const { signals } of batches(told)) for (const each of signals) if (like(each)) change(each as Open)
}
const change =
  (like: (each: Signal) => boolean, to: (each: Open) => void) =>
  (told: Told[]): void =>
    to(signal(told, like) as Open)
const configured = (name: string, more: object) =>
  change(is('queue.configure', `queue/${name}`), each => {
    each.data = { ...(each.data as object), ...more } as Signal['data']
  })
const ranked = (priorities: Readonly<Record<string, Signal['priority']>>) => (told: Told[]) =>
  all(
    told,
    ({ to }) => priorities[to.slice('task/'.length)] !== undefined,
    each => (each.priority = priorities[each.to.slice('task/'.length)] as Signal['priority']),
  )
const stays = (type: string, last: boolean, state: string) => (told: Told[]) => {
  const found = batches(told).flatMap(({ signals }) => signals.filter(is(type, 'queue/shut')))
  ;((last ? found.at(-1) : found[0]) as Open).toState = state
}
const hookOf = (told: Told[], hook: Told['hook'], what: string): Told =>
  told.find(
    each => each.hook === hook && each.args.some(arg => (arg as Wait | Said | undefined)?.what === what),
  ) as Told

const COMPLAINTS: readonly [number: number, what: string, change: (told: Told[]) => void, says: RegExp][] = [
  [10, 'a paused queue starts', stays('queue.resume', false, 'paused'), /started, and shut is paused/],
  [10, 'a queue runs too many', configured('q', { concurrency: 1 }), /1 of 1 of queue q run/],
  [
    10,
    'a key runs too many',
    configured('q', { perKey: { concurrency: 1, rates: [] } }),
    /1 of 1 of key k run/,
  ],
  [
    10,
    'a lane runs too many',
    told =>
      all(
        told,
        ({ to }) => to.startsWith('task/g'),
        each => {
          const data = each.data as { lane?: object }
          if (data.lane !== undefined)
            each.data = { ...data, lane: { name: 'x', limit: 1 } } as Signal['data']
        },
      ),
    /1 of 1 of lane x run/,
  ],
  [
    10,
    'a role runs too many',
    change(is('agent.register', 'agent/ann'), each => {
      each.data = { ...(each.data as object), role: 'smith' } as Signal['data']
    }),
    /started, and role smith has no room/,
  ],
  [
    10,
    'a queue is overdrawn',
    configured('q', { rates: [{ interval: 10_000, burst: 1 }] }),
    /queue q has no token left/,
  ],
  [
    10,
    'a key is overdrawn',
    configured('q', { rates: [], perKey: { rates: [{ interval: 10_000, burst: 1 }] } }),
    /key k of q has no token left/,
  ],
  [
    10,
    'a queue is told of more',
    change(is('queue.load', 'queue/q'), each => {
      each.data = { ...(each.data as object), starts: [['k', 7]] } as Signal['data']
    }),
    /queue\/q, key k: \d started, and it was told of 7/,
  ],
  [
    10,
    'nobody is free',
    told =>
      all(
        told,
        ({ to }) => to === 'agent/ann',
        each => (each.toState = 'idle'),
      ),
    /is given a place, and there is none for it/,
  ],
  [
    10,
    'a turn goes to who came later',
    ranked({ l1: 'low', c: 'low', l2: 'critical', l3: 'low' }),
    /task\/c goes before task\/l1, which has waited longest of priority low/,
  ],
  [
    10,
    'turns come too often',
    ranked({ l1: 'critical', c: 'low', l2: 'low', l3: 'critical' }),
    /task\/l2 goes before task\/l3, of priority critical, and 1 of low just have/,
  ],
  [
    10,
    'somebody waits for ever',
    ranked({ n17: 'low' }),
    /task\/n17, of priority low, was passed over 16 times/,
  ],
  [
    10,
    'a queue is full that is not',
    configured('small', { maxWaiting: 9 }),
    /was refused with QUEUE_FULL while 2 of 9 waited in small/,
  ],
  [
    10,
    'a queue is not full that is',
    configured('small', { maxWaiting: 1 }),
    /task\/s2: comes into small, where 1 of 1 wait/,
  ],
  [
    10,
    'an open queue is said to be drained',
    stays('queue.drain', false, 'active'),
    /QUEUE_DRAINING, and shut was active/,
  ],
  [
    10,
    'a drained queue takes more',
    stays('queue.resume', true, 'draining'),
    /comes into shut, which was draining when it was asked for/,
  ],
  [
    10,
    'a drain is over too early',
    told => {
      const over = hookOf(told, 'answered', 'drain')
      told.splice(told.indexOf(over), 1)
      told.splice(told.indexOf(hookOf(told, 'waits', 'drain')) + 1, 0, over)
    },
    /the drain of shut was said to be over, and/,
  ],
  [
    9,
    'a drain is never over',
    told => void told.splice(told.indexOf(hookOf(told, 'answered', 'drain')), 1),
    /asked for drain of queue\/shut, and nobody/,
  ],
  [
    9,
    'nobody lets in who waits for room',
    configured('small', { maxWaiting: 9 }),
    /a client asked for submit/,
  ],
  [
    9,
    'nobody wakes for a token',
    told => {
      for (const each of told) if (each.hook === 'between') each.next = undefined
    },
    /queue q has no token left, and nobody wakes for the next one/,
  ],
]

test.each([4, 7, 8, 9, 10, 11])(
  'invariant %i complains of nothing in a good simulation of queues',
  number => {
    expect(tape.replay(number)).toEqual([])
  },
)

test.each(COMPLAINTS)('invariant %i complains that %s', (number, _what, changed, says) => {
  const broken = tape.replay(number, changed)
  expect(broken.find(each => says.test(each)) ?? broken.slice(0, 3)).toMatch(says)
})
