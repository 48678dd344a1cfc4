/** Timers fire once, never early, not after a cancel, across restarts, and overdue ones in the order of their deadlines. */
import { describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { agent, task } from 'stator'
import { CRASH_POINTS, Crashed, VirtualClock, type Crash, type Life, type Simulation } from 'stator/testing'
import type { Cell } from '../../src/runtime/cell.ts'
import type { TimerRecord } from '../../src/runtime/journal.ts'
import { Timers } from '../../src/runtime/timers.ts'
import { single, worldOf } from './support/world.ts'

const START = Date.UTC(2030, 0, 1)
const note = task('note')

function notes(limits = {}): Simulation {
  return worldOf(
    life => ({
      agents: [
        agent('ann', { capacity: 100 }).handle(
          note,
          life.handler(() => 1),
        ),
      ],
    }),
    {
      limits,
    },
  )
}

const startsOf = (world: Simulation): { id: string; at: number }[] =>
  world.ledger.of('start').map(({ task: address, at }) => ({ id: address.slice('task/'.length), at }))

describe('scheduled tasks', () => {
  test('start in the order of their times, never before them, whatever crashes come between', async () => {
    const schedule = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 8 })
    const crashes = fc.array(
      fc.record({ write: fc.integer({ min: 1, max: 12 }), point: fc.constantFrom(...CRASH_POINTS) }),
      { maxLength: 3 },
    )
    await fc.assert(
      fc.asyncProperty(schedule, crashes, async (delays, planned) => {
        const world = notes()
        await through(world, planned, async life => {
          for (const [n, delay] of delays.entries())
            await life.until(life.runtime.submit(note, n, { id: `t${n}`, startAt: START + delay }))
          for (const n of delays.keys()) await life.until(life.runtime.task(`t${n}`).outcome())
        })
        for (const { id, at } of startsOf(world))
          expect(at).toBeGreaterThanOrEqual(START + (delays[Number(id.slice(1))] ?? 0))
        const fired = [...firings(world)]
        expect(new Set(fired.map(({ id }) => id)).size).toBe(fired.length)
        expect(world.broken).toEqual([])
      }),
      { numRuns: 60, seed: 4 },
    )
  })

  test('that are overdue after a long sleep start in the order of their deadlines', async () => {
    const world = notes()
    const first = await world.boot()
    const times = [5_000, 1_000, 3_000, 2_000, 4_000]
    for (const ms of times)
      await first.until(first.runtime.submit(note, ms, { id: `t${ms}`, startAt: START + ms }))
    first.die()
    world.clock.set(START + 3_600_000)
    const second = await world.boot()
    await world.drain(second)
    expect(startsOf(world).map(({ id }) => id)).toEqual(['t1000', 't2000', 't3000', 't4000', 't5000'])
  })

  test('that are cancelled never start, also when the timer is due in the same turn', async () => {
    const world = notes()
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(note, 1, { id: 'one', startAt: START + 1_000 }))
    world.clock.set(START + 999)
    const cancelled = handle.cancel()
    world.clock.set(START + 1_000)
    await life.until(cancelled)
    await world.drain(life)
    const status = handle.status()
    expect(['cancelled', 'completed']).toContain(status)
    expect(startsOf(world)).toHaveLength(status === 'cancelled' ? 0 : 1)
    const other = await life.until(
      life.runtime.submit(note, 1, { id: 'two', startAt: world.clock.now() + 1_000 }),
    )
    await life.until(other.cancel())
    life.die()
    const second = await world.boot()
    await world.drain(second)
    expect(startsOf(world).some(({ id }) => id === 'two')).toBe(false)
  })

  test('are not early when the clock goes back', async () => {
    const world = notes()
    const life = await world.boot()
    await life.until(life.runtime.submit(note, 1, { id: 'one', startAt: START + 10_000 }))
    world.clock.set(START - 3_600_000)
    await life.until(life.runtime.submit(note, 1, { id: 'two' }))
    await life.until(life.runtime.task('one').outcome())
    const [timer] = life.runtime.history({ types: ['hub.timer'] })
    expect(timer?.at).toBeGreaterThanOrEqual(START + 10_000)
    const times = life.runtime.history().map(({ at }) => at)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })
})

describe('a backoff', () => {
  test('is as long as it was decided, also after a crash in the middle of it', async () => {
    const { world, job } = single(
      (_, ctx) => {
        if (ctx.attempt < 4) throw new Error('no')
        return 'yes'
      },
      { retry: { maxAttempts: 4, initialInterval: '10s', backoff: 2, jitter: 'none' } },
    )
    const first = await world.boot()
    await first.until(first.runtime.submit(job, { text: 'x' }, { id: 'one' }))
    await world.pass(first, 15_000)
    first.die()
    const second = await world.boot()
    expect(await second.until(second.runtime.task('one').result())).toBe('yes')
    const times = world.ledger.of('start').map(({ at }) => at)
    const waits = times.slice(1).map((at, i) => at - (times[i] ?? 0))
    expect(waits).toHaveLength(3)
    for (const [i, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(10_000 * 2 ** i)
      expect(wait).toBeLessThan(10_000 * 2 ** i + 1_000)
    }
  })
})

describe('the index over timers', () => {
  test('gives what is due, in order, once, and never what was cancelled or set anew', () => {
    const change = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      due: fc.integer({ min: 0, max: 20 }),
      what: fc.constantFrom('set', 'cancel', 'take'),
    })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), changes => {
        const all: { taken: TimerRecord[]; expected: TimerRecord[] }[] = []
        const timers = new Timers(new VirtualClock(0), () => {})
        const own = new Map<string, TimerRecord>()
        const cell = { timers: own } as unknown as Cell
        for (const [seq, { id, due, what }] of changes.entries()) {
          if (what === 'cancel') own.delete(id)
          else if (what === 'set') {
            const timer = { id, event: 'x', due, setSeq: seq }
            own.set(id, timer)
            timers.add(cell, timer)
          } else {
            const expected = [...own.values()]
              .filter(timer => timer.due <= due)
              .toSorted((a, b) => a.due - b.due || a.setSeq - b.setSeq)
            const taken: TimerRecord[] = []
            for (let next = timers.take(due); next !== undefined; next = timers.take(due)) {
              taken.push(next.timer)
              own.delete(next.timer.id)
            }
            all.push({ taken, expected })
          }
        }
        for (const { taken, expected } of all) expect(taken).toEqual(expected)
      }),
      { seed: 8 },
    )
  })
})

/** Timers that fired and counted, over the whole history. */
function* firings(world: Simulation): Generator<{ id: string }> {
  for (const record of world.state.records) {
    const head = JSON.parse(record.head) as unknown[]
    if (head[0] === 'hub.timer' && head[14] === undefined)
      yield { id: `${String(head[2])} ${(JSON.parse(record.data ?? '{}') as { setSeq: number }).setSeq}` }
  }
}

/** Plays to the end, through crashes. */
async function through(
  world: Simulation,
  crashes: readonly Crash[],
  run: (life: Life) => Promise<void>,
): Promise<void> {
  for (let n = 0; ; n++) {
    try {
      const life = await world.boot(crashes[n])
      await run(life)
      await world.drain(life)
      if (life.alive) return
    } catch (error) {
      if (!(error instanceof Crashed)) throw error
    }
  }
}
