/** Gates: questions to humans, asked by clients; who answers, what an answer is worth, and when there is none, in virtual time. */
import { describe, expect, test } from 'vitest'
import type { GateInfo, StatorError } from 'stator'
import { crashSweep, type Life, type Scenario, type Simulation } from 'stator/testing'
import { good } from './support/play.ts'
import { codeOf, worldOf } from './support/world.ts'

const HOUR = 60 * 60_000

const worldWith = (limits = {}): Simulation => worldOf(() => ({}), { limits })

/** A world with one gate in it. */
async function asked(options = {}, limits = {}): Promise<[Simulation, Life, GateInfo]> {
  const world = worldWith(limits)
  const life = await world.boot()
  const gate = await life.until(life.runtime.gates.open({ id: 'ship', title: 'Ship it?', ...options }))
  return [world, life, gate]
}

/** The process is away for that long, and comes back. */
async function away(world: Simulation, life: Life, ms: number): Promise<Life> {
  life.die()
  world.clock.set(world.clock.now() + ms)
  return world.boot()
}

async function errorOf(life: Life, promise: Promise<unknown>): Promise<StatorError> {
  return life.until(promise).then(
    () => expect.fail('nothing was refused'),
    (error: unknown) => error as StatorError,
  )
}

describe('a gate', () => {
  test('waits for an answer, and keeps who gave it, why, and what else they said', async () => {
    const [world, life, gate] = await asked({ details: { version: 2 } })
    expect(gate).toEqual({
      id: 'ship',
      address: 'gate/ship',
      state: 'open',
      run: null,
      task: null,
      agent: null,
      chain: [],
      conversation: 'gate/ship',
      title: 'Ship it?',
      reason: null,
      details: { version: 2 },
      attemptedSolutions: [],
      form: null,
      approvers: [],
      assignedTo: null,
      assignments: [],
      strict: false,
      pauses: false,
      openedAt: expect.any(Number) as number,
      expiresAt: null,
      escalatesAt: null,
      outcome: null,
    })
    const { gates } = life.runtime
    const waited = gates.outcome('ship')
    await world.pass(life, 1_000 * HOUR)
    await life.until(gates.approve('ship', { by: 'ann', reason: 'well done', data: { budget: 7 } }))
    const outcome = { status: 'approved', by: 'ann', reason: 'well done', data: { budget: 7 } }
    expect(await life.until(waited)).toEqual(outcome)
    expect(gates.get('ship')).toEqual({ ...gate, state: 'approved', outcome })
    expect(life.runtime.history({ actor: gate.address }).map(({ name }) => name)).toEqual([
      'gate.opened',
      'gate.approved',
    ])
    await world.drain(life)
  })

  test('rejected, says who would not, and why', async () => {
    const [world, life] = await asked()
    const { gates } = life.runtime
    await life.until(gates.reject('ship', { by: 'bob', reason: 'too dear' }))
    expect(await life.until(gates.outcome('ship'))).toEqual({
      status: 'rejected',
      by: 'bob',
      reason: 'too dear',
      data: null,
      error: {
        name: 'GateRejected',
        message: 'rejected by bob: too dear',
        code: 'GATE_REJECTED',
        retryable: false,
      },
    })
    await world.drain(life)
  })

  test('refuses an answer after its end, and says how it ended', async () => {
    const [world, life] = await asked()
    const { gates } = life.runtime
    await life.until(gates.approve('ship', { by: 'ann' }))
    const error = await errorOf(life, gates.reject('ship', { by: 'bob', reason: 'too late' }))
    expect(error.code).toBe('EVENT_REFUSED')
    expect(error.details).toEqual({ type: 'gate.reject', to: 'gate/ship', state: 'approved', allowed: [] })
    const again = await away(world, life, 1)
    expect(await codeOf(again, again.runtime.gates.approve('ship', { by: 'ann' }))).toBe('EVENT_REFUSED')
    expect(again.runtime.gates.get('ship')).toMatchObject({ outcome: { status: 'approved', by: 'ann' } })
    await world.drain(again)
  })

  test('takes one of two answers that come at once, and refuses the other', async () => {
    const [world, life] = await asked()
    const { gates } = life.runtime
    const [first, second] = await life.until(
      Promise.allSettled([
        gates.reject('ship', { by: 'bob', reason: 'too dear' }),
        gates.approve('ship', { by: 'ann' }),
      ]),
    )
    expect(first.status).toBe('fulfilled')
    expect((second as PromiseRejectedResult).reason).toMatchObject({
      code: 'EVENT_REFUSED',
      details: { state: 'rejected' },
    })
    expect(gates.get('ship')).toMatchObject({ state: 'rejected', outcome: { by: 'bob' } })
    await world.drain(life)
  })

  test('is called off by who opened it; again is no error', async () => {
    const [world, life] = await asked({ expires: '1h' })
    const { gates } = life.runtime
    await life.until(gates.cancel('ship', 'not needed'))
    await life.until(gates.cancel('ship'))
    expect(gates.get('ship')?.outcome).toMatchObject({
      status: 'cancelled',
      by: null,
      reason: 'not needed',
      error: { code: 'CANCELLED' },
    })
    await world.drain(life)
    // Its time never came.
    expect(life.runtime.history({ types: ['hub.timer'] })).toEqual([])
  })
})

