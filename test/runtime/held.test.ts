/**
 * An actor whose machine throws, whose definition is missing or whose history diverges is held: it does not move,
 * nothing that is sent to it is lost, the others go on, and a release goes on where it stopped, also after crashes.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { emptyMemory } from '../../src/runtime/memory-journal.ts'
import { decode, encode } from '../../src/runtime/record.ts'
import type { Json } from 'stator'
import { Bench, weather } from './support/kernel.ts'

beforeEach(() => {
  weather.calm = false
})

const ONE = 'context/one'
const TWO = 'context/two'

describe('a guard that throws', () => {
  test('holds its actor, and nobody else', async () => {
    const bench = new Bench(emptyMemory())
    bench.tell({ to: ONE, type: 'test.create' }, { to: TWO, type: 'test.create' })
    bench.tell({ to: ONE, type: 'odd' }, { to: TWO, type: 'add' }, { to: ONE, type: 'add' })
    await bench.run()
    expect(bench.held).toEqual([ONE])
    expect(bench.population.find(ONE)?.held).toMatchObject({
      code: 'MACHINE_FAULT',
      reason: expect.stringContaining('stormy') as string,
    })
    expect(bench.signals.find(({ type }) => type === 'odd')).toMatchObject({
      refused: { code: 'MACHINE_FAULT' },
      fromState: 'on',
      toState: 'on',
    })
    expect([bench.seen(ONE)?.count, bench.seen(TWO)?.count]).toEqual([1, 2])
  })

  test.each([false, true])('keeps its mail, in order, until it is released; idle between: %s', async idle => {
    const state = emptyMemory()
    let bench = new Bench(state)
    bench.tell({ to: ONE, type: 'test.create' }, { to: ONE, type: 'odd', data: { mark: 'odd' } })
    bench.tell(
      { to: ONE, type: 'add', data: { mark: 'first' } },
      { to: ONE, type: 'add', data: { mark: 'second' } },
    )
    await bench.run(idle)
    // A crash after each of these, and once more for good measure.
    for (let life = 0; life < 3; life++) {
      bench = new Bench(state)
      bench.tell({ to: ONE, type: 'add', data: { mark: `life ${life}` } })
      await bench.run(idle)
      expect(bench.population.find(ONE)?.held?.code).toBe('MACHINE_FAULT')
    }
    weather.calm = true
    bench.release(ONE)
    await bench.run(idle)
    expect(bench.population.find(ONE)?.held).toBeNull()
    expect(bench.seen(ONE)?.seen).toEqual([null, 'odd', 'first', 'second', 'life 0', 'life 1', 'life 2'])
    expect(new Bench(state).seen(ONE)?.seen).toHaveLength(7)
  })

  test('gets mail of the very turn in which it is released once, also after a crash', async () => {
    const state = emptyMemory()
    const bench = new Bench(state)
    bench.tell({ to: ONE, type: 'test.create' }, { to: ONE, type: 'odd', data: { mark: 'odd' } })
    await bench.run()
    weather.calm = true
    bench.tell({ to: ONE, type: 'add', data: { mark: 'mail' } })
    bench.release(ONE)
    await bench.run()
    expect(bench.seen(ONE)?.seen).toEqual([null, 'odd', 'mail'])
    expect(state.pending.size).toBe(0)
    const again = new Bench(state)
    await again.run()
    expect(again.seen(ONE)?.seen).toEqual([null, 'odd', 'mail'])
  })

  test('a release that a crash follows is not forgotten, nor is what it lets go', async () => {
    const state = emptyMemory()
    let bench = new Bench(state, { batchDeliveries: 1 })
    bench.tell({ to: ONE, type: 'test.create' }, { to: ONE, type: 'odd' }, { to: ONE, type: 'add' })
    await bench.run()
    weather.calm = true
    bench.release(ONE)
    // One delivery a turn: the release is committed, the rest is pending. Then the process dies.
    bench.scheduler.run()
    bench = new Bench(state)
    expect(bench.population.find(ONE)?.held).toBeNull()
    await bench.run()
    expect(bench.seen(ONE)?.count).toBe(3)
  })

  test('an actor that was parked is held all the same after a crash', async () => {
    const state = emptyMemory()
    let bench = new Bench(state, { liveActors: 1, idle: 1 })
    bench.tell({ to: ONE, type: 'test.create' }, { to: TWO, type: 'test.create' })
    await bench.run(true)
    bench.tell({ to: ONE, type: 'odd' })
    bench.scheduler.run()
    bench = new Bench(state)
    expect(bench.population.find(ONE)?.held?.code).toBe('MACHINE_FAULT')
    // And still, when the tail has moved on.
    await bench.run(true)
    expect(state.tailAfter).toBe(state.records.length)
    expect(new Bench(state).population.find(ONE)?.held?.code).toBe('MACHINE_FAULT')
  })

  test('a creation that throws holds the actor before it has begun', async () => {
    const state = emptyMemory()
    let bench = new Bench(state)
    bench.tell({ to: ONE, type: 'test.create', data: { odd: true } })
    await bench.run()
    bench = new Bench(state)
    expect(bench.population.find(ONE)?.held).toMatchObject({ code: 'MACHINE_FAULT', signal: 1 })
    weather.calm = true
    bench.release(ONE)
    await bench.run()
    expect(bench.seen(ONE)?.count).toBe(1)
  })

  test('an actor that is told, and can do nothing with it, is held; a release delivers the message again', async () => {
    const state = emptyMemory()
    const bench = new Bench(state)
    bench.tell({ to: 'gate/one', type: 'test.create' }, { to: 'gate/one', type: 'odd' })
    await bench.run()
    expect(new Bench(state).population.find('gate/one')?.held).toMatchObject({ signal: 2 })
    state.owned = true
    expect(bench.signals.map(({ type, refused }) => [type, refused?.code])).toEqual([
      ['test.create', undefined],
      ['odd', 'MACHINE_FAULT'],
      ['fault', 'EVENT_REFUSED'],
    ])
    weather.calm = true
    bench.release('gate/one')
    await bench.run()
    expect(bench.signals.at(-1)).toMatchObject({ type: 'odd', toState: 'off', final: true })
  })

  test('a timer that it stumbled over fires on release, once, also after a crash', async () => {
    const state = emptyMemory()
    let bench = new Bench(state)
    bench.tell({ to: ONE, type: 'test.create' }, { to: ONE, type: 'later' })
    await bench.run(true)
    expect(bench.population.find(ONE)?.held?.code).toBe('MACHINE_FAULT')
    bench = new Bench(state)
    await bench.run(true)
    weather.calm = true
    bench.release(ONE)
    await bench.run(true)
    expect(bench.seen(ONE)?.count).toBe(2)
    expect(bench.population.find(ONE)?.state).toBe('on')
    expect(bench.signals.filter(({ type }) => type === 'hub.timer')).toHaveLength(1)
  })

  test('what waits at an actor that is held and asks for an answer is refused, and the hub goes to rest', async () => {
    const bench = new Bench(emptyMemory())
    bench.tell({ to: ONE, type: 'test.create' }, { to: ONE, type: 'odd' })
    await bench.run()
    const refused: string[] = []
    const { releases } = bench
    const ack = {
      committed: () => {},
      failed: (error: Error) => refused.push((error as { code?: string }).code ?? ''),
    }
    bench.kernel.push({ ...bench.message(ONE, 'add'), ack })
    await bench.run()
    expect(refused).toEqual(['HELD'])
    // The inbox has room again: those who wait for it must hear of that.
    expect(bench.releases).toBeGreaterThan(releases)
    expect(bench.kernel.inboxLength).toBe(0)
    expect(bench.scheduler.size).toBe(0)
  })
})

describe('too many hops', () => {
  test('end the chain, hold the sender, and a release lets the message through', async () => {
    const state = emptyMemory()
    const limits = { hops: 1 }
    const bench = new Bench(state, limits)
    bench.tell({ to: ONE, type: 'test.create' }, { to: TWO, type: 'test.create' })
    // One tells two to tell one to count.
    const inner = { to: ONE, event: 'add', data: { mark: 'through' } }
    bench.tell({ to: ONE, type: 'send', data: { to: TWO, event: 'send', data: inner } })
    await bench.run()
    expect(bench.signals.at(-1)?.refused?.code).toBe('HOPS_EXCEEDED')
    expect(bench.held).toEqual([TWO])
    expect(new Bench(state, limits).population.find(TWO)?.held?.code).toBe('HOPS_EXCEEDED')
    state.owned = true
    bench.release(TWO)
    await bench.run()
    expect(bench.seen(ONE)?.seen.at(-1)).toBe('through')
    const again = new Bench(state, limits)
    expect(again.population.find(TWO)?.held).toBeNull()
    expect(again.population.stranded().size).toBe(0)
  })

  test('hold an actor once, however many of its messages are too much, and a release lets all of them through', async () => {
    const state = emptyMemory()
    const limits = { hops: 1, batchDeliveries: 2 }
    const bench = new Bench(state, limits)
    bench.tell({ to: ONE, type: 'test.create' }, { to: TWO, type: 'test.create' })
    const inner = (mark: string): Json => ({ to: ONE, event: 'add', data: { mark } })
    bench.tell(
      { to: ONE, type: 'send', data: { to: TWO, event: 'twice', data: inner('first') } },
      { to: ONE, type: 'add', data: { mark: 'between' } },
    )
    await bench.run()
    expect(bench.held).toEqual([TWO])
    const hold = bench.population.find(TWO)?.held
    expect(new Bench(state, limits).population.find(TWO)?.held).toEqual(hold)
    state.owned = true
    bench.release(TWO)
    await bench.run()
    expect(bench.seen(ONE)?.seen.slice(-3)).toEqual(['between', 'first', 'first'])
    const again = new Bench(state, limits)
    expect(again.population.find(TWO)?.held).toBeNull()
    expect(again.population.stranded().size).toBe(0)
  })

  test('do not hold the recipient where the sender cannot be brought back', async () => {
    const state = emptyMemory()
    const limits = { hops: 1 }
    const bench = new Bench(state, limits)
    bench.tell({ to: ONE, type: 'test.create' }, { to: TWO, type: 'test.create' })
    const inner = { to: ONE, event: 'add', data: { mark: 'through' } }
    bench.tell({ to: ONE, type: 'send', data: { to: TWO, event: 'send', data: inner } })
    await bench.run()
    const without = new Bench(state, limits, address => address !== TWO)
    expect(without.population.stranded().get(TWO)?.code).toBe('VERSION_MISSING')
    expect(without.population.find(ONE)?.held).toBeNull()
    expect(new Bench(state, limits).population.find(TWO)?.held?.code).toBe('HOPS_EXCEEDED')
  })

  test('hold the recipient where the sender has ended, also after a crash', async () => {
    const state = emptyMemory()
    const limits = { hops: 1 }
    const bench = new Bench(state, limits)
    bench.tell({ to: ONE, type: 'test.create' }, { to: TWO, type: 'test.create' })
    const last = { to: ONE, event: 'add', data: { mark: 'last words' } }
    bench.tell({ to: ONE, type: 'send', data: { to: TWO, event: 'farewell', data: last } })
    await bench.run()
    expect(bench.held).toEqual([ONE])
    const again = new Bench(state, limits)
    expect(again.population.find(ONE)?.held?.code).toBe('HOPS_EXCEEDED')
    state.owned = true
    bench.release(ONE)
    await bench.run()
    expect(bench.seen(ONE)?.seen.at(-1)).toBe('last words')
    expect(new Bench(state, limits).population.find(ONE)?.held).toBeNull()
  })
})

describe('an actor that cannot be brought back', () => {
  test('keeps what the journal holds of it, however long others go on without it', async () => {
    const state = emptyMemory()
    let bench = new Bench(state)
    bench.tell({ to: ONE, type: 'test.create' }, { to: TWO, type: 'test.create' }, { to: ONE, type: 'add' })
    await bench.run()
    // The code of ONE is gone. The hub goes on, idles, and moves its tail.
    bench = new Bench(state, { tail: 2, idle: 1 }, address => address !== ONE)
    expect(bench.population.stranded().get(ONE)?.code).toBe('VERSION_MISSING')
    for (let i = 0; i < 10; i++) bench.tell({ to: TWO, type: 'add' })
    bench.tell({ to: ONE, type: 'add', data: { mark: 'mail' } })
    await bench.run(true)
    expect(bench.seen(TWO)?.count).toBe(11)
    // And is back.
    bench = new Bench(state)
    await bench.run()
    expect(bench.population.stranded().size).toBe(0)
    expect(bench.seen(ONE)?.seen).toEqual([null, null, 'mail'])
  })

  test.each([true, false])('comes back as held or let go as it was: let go %s', async isLetGo => {
    const state = emptyMemory()
    const limits = { hops: 1, idle: 1 }
    let bench = new Bench(state, limits)
    bench.tell({ to: ONE, type: 'test.create' }, { to: TWO, type: 'test.create' })
    const inner = { to: ONE, event: 'add', data: { mark: 'through' } }
    const chain = { to: ONE, type: 'send', data: { to: TWO, event: 'send', data: inner } } as const
    if (isLetGo) bench.tell(chain)
    await bench.run(true)
    if (isLetGo) bench.release(TWO)
    else bench.tell(chain)
    await bench.run()
    // The code of TWO is gone. The hub goes on, idles, and moves its tail.
    bench = new Bench(state, limits, address => address !== TWO)
    bench.tell({ to: ONE, type: 'add' }, { to: ONE, type: 'add' })
    await bench.run(true)
    bench = new Bench(state, limits)
    expect(bench.population.find(TWO)?.held?.code).toBe(isLetGo ? undefined : 'HOPS_EXCEEDED')
  })

  test('does not keep the hub from going to rest', async () => {
    const state = emptyMemory()
    const first = new Bench(state)
    first.tell({ to: ONE, type: 'test.create' })
    await first.run()
    const bench = new Bench(state, { idle: 1 }, () => false)
    await bench.run(true)
    expect(bench.clock.next()).toBeUndefined()
  })

  test('is held as diverged when its machine does other things than were recorded', async () => {
    const state = emptyMemory()
    const first = new Bench(state)
    first.tell({ to: ONE, type: 'test.create' }, { to: ONE, type: 'later' }, { to: TWO, type: 'test.create' })
    await first.run()
    const bench = new Bench(withStateChanged(state))
    expect(bench.population.stranded().get(ONE)).toMatchObject({ code: 'REPLAY_DIVERGED' })
    bench.tell({ to: TWO, type: 'add' })
    await bench.run()
    expect(bench.seen(TWO)?.count).toBe(2)
  })
})

/** The records, as a machine would have written them that calls its states otherwise. */
function withStateChanged(state: ReturnType<typeof emptyMemory>): ReturnType<typeof emptyMemory> {
  const changed = emptyMemory()
  changed.id = state.id
  let sum = 0
  for (const record of state.records) {
    const signal = decode(record)
    const toState = signal.toState === 'waiting' ? 'resting' : signal.toState
    const written = encode({ ...signal, toState }, sum)
    sum = written.sum
    changed.records.push(written)
  }
  return changed
}
