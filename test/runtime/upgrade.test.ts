/**
 * A run whose definition is not there any more goes on with what is there under its name, where that can be told beforehand; else it is
 * held, with the reason, and goes on when its definition is back. Nothing of it is lost, and no migration is made twice.
 */
import { describe, expect, test } from 'vitest'
import type { Migrate } from 'stator'
import type { Definition } from '../../src/actors/kind.ts'
import { emptyMemory, memory, type MemoryState } from '../../src/runtime/memory-journal.ts'
import { pastCell } from '../../src/runtime/past.ts'
import { decode } from '../../src/runtime/record.ts'
import { createRoot } from '../../src/runtime/xstate.ts'
import { hubMachine } from 'stator'
import { Bench } from './support/kernel.ts'
import { first, grown, order, registered, renamed, shrunk } from './support/orders.ts'

const ONE = 'context/one'
const old = order(first, '1')
const START = 1_000_000

/** A journal in which an order waits since the beginning of time, with what was paid; all of it in its checkpoint. */
async function waiting(amount = 5): Promise<MemoryState> {
  const state = emptyMemory()
  const bench = new Bench(state, {}, undefined, registered(old))
  bench.tell({ to: ONE, type: 'test.create' }, { to: ONE, type: 'pay', data: { amount } })
  bench.tell({ to: ONE, type: 'wait' })
  await bench.run()
  bench.kernel.finish()
  return state
}

const start = (state: MemoryState, ...known: Definition[]): Bench =>
  new Bench(state, {}, undefined, registered(...known))
const migrations = (state: MemoryState) =>
  state.records.map(decode).filter(({ type, refused }) => type === 'hub.migrate' && refused === null)
const whyHeld = (bench: Bench) => bench.population.stranded().get(ONE)

/** To the state of another name, with the timer that it waits for. */
const toParked: Migrate = ({ timers, ...snapshot }) => ({
  ...snapshot,
  value: 'parked',
  timers: timers.map(({ due }) => {
    const event = 'xstate.after.2000.order.parked'
    return { id: event, event, due: due + 1_000 }
  }),
})

describe('the same version with another structure', () => {
  test('takes over a run that stands in a state it has: state, context, timers and mail', async () => {
    const state = await waiting()
    // While nobody can do anything with it, it is kept.
    let bench = start(state)
    bench.tell({ to: ONE, type: 'pay', data: { amount: 2 } })
    await bench.run()
    bench = start(state, order(grown, '1'))
    expect(bench.population.find(ONE)).toBeUndefined()
    await bench.run()
    const cell = bench.population.find(ONE)
    expect(cell?.state).toBe('waiting')
    expect(cell?.snapshot.context).toEqual({ paid: 7 })
    expect(migrations(state)).toMatchObject([
      {
        name: 'context.migrated',
        from: 'system/hub',
        fromState: 'waiting',
        toState: 'waiting',
        data: { from: old.ref, to: order(grown, '1').ref },
      },
    ])
    await bench.run(true)
    expect(bench.population.find(ONE)?.state).toBe('late')
    // When it was to happen, and not later.
    expect(bench.signals.findLast(({ type }) => type === 'hub.timer')?.at).toBe(START + 1_000)
  })

  test('does not take over a run that stands where it has no state, and the old one still does', async () => {
    const state = await waiting()
    let bench = start(state, order(shrunk, '1'))
    await bench.run()
    expect(whyHeld(bench)).toEqual({
      code: 'UPGRADE_REFUSED',
      reason: 'there is no state waiting',
      signal: 0,
    })
    bench.tell({ to: ONE, type: 'pay', data: { amount: 2 } })
    await bench.run()
    bench = start(state, old)
    await bench.run()
    expect(bench.population.find(ONE)?.snapshot.context).toEqual({ paid: 7 })
    expect(migrations(state)).toEqual([])
  })

  test('does not take over a context that it does not know', async () => {
    const bench = start(await waiting(500), order(grown, '1'))
    expect(whyHeld(bench)?.reason).toMatch(/^context paid: /)
  })

  test('takes over nothing where it cannot tell', async () => {
    const bench = start(await waiting(), order(grown, '1', { carries: false }))
    expect(whyHeld(bench)?.reason).toMatch(/^order version 1 .* takes over no runs of another structure/)
  })

  test('waits for a graceful close where the checkpoint is behind the run', async () => {
    const state = await waiting()
    const bench = start(state, old)
    bench.tell({ to: ONE, type: 'pay', data: { amount: 2 } })
    await bench.run()
    // A crash: the last payment is in the tail alone.
    const after = start(state, order(grown, '1'))
    await after.run(true)
    expect(whyHeld(after)?.code).toBe('VERSION_MISSING')
    const again = start(state, old)
    await again.run()
    again.kernel.finish()
    const upgraded = start(state, order(grown, '1'))
    await upgraded.run()
    expect(upgraded.population.find(ONE)?.snapshot.context).toEqual({ paid: 7 })
  })
})