describe('the time of a gate', () => {
  test('over, the gate is rejected by nobody', async () => {
    const [world, life, gate] = await asked({ expires: '2h' })
    expect(gate.expiresAt).toBe(gate.openedAt + 2 * HOUR)
    await world.pass(life, 2 * HOUR - 1_000)
    expect(life.runtime.gates.get('ship')).toMatchObject({ state: 'open' })
    expect(await life.until(life.runtime.gates.outcome('ship'))).toMatchObject({
      status: 'expired',
      by: null,
      error: { code: 'GATE_EXPIRED', message: 'not answered within 7200000 ms', retryable: false },
    })
    expect(await codeOf(life, life.runtime.gates.approve('ship', { by: 'ann' }))).toBe('EVENT_REFUSED')
    await world.drain(life)
  })

  test('goes on while nobody is there', async () => {
    const [world, first, gate] = await asked({ expires: '2h' })
    const second = await away(world, first, HOUR)
    expect(second.runtime.gates.get('ship')).toEqual(gate)
    const third = await away(world, second, HOUR)
    expect(await third.until(third.runtime.gates.outcome('ship'))).toMatchObject({ status: 'expired' })
    await world.drain(third)
  })

  test('does not come where the answer was in time', async () => {
    const [world, first] = await asked({ expires: '2h' })
    await first.until(first.runtime.gates.approve('ship', { by: 'ann' }))
    const second = await away(world, first, 3 * HOUR)
    await world.drain(second)
    expect(second.runtime.gates.get('ship')).toMatchObject({ state: 'approved' })
  })
})

describe('an idempotency key', () => {
  const yes = { by: 'ann', reason: 'fine', idempotencyKey: 'k' } as const

  test('makes the same answer twice no error: at once, later, and after a restart', async () => {
    const [world, life] = await asked()
    const { gates } = life.runtime
    await life.until(Promise.all([gates.approve('ship', yes), gates.approve('ship', yes)]))
    await life.until(gates.approve('ship', yes))
    const again = await away(world, life, 1)
    await again.until(again.runtime.gates.approve('ship', yes))
    expect(again.runtime.history({ types: ['gate.approve'] })).toHaveLength(1)
    await world.drain(again)
  })

  test('is refused for another answer, and free for another gate', async () => {
    const [world, life] = await asked()
    const { gates } = life.runtime
    await life.until(gates.open({ id: 'other' }))
    await life.until(gates.approve('ship', yes))
    expect(await codeOf(life, gates.approve('ship', { ...yes, by: 'bob' }))).toBe('IDEMPOTENCY_CONFLICT')
    expect(await codeOf(life, gates.reject('ship', yes))).toBe('IDEMPOTENCY_CONFLICT')
    await life.until(gates.approve('other', yes))
    expect(gates.get('other')).toMatchObject({ state: 'approved' })
    await world.drain(life)
  })

  test('opens one gate, also where its id does', async () => {
    const [world, life, gate] = await asked()
    const { gates } = life.runtime
    expect(await life.until(gates.open({ id: 'ship', title: 'Ship it?' }))).toEqual(gate)
    expect(await codeOf(life, gates.open({ id: 'ship', title: 'Sink it?' }))).toBe('IDEMPOTENCY_CONFLICT')
    const one = await life.until(gates.open({ idempotencyKey: 'q' }))
    expect(await life.until(gates.open({ idempotencyKey: 'q' }))).toEqual(one)
    expect(gates.list().gates).toHaveLength(2)
    for (const { id } of gates.list().gates) await life.until(gates.cancel(id))
    await world.drain(life)
  })
})

