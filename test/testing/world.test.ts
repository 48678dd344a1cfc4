/** The world outside: what each behaviour and each fault means, what is counted, and for whom. */
import { describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { agent, task } from 'stator'
import { EFFECT_FAULTS, Simulation, world, type Effect, type EffectFault, type Life } from 'stator/testing'
import { World, type CallFault } from '../../src/testing/world/world.ts'
import { WorldView } from '../../src/testing/world/view.ts'

const KEY = 'journal/task/run-1/pay/1'

/** A process that calls one effect, and the world that it calls. */
async function booted(
  effect: Effect,
  faults: readonly CallFault[] = [],
): Promise<{ life: Life; outside: World; struck: CallFault[] }> {
  const struck: CallFault[] = []
  const outside = new World({
    effects: new Map([['pay', effect]]),
    faults,
    answer: (_, input, call) => ({ input, call }),
    struck: fault => struck.push(fault),
    tooLong: 60_000,
  })
  const job = task('job')
  const simulation = new Simulation({
    seed: 1,
    setup: () => ({ agents: [agent('ann').handle(job, () => 1)] }),
  })
  return { life: await simulation.boot(), outside, struck }
}

const first = (fault: EffectFault): readonly CallFault[] => [{ effect: 'pay', call: 1, fault }]

/** What a call came to, in how much virtual time; what never settles is `nothing`. */
async function called(life: Life, outside: World, key = KEY): Promise<{ what: unknown; ms: number }> {
  const began = life.clock.now()
  let what: unknown = 'nothing'
  let ms = 0
  const settle = (value: unknown): void => {
    what = value
    ms = life.clock.now() - began
  }
  outside.call('pay', 1, key, life).then(settle, (error: Error) => settle(error.message))
  await life.until(life.wait(100_000))
  return { what, ms }
}

describe('a call', () => {
  test.each<[EffectFault, unknown, number, [number, number]]>([
    ['fail', 'pay: refused', 0, [0, 10]],
    ['lost', 'pay: the answer was lost', 1, [0, 10]],
    ['timeout', { input: 1, call: 1 }, 1, [60_000, 60_010]],
    ['hang', 'nothing', 0, [0, 0]],
    ['twice', { input: 1, call: 1 }, 2, [0, 10]],
    ['slow', { input: 1, call: 1 }, 1, [5_000, 5_010]],
  ])('that meets %s', async (fault, answer, times, [least, most]) => {
    const { life, outside, struck } = await booted(world.flaky(), first(fault))
    const { what, ms } = await called(life, outside)
    expect(what).toEqual(answer)
    expect(ms).toBeGreaterThanOrEqual(least)
    expect(ms).toBeLessThanOrEqual(most)
    expect(outside.happenings).toHaveLength(times)
    expect(struck).toEqual(first(fault))
    expect(life.simulation.ledger.of('fault').map(({ value }) => value)).toEqual([fault])
  })

  test('that meets nothing works, in no more time than was said', async () => {
    const { life, outside } = await booted(world.reliable({ ms: 3 }))
    const { what, ms } = await called(life, outside)
    expect(what).toEqual({ input: 1, call: 1 })
    expect(ms).toBeLessThanOrEqual(3)
  })

  test('of an idempotent effect takes effect once per key, and gets the first answer', async () => {
    const { life, outside } = await booted(world.idempotent())
    expect((await called(life, outside)).what).toEqual({ input: 1, call: 1 })
    expect((await called(life, outside)).what).toEqual({ input: 1, call: 1 })
    expect((await called(life, outside, `${KEY}/other`)).what).toEqual({ input: 1, call: 3 })
    expect(outside.happenings.map(({ key }) => key)).toEqual([KEY, `${KEY}/other`])
  })

  test('of any other takes effect each time', async () => {
    const { life, outside } = await booted(world.reliable())
    await called(life, outside)
    await called(life, outside)
    expect(outside.happenings).toHaveLength(2)
  })

  test('of a failing effect is refused each time', async () => {
    const { life, outside } = await booted(world.failing())
    expect((await called(life, outside)).what).toBe('pay: refused')
    expect((await called(life, outside)).what).toBe('pay: refused')
    expect(outside.happenings).toEqual([])
  })

  test('goes wrong no more often under one key than was said, however many faults were drawn', async () => {
    const faults = [1, 2, 3, 4].map(call => ({ effect: 'pay', call, fault: 'fail' as const }))
    const { life, outside, struck } = await booted(world.flaky({ failures: 2 }), faults)
    const answers = []
    for (let n = 0; n < 3; n++) answers.push((await called(life, outside)).what)
    expect(answers).toEqual(['pay: refused', 'pay: refused', { input: 1, call: 3 }])
    expect((await called(life, outside, `${KEY}/other`)).what).toBe('pay: refused')
    expect(struck).toHaveLength(3)
  })

  test('of a dead process does not reach the world', async () => {
    const { life, outside } = await booted(world.reliable({ ms: 0 }))
    life.die()
    let settled = false
    void outside.call('pay', 1, KEY, life).finally(() => (settled = true))
    await new Promise(resolve => process.nextTick(resolve))
    expect(settled).toBe(false)
    expect(outside.happenings).toEqual([])
    expect(outside.calls.size).toBe(0)
  })

  test('that a process did not live to see answered is not answered', async () => {
    const { life, outside } = await booted(world.reliable(), first('slow'))
    let settled = false
    void outside.call('pay', 1, KEY, life).finally(() => (settled = true))
    life.die()
    await life.simulation.drain(life)
    expect(settled).toBe(false)
  })

  test('with an input that is not JSON is refused', async () => {
    const { life, outside } = await booted(world.reliable())
    await expect(outside.call('pay', new Date(0), KEY, life)).rejects.toMatchObject({ code: 'NOT_JSON' })
  })
})

test('each behaviour may do what its name says, and no more', () => {
  const may = Object.fromEntries(
    Object.entries(world).map(([name, make]) => {
      const { idempotent, may: faults, broken } = make()
      return [name, { idempotent, faults: [...faults], broken }]
    }),
  )
  expect(may).toEqual({
    reliable: { idempotent: false, faults: ['slow'], broken: false },
    idempotent: { idempotent: true, faults: EFFECT_FAULTS.filter(fault => fault !== 'fail'), broken: false },
    flaky: { idempotent: false, faults: [...EFFECT_FAULTS], broken: false },
    failing: { idempotent: true, faults: [], broken: true },
  })
  expect(world.flaky({ output: fc.constant(1), ms: 5, failures: 1 })).toMatchObject({ ms: 5, failures: 1 })
})

test('a view counts for one run alone, and says what it saw', async () => {
  const { life, outside } = await booted(world.reliable())
  await called(life, outside)
  await called(life, outside, 'journal/task/run-2/pay/1')
  await called(life, outside, 'no key of a handler')
  const seen = new Set<string>()
  const view = (run: string): WorldView => new WorldView(outside, run, () => undefined, seen)
  expect(view('run-1').count('refund')).toBe(0)
  expect([...seen]).toEqual([])
  expect(view('run-1').count('pay')).toBe(2)
  expect(
    view('run-2')
      .happened('pay')
      .map(({ key }) => key),
  ).toEqual(['journal/task/run-2/pay/1', 'no key of a handler'])
  expect([...seen]).toEqual(['pay'])
  expect(view('run-1').status).toBeUndefined()
})