describe('another version with a migration', () => {
  const next = order(renamed, '2', { migrate: { '1': toParked } })

  test('takes over the run as the migration says, once', async () => {
    const state = await waiting()
    let calls = 0
    const counting = order(renamed, '2', {
      migrate: {
        '1': snapshot => {
          calls++
          return toParked(snapshot)
        },
      },
    })
    const bench = start(state, counting)
    await bench.run()
    expect(bench.population.find(ONE)?.state).toBe('parked')
    // Neither from the tail nor from a checkpoint.
    await start(state, counting).run(true)
    const last = start(state, counting)
    await last.run(true)
    expect(last.population.find(ONE)?.state).toBe('late')
    expect(calls).toBe(1)
    expect(migrations(state)).toHaveLength(1)
    const fired = state.records.map(decode).find(({ type }) => type === 'hub.timer')
    expect(fired?.at).toBe(START + 2_000)
  })

  test('a run on a version that is still registered stays on it', async () => {
    const state = await waiting()
    const bench = start(state, old, next)
    await bench.run()
    expect(bench.population.find(ONE)?.definition).toBe(old)
    expect(migrations(state)).toEqual([])
  })

  test('once it was migrated, the old definition cannot take it back', async () => {
    const state = await waiting()
    await start(state, next).run()
    const bench = start(state, old)
    await bench.run()
    expect(whyHeld(bench)?.reason).toMatch(/^order version 2 /)
    const again = start(state, next)
    await again.run()
    expect(again.population.find(ONE)?.state).toBe('parked')
  })

  test('what ended after it is known in its last moment, with the new definition alone', async () => {
    const state = await waiting()
    const bench = start(state, next)
    bench.tell({ to: ONE, type: 'pay', data: { amount: 1 } }, { to: ONE, type: 'ship' })
    await bench.run()
    const ending = bench.signals.findLast(({ final }) => final)
    expect(ending).toMatchObject({ to: ONE, toState: 'shipped' })
    state.owned = false
    const journal = memory(state)
    journal.open({ newId: () => 'unused' })
    const cell = ending && pastCell(journal, registered(next), createRoot(hubMachine), ending)
    expect(cell?.snapshot).toMatchObject({ value: 'shipped', context: { paid: 6 } })
  })

  test('a crash after any write: one migration, nothing lost', async () => {
    const state = await waiting()
    const bench = new Bench(
      state,
      { batchDeliveries: 1, batchInputs: 1, tail: 2, idle: 1 },
      undefined,
      registered(next),
    )
    bench.tell({ to: ONE, type: 'pay', data: { amount: 1 } }, { to: ONE, type: 'pay', data: { amount: 1 } })
    const copies = [structuredClone(state)]
    const take = (): boolean => bench.scheduler.run() || bench.clock.fire()
    while (take()) copies.push(structuredClone(state))
    expect(copies.length).toBeGreaterThan(5)
    for (const copy of copies) {
      const paid = copy.records.map(decode).filter(({ type }) => type === 'pay')
      const left = copy.pending.size
      const after = start(copy, next)
      await after.run(true)
      const cell = after.population.find(ONE)
      expect(cell?.state).toBe('late')
      // Five before, and each of the two that was taken or kept.
      expect(cell?.snapshot.context).toEqual({ paid: 4 + paid.length + left })
      expect(migrations(copy)).toHaveLength(1)
    }
  })

  test.each<[string, Migrate, RegExp]>([
    [
      'throws',
      () => {
        throw new Error('no idea')
      },
      /the migration throws: no idea/,
    ],
    ['gives nothing', () => undefined as never, /gives no snapshot/],
    ['promises', (async () => ({})) as never, /NOT_JSON/],
    [
      'gives what JSON cannot hold',
      given => ({ ...given, context: { at: new Date(0) } as never }),
      /NOT_JSON.*context/,
    ],
    [
      'leads to a state that is not there',
      given => ({ ...given, value: 'lost', timers: [] }),
      /no state lost/,
    ],
    ['leads to an end', given => ({ ...given, value: 'shipped', timers: [] }), /shipped is an end/],
    [
      'leaves a timer that means nothing',
      given => ({ ...given, value: 'parked' }),
      /the timer .*order\.waiting means/,
    ],
    [
      'sets no timer',
      given => ({ ...given, value: 'parked', timers: [] }),
      /parked waits for .*2000.* no timer/,
    ],
    ['spoils the context', given => ({ ...given, value: 'open', timers: [], context: {} }), /context paid/],
  ])('that %s: the run is held, and the old definition goes on with it', async (_, migrate, reason) => {
    const state = await waiting()
    const bench = start(state, order(renamed, '2', { migrate: { '1': migrate } }))
    await bench.run()
    expect(whyHeld(bench)?.code).toBe('UPGRADE_REFUSED')
    expect(whyHeld(bench)?.reason).toMatch(reason)
    const back = start(state, old)
    await back.run(true)
    expect(back.population.find(ONE)?.state).toBe('late')
  })

  test('none, or more than one, is no way to go on', async () => {
    const state = await waiting()
    const none = start(state, order(renamed, '3'))
    expect(whyHeld(none)?.reason).toMatch(/version 3 has no migration from it/)
    const two = start(state, next, order(grown, '3', { migrate: { '1': given => given } }))
    expect(whyHeld(two)?.reason).toMatch(/more than one version has a migration from version 1: 2, 3/)
    const unknown = start(state)
    expect(whyHeld(unknown)?.code).toBe('VERSION_MISSING')
  })
})

describe('a run that is held for another reason', () => {
  test('stays held on the new definition until it is released, with its mail', async () => {
    const state = await waiting()
    for (const [address, text] of state.checkpoints) {
      const held = { code: 'MACHINE_FAULT', reason: 'as an example', signal: 2 }
      if (address === ONE)
        state.checkpoints.set(address, JSON.stringify({ ...JSON.parse(text), held, wake: true }))
    }
    const bench = start(state, order(grown, '1'))
    bench.tell({ to: ONE, type: 'pay', data: { amount: 1 } })
    await bench.run(true)
    expect(bench.population.find(ONE)).toMatchObject({ state: 'waiting', held: { code: 'MACHINE_FAULT' } })
    bench.release(ONE)
    await bench.run()
    // What it stumbled over comes again, and then its mail.
    expect(bench.population.find(ONE)?.snapshot.context).toEqual({ paid: 11 })
  })
})