describe('who answers', () => {
  test('finds gates from any process life, parked or not, a page at a time', async () => {
    const world = worldWith({ liveActors: 1, idle: 10 })
    const first = await world.boot()
    for (const id of ['a', 'b', 'c', 'd', 'e'])
      await first.until(first.runtime.gates.open({ id, ...(id === 'd' && { expires: '1h' }) }))
    await first.until(first.runtime.gates.approve('b', { by: 'ann' }))
    await world.pass(first, 1_000)
    // All but the one with a timer are out of memory.
    expect(first.runtime.status().actors).toBe(1)
    const second = await away(world, first, 1)
    const { gates } = second.runtime
    const pages = (options: { open?: boolean }): string[][] => {
      const found: string[][] = []
      for (let cursor: string | null = '0'; cursor !== null;) {
        const page = gates.list({ ...options, limit: 2, cursor })
        found.push(page.gates.map(({ id }) => id))
        cursor = page.next
      }
      return found
    }
    expect(pages({})).toEqual([['a', 'b'], ['c', 'd'], ['e']])
    expect(pages({ open: true })).toEqual([['a', 'c'], ['d', 'e'], []])
    expect(pages({ open: false })).toEqual([['b']])
    expect(gates.list().gates).toEqual(['a', 'b', 'c', 'd', 'e'].map(id => gates.get(id)))
    await second.until(gates.reject('a', { by: 'bob', reason: 'no' }))
    expect(gates.list({ open: true }).gates.map(({ id }) => id)).toEqual(['c', 'd', 'e'])
    for (const id of ['c', 'e']) await second.until(gates.approve(id, { by: 'ann' }))
    await world.drain(second)
    expect(gates.get('d')).toMatchObject({ state: 'expired' })
  })

  test.each<[string, (life: Life) => Promise<unknown>, string]>([
    ['no gate', life => life.runtime.gates.approve('none', { by: 'ann' }), 'NOT_FOUND'],
    ['no gate to be called off', life => life.runtime.gates.cancel('none'), 'NOT_FOUND'],
    ['no gate to wait for', life => life.runtime.gates.outcome('none'), 'NOT_FOUND'],
    ['no gate of no run', life => life.runtime.gates.outcome('none/ship'), 'NOT_FOUND'],
    ['no id', life => life.runtime.gates.approve('a b', { by: 'ann' }), 'ADDRESS_INVALID'],
    ['an id below a run', life => life.runtime.gates.open({ id: 'run/ship' }), 'ADDRESS_INVALID'],
    ['nobody', life => life.runtime.gates.approve('ship', { by: '' }), 'INPUT_INVALID'],
    ['a long name', life => life.runtime.gates.approve('ship', { by: 'x'.repeat(201) }), 'INPUT_INVALID'],
    ['no reason', life => life.runtime.gates.reject('ship', { by: 'ann' } as never), 'INPUT_INVALID'],
    [
      'a word misspelt',
      life => life.runtime.gates.approve('ship', { by: 'a', why: 1 } as never),
      'INPUT_INVALID',
    ],
    ['no JSON', life => life.runtime.gates.approve('ship', { by: 'a', data: 1n as never }), 'NOT_JSON'],
    ['no duration', life => life.runtime.gates.open({ expires: 'soon' as never }), 'DEFINITION_INVALID'],
    ['no such option', life => life.runtime.gates.open({ titel: 'x' } as never), 'INPUT_INVALID'],
    ['no page', async life => life.runtime.gates.list({ limit: 0 }), 'INPUT_INVALID'],
    [
      'nobody, past the view',
      life => life.runtime.send({ type: 'gate.approve', to: 'gate/ship', data: {} }),
      'INPUT_INVALID',
    ],
    [
      'a time that has not come',
      life => life.runtime.send({ type: 'gate.expired', to: 'gate/ship' }),
      'MESSAGE_TYPE_UNKNOWN',
    ],
  ])('is refused with a code: %s', async (_what, call, code) => {
    const [world, life] = await asked()
    const before = life.runtime.status().position
    expect(await codeOf(life, call(life))).toBe(code)
    expect(life.runtime.status().position).toBe(before)
    expect(life.runtime.gates.get('ship')).toMatchObject({ state: 'open' })
    await life.until(life.runtime.gates.cancel('ship'))
    await world.drain(life)
  })

  test('is forgotten with the gate, once that is pruned; what waits stays', async () => {
    const [world, life] = await asked()
    const { gates } = life.runtime
    await life.until(gates.open({ id: 'later' }))
    await life.until(gates.approve('ship', { by: 'ann', idempotencyKey: 'k' }))
    await world.pass(life, HOUR)
    expect(life.runtime.prune({ olderThan: '30m' })).toBe(1)
    expect(life.runtime.verify()).toBeNull()
    expect(gates.get('ship')).toBeUndefined()
    expect(gates.list().gates.map(({ id }) => id)).toEqual(['later'])
    const again = await away(world, life, 1)
    await again.until(again.runtime.gates.approve('later', { by: 'ann' }))
    expect(await again.until(again.runtime.gates.outcome('later'))).toMatchObject({ status: 'approved' })
    await world.drain(again)
  })
})

test('whatever was answered stands, wherever the process dies', async () => {
  const scenario: Scenario = {
    name: 'gates',
    limits: { liveActors: 1, idle: 10 },
    setup: () => ({}),
    play: async life => {
      const { gates } = life.runtime
      await life.until(gates.open({ id: 'ship', title: 'Ship it?' }))
      await life.until(gates.open({ id: 'late', expires: '1h' }))
      await life.until(gates.open({ id: 'over' }))
      await life.until(gates.approve('ship', { by: 'ann', data: [1], idempotencyKey: 'k' }))
      await life.until(gates.cancel('over'))
      const ended = await life.until(Promise.all(['ship', 'late', 'over'].map(id => gates.outcome(id))))
      return [ended, life.runtime.history({ types: ['gate.approved', 'gate.expired'] }).length]
    },
  }
  const { writes, once, twice } = await crashSweep(scenario, { seed: 7, watchers: () => [good] })
  expect(once).toBe(writes * 7)
  expect(twice).toBeGreaterThan(once)
}, 120_000)
