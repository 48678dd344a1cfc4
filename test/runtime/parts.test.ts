/** The small parts that everything stands on: each keeps its promise for whatever it is given. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import * as fc from 'fast-check'
import { Dice, VirtualClock } from 'stator/testing'
import { hubMachine } from 'stator'
import { Deadlines } from '../../src/runtime/deadlines.ts'
import { Heap } from '../../src/runtime/heap.ts'
import { IndexedHeap } from '../../src/runtime/indexed-heap.ts'
import { createRoot } from '../../src/runtime/xstate.ts'

/** In the middle of a model. */
const equal = (actual: unknown, expected: unknown): void => expect(actual).toEqual(expected)

const SEEDED = { seed: 5, numRuns: 200 }

describe('the heap', () => {
  test('gives what was put in, the earliest first, ties as they came', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 9 })), { maxLength: 60 }), steps => {
        const heap = new Heap<{ due: number; order: number }>(() => true)
        let model: { due: number; order: number }[] = []
        for (const [order, due] of steps.entries())
          if (due === null) {
            model = model.toSorted((a, b) => a.due - b.due || a.order - b.order)
            equal([heap.peek(), heap.pop()], [model[0], model.shift()])
          } else {
            heap.push({ due, order })
            model.push({ due, order })
          }
        expect(heap.size).toBe(model.length)
      }),
      SEEDED,
    )
  })

  test('forgets what nobody wants any more long before it is due, and nothing else', () => {
    const heap = new Heap<{ due: number; order: number }>(({ order }) => order % 1_000 === 0)
    for (let order = 0; order < 100_000; order++) {
      heap.push({ due: 100_000 - order, order })
      expect(heap.size).toBeLessThan(1_200)
    }
    const wanted: number[] = []
    for (let top = heap.pop(); top !== undefined; top = heap.pop())
      if (top.order % 1_000 === 0) wanted.push(top.order)
    expect(wanted).toEqual(Array.from({ length: 100 }, (_, n) => (99 - n) * 1_000))
  })
})

describe('the heap whose items know their place', () => {
  test('shows the first, whatever came, changed and went between', () => {
    expect(new IndexedHeap(() => true).peek()).toBeUndefined()
    const step = fc.record({ n: fc.nat(9), rank: fc.nat(20), out: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), steps => {
        const items = Array.from({ length: 10 }, (_, n) => ({ n, rank: 0, heapIndex: -1 }))
        const before = (a: (typeof items)[0], b: (typeof items)[0]): boolean =>
          a.rank < b.rank || (a.rank === b.rank && a.n < b.n)
        const heap = new IndexedHeap(before)
        for (const { n, rank, out } of steps) {
          const item = items[n] as (typeof items)[0]
          if (out) heap.remove(item)
          else {
            item.rank = rank
            heap.put(item)
          }
          const inside = items.filter(({ heapIndex }) => heapIndex >= 0)
          equal(
            [heap.size, heap.peek()],
            [inside.length, inside.toSorted((a, b) => (before(a, b) ? -1 : 1))[0]],
          )
        }
      }),
      SEEDED,
    )
  })
})

describe('the virtual clock', () => {
  test('calls everything once, in the order of deadlines, each at its own time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ ms: fc.nat(50), cancel: fc.boolean() }), { maxLength: 30 }),
        alarms => {
          const clock = new VirtualClock(100)
          const seen: { n: number; at: number }[] = []
          for (const [n, { ms, cancel }] of alarms.entries()) {
            const stop = clock.after(ms, () => seen.push({ n, at: clock.now() }))
            if (cancel) stop()
          }
          while (clock.fire());
          const expected = alarms
            .map(({ ms, cancel }, n) => ({ n, at: 100 + ms, cancel }))
            .filter(({ cancel }) => !cancel)
            .toSorted((a, b) => a.at - b.at || a.n - b.n)
            .map(({ n, at }) => ({ n, at }))
          expect(seen).toEqual(expected)
        },
      ),
      SEEDED,
    )
  })
})

describe('deadlines', () => {
  test('expire in order, not before their time, and not when they were met', () => {
    const one = fc.record({ ms: fc.nat(40), met: fc.boolean() })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 30 }), all => {
        const clock = new VirtualClock(0)
        const deadlines = new Deadlines(clock)
        const seen: number[] = []
        for (const [n, { ms, met }] of all.entries()) {
          const deadline = deadlines.add(ms, () => {
            expect(clock.now()).toBeGreaterThanOrEqual(ms)
            seen.push(n)
          })
          deadline.met = met
        }
        while (clock.fire());
        const expected = [...all.keys()].filter(n => all[n]?.met === false)
        expect(seen).toEqual(expected.toSorted((a, b) => (all[a]?.ms ?? 0) - (all[b]?.ms ?? 0) || a - b))
      }),
      SEEDED,
    )
  })

  test('are forgotten when closed', () => {
    const clock = new VirtualClock(0)
    const deadlines = new Deadlines(clock)
    deadlines.add(5, () => expect.unreachable())
    deadlines.close()
    expect(clock.fire()).toBe(false)
  })
})

describe('dice', () => {
  test('fall the same from the same seed, evenly, and within bounds', () => {
    const [one, two] = [new Dice(42), new Dice(42)]
    const counts = Array.from({ length: 6 }, () => 0)
    for (let n = 0; n < 6_000; n++) {
      const face = one.below(6)
      expect(two.below(6)).toBe(face)
      counts[face] = (counts[face] ?? 0) + 1
    }
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150)
  })
})

describe('the root of all actors', () => {
  afterEach(() => vi.restoreAllMocks())

  test('hears nothing of what XState tells a parent, also once the hub is closed', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const root = createRoot(hubMachine)
    const done = { type: 'xstate.done.actor.workflow/a', actorId: 'workflow/a' }
    const internal = root as unknown as { _send(event: object): void }
    const stateOf = (): unknown => (root.getSnapshot() as { value: unknown }).value
    for (const type of ['hub.start', 'hub.drain', 'hub.close']) {
      internal._send(done)
      root.send({ type })
    }
    expect(stateOf()).toBe('closed')
    internal._send(done)
    expect(warn).not.toHaveBeenCalled()
  })
})
