/** The queue machine: every state, every transition; and token buckets, against a plain count. */
import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { allOpenAt, allTaken } from '../../src/machines/bucket.ts'
import { queueMachine, type QueueContext } from '../../src/machines/queue.ts'
import type { Signal } from '../../src/messages/signal.ts'
import { play, promised, sendAll, signal, start, untaken, type Row } from './drive.ts'

const spec = { rates: [{ interval: 100, burst: 2 }], order: 'fifo' }
const configure = signal('queue.configure', spec)
const load = (at: number, ...starts: readonly (readonly [string | null, number])[]): Signal =>
  signal('queue.load', { at, starts })
const pause = signal('queue.pause', { reason: 'dinner' })
const resume = signal('queue.resume', {})
const drain = signal('queue.drain', { reason: 'move' })

const everywhere: Record<string, readonly Signal[]> = {
  active: [configure],
  paused: [configure, pause],
  draining: [configure, drain],
}

const inEveryState = Object.entries(everywhere).flatMap(([state, given]): Row[] => [
  {
    promise: `${state}: what it allows can be said anew`,
    given,
    when: signal('queue.configure', { ...spec, concurrency: 3 }),
    to: state,
    context: { spec: { concurrency: 3 } },
  },
  {
    promise: `${state}: what was started uses up its rate`,
    given,
    when: load(1_000, [null, 2]),
    to: state,
    context: { full: [1_200] },
  },
])

const rows: Row[] = [
  ...inEveryState,
  {
    promise: 'it can be paused, with the reason',
    given: [],
    when: pause,
    to: 'paused',
    context: { reason: 'dinner' },
  },
  {
    promise: 'it goes on after a pause',
    given: [pause],
    when: resume,
    to: 'active',
    context: { reason: null },
  },
  {
    promise: 'it can be drained, with the reason',
    given: [],
    when: drain,
    to: 'draining',
    context: { reason: 'move' },
  },
  { promise: 'a pause can become a drain', given: [pause], when: drain, to: 'draining' },
  { promise: 'a drain is not undone by a pause', given: [drain], when: pause },
  { promise: 'it takes tasks again after a drain', given: [drain], when: resume, to: 'active' },
  { promise: 'one that is active cannot be resumed', given: [], when: resume },
  { promise: 'one that is paused cannot be paused', given: [pause], when: pause },
  { promise: 'one that is drained cannot be drained', given: [drain], when: drain },
]

describe('queue', () => {
  it.each(rows)('$promise', row => {
    expect(play(start(queueMachine), row)).toEqual(promised(row))
  })

  it('every transition is taken by a row', () => {
    expect(untaken(start(queueMachine), rows)).toEqual([])
  })

  const contextAfter = (...events: readonly Signal[]): QueueContext =>
    sendAll(start(queueMachine), events).snapshot.context as QueueContext

  it('what is used up stays so when only other limits change, and is forgotten with the rate', () => {
    const used = load(1_000, [null, 1])
    expect(
      contextAfter(configure, used, signal('queue.configure', { ...spec, concurrency: 1 })).full,
    ).toEqual([1_100])
    const slower = { ...spec, rates: [{ interval: 500, burst: 1 }] }
    expect(contextAfter(configure, used, signal('queue.configure', slower)).full).toEqual([])
  })

  it('each key has a bucket of its own, kept as long as it is not full again', () => {
    const perKey = signal('queue.configure', { ...spec, rates: [], perKey: { rates: spec.rates } })
    const keysOf = ({ keys }: QueueContext): object => Object.assign({}, ...keys) as object
    const first = load(1_000, ['ann', 2], ['bob', 1], [null, 5])
    expect(keysOf(contextAfter(perKey, first))).toEqual({ ann: [1_200], bob: [1_100] })
    // Looked through when a start comes into the same drawer.
    const later = contextAfter(perKey, first, load(9_000, ['ann', 1]))
    expect(keysOf(later)).toMatchObject({ ann: [9_100] })
  })
})

describe('a token bucket', () => {
  const rate = fc.record({
    interval: fc.integer({ min: 1, max: 200 }),
    burst: fc.integer({ min: 1, max: 5 }),
  })
  const waits = fc.array(fc.nat(300), { minLength: 1, maxLength: 60 })

  it('lets no more start in any span of time than its burst and what the rate gives in it', () => {
    fc.assert(
      fc.property(rate, waits, (one, gaps) => {
        const starts: number[] = []
        let full: readonly number[] | undefined
        let at = 1_800_000_000_000
        for (const gap of gaps) {
          // As soon as it may, or later.
          at = Math.max(at + gap, allOpenAt(full, [one]))
          full = allTaken(full, at, [one])
          starts.push(at)
        }
        for (const [i, from] of starts.entries())
          for (let j = i; j < starts.length; j++) {
            const span = (starts[j] ?? 0) - from
            expect(j - i + 1).toBeLessThanOrEqual(one.burst + span / one.interval + 1e-3)
          }
      }),
      { seed: 8, numRuns: 200 },
    )
  })

  it('gives all that the rate gives: who always takes at once is never slower', () => {
    fc.assert(
      fc.property(rate, fc.integer({ min: 1, max: 200 }), (one, count) => {
        let full: readonly number[] | undefined
        const began = 1_800_000_000_000
        let at = began
        for (let n = 0; n < count; n++) {
          at = Math.max(at, allOpenAt(full, [one]))
          full = allTaken(full, at, [one])
        }
        expect(at - began).toBeLessThanOrEqual(Math.max(0, count - one.burst) * one.interval)
      }),
      { seed: 9, numRuns: 200 },
    )
  })
})
