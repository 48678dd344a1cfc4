/** Every bound has a code, and what is refused leaves no trace. */
import { describe, expect, test } from 'vitest'
import { agent, graph, StatorError, task, type Address, type Json } from 'stator'
import type { Life } from 'stator/testing'
import { limitsOf } from '../../src/runtime/limits.ts'
import { codeOf, single, worldOf } from './support/world.ts'

const anyJob = task('any')

async function booted(limits = {}): Promise<Life> {
  const world = worldOf(
    life => ({
      agents: [
        agent('ann', { capacity: 100 }).handle(
          anyJob,
          life.handler(async () => life.wait(1000)),
        ),
      ],
    }),
    { limits },
  )
  return world.boot()
}

describe('what is no JSON is refused with its place, and nothing is recorded', () => {
  const cycle: { self?: unknown } = {}
  cycle.self = cycle
  const deep = (depth: number): Json => (depth === 0 ? 1 : [deep(depth - 1)])
  const hostile = JSON.parse('{"a":{"__proto__":{"polluted":true}}}') as unknown
  test.each<[string, unknown, string]>([
    ['NaN', { a: Number.NaN }, 'NOT_JSON'],
    ['Infinity', [Number.POSITIVE_INFINITY], 'NOT_JSON'],
    ['undefined in a list', [undefined], 'NOT_JSON'],
    ['a date', { at: new Date(0) }, 'NOT_JSON'],
    ['a map', new Map([[1, 2]]), 'NOT_JSON'],
    ['a BigInt', { big: 1n }, 'NOT_JSON'],
    ['a function', { run: () => 1 }, 'NOT_JSON'],
    ['a symbol', Symbol('x'), 'NOT_JSON'],
    ['a symbol as a key', { [Symbol('x')]: 1 }, 'NOT_JSON'],
    ['an instance of a class', new StatorError('CLOSED'), 'NOT_JSON'],
    ['a key __proto__', hostile, 'NOT_JSON'],
    ['a key constructor', { constructor: 1 }, 'NOT_JSON'],
    ['a key prototype', { a: [{ prototype: 1 }] }, 'NOT_JSON'],
    ['a cycle', cycle, 'MESSAGE_TOO_DEEP'],
    ['more depth than allowed', deep(65), 'MESSAGE_TOO_DEEP'],
    ['very much depth', deep(5_000), 'MESSAGE_TOO_DEEP'],
    ['more bytes than allowed', 'ü'.repeat(140_000), 'MESSAGE_TOO_LARGE'],
    ['more bytes than allowed, in parts', Array.from({ length: 100_000 }, () => 'abc'), 'MESSAGE_TOO_LARGE'],
  ])('%s', async (_, value, code) => {
    const life = await booted()
    const { position } = life.runtime.status()
    expect(await codeOf(life, life.runtime.submit(anyJob, value))).toBe(code)
    expect(
      await codeOf(life, life.runtime.submit(anyJob, null, { metadata: { value: value as Json } })),
    ).toBe(code)
    expect(life.runtime.status().position).toBe(position)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test('just within the limits is taken', async () => {
    const life = await booted({ messageBytes: 2_000, jsonDepth: 5 })
    expect(await codeOf(life, life.runtime.submit(anyJob, 'x'.repeat(1_800)))).toBe('none')
    expect(await codeOf(life, life.runtime.submit(anyJob, deep(5)))).toBe('none')
    expect(await codeOf(life, life.runtime.submit(anyJob, deep(6)))).toBe('MESSAGE_TOO_DEEP')
    expect(await codeOf(life, life.runtime.submit(anyJob, 'x'.repeat(2_001)))).toBe('MESSAGE_TOO_LARGE')
  })
})

describe('a full inbox', () => {
  test('refuses with HUB_BUSY, and those who wait get in, in order', async () => {
    const { world, job } = single(({ text }) => text, { limits: { inbox: 3, batchInputs: 2 } })
    const life = await world.boot()
    const order: string[] = []
    const submit = async (text: string, whenFull: 'refuse' | 'wait'): Promise<string> => {
      const handle = await life.runtime.submit(job, { text }, { id: text, whenFull })
      order.push(text)
      return handle.id
    }
    const first = ['a', 'b', 'c'].map(async text => submit(text, 'refuse'))
    const refused = codeOf(life, submit('d', 'refuse'))
    const waiting = ['e', 'f', 'g', 'h', 'i'].map(async text => submit(text, 'wait'))
    expect(await refused).toBe('HUB_BUSY')
    await life.until(Promise.all([...first, ...waiting]))
    expect(order).toEqual(['a', 'b', 'c', 'e', 'f', 'g', 'h', 'i'])
    await world.drain(life)
    expect(world.ledger.of('output')).toHaveLength(8)
    expect(life.runtime.history({ types: ['task.create'], actor: 'task/d' })).toEqual([])
  })

  test('tells those who wait when the hub closes', async () => {
    const { world, job } = single(({ text }) => text, { limits: { inbox: 1 } })
    const life = await world.boot()
    const submit = async (text: string): Promise<unknown> =>
      life.runtime.submit(job, { text }, { whenFull: 'wait' })
    const all = Promise.allSettled([submit('a'), submit('b'), submit('c')])
    const closed = life.runtime.close()
    const settled = await life.until(all)
    await life.until(closed)
    const codes = settled.map(each =>
      each.status === 'fulfilled' ? 'ok' : (each.reason as { code: string }).code,
    )
    for (const code of codes) expect(['ok', 'CLOSED']).toContain(code)
    expect(codes[2]).toBe('CLOSED')
  })
})

describe('a message from outside', () => {
  const send = async (life: Life, message: object): Promise<string> =>
    codeOf(life, life.runtime.send(message as { type: string; to: Address }))

  test('is refused with a code unless sender, recipient and type are right', async () => {
    const life = await booted()
    await life.until(life.runtime.submit(anyJob, null, { id: 'one' }))
    const to = 'task/one'
    expect(await send(life, { to, type: 'task.done', data: { turn: 1, output: 1 } })).toBe(
      'MESSAGE_TYPE_UNKNOWN',
    )
    expect(await send(life, { to, type: 'task.start' })).toBe('MESSAGE_TYPE_UNKNOWN')
    expect(await send(life, { to, type: 'xstate.after.untilNext.task.retrying' })).toBe(
      'MESSAGE_TYPE_UNKNOWN',
    )
    expect(await send(life, { to, type: 'xstate.done.actor.x' })).toBe('MESSAGE_TYPE_UNKNOWN')
    expect(await send(life, { to, type: 'xstate.stop' })).toBe('MESSAGE_TYPE_UNKNOWN')
    expect(await send(life, { to, type: 'toString' })).toBe('MESSAGE_TYPE_UNKNOWN')
    expect(await send(life, { to, type: 5 })).toBe('MESSAGE_TYPE_UNKNOWN')
    expect(await send(life, { to, type: 'hub.timer' })).toBe('MESSAGE_TYPE_UNKNOWN')
    expect(await send(life, { to: 'workflow/none', type: 'fault' })).toBe('MESSAGE_TYPE_UNKNOWN')
    expect(await send(life, { to: 'task/two', type: 'task.cancel' })).toBe('RECIPIENT_UNKNOWN')
    expect(await send(life, { to: 'system/hub', type: 'hub.close' })).toBe('RECIPIENT_UNKNOWN')
    expect(await send(life, { to: 'client/local', type: 'x' })).toBe('RECIPIENT_UNKNOWN')
    expect(await send(life, { to: 'nonsense', type: 'task.cancel' })).toBe('ADDRESS_INVALID')
    expect(await send(life, { to: 'task/../x', type: 'task.cancel' })).toBe('ADDRESS_INVALID')
    expect(await send(life, { to: undefined, type: 'task.cancel' })).toBe('ADDRESS_INVALID')
    expect(await send(life, { to, type: 'task.cancel', from: 'client/stranger' })).toBe('SENDER_UNKNOWN')
    expect(await send(life, { to, type: 'task.cancel', from: 'system/hub' })).toBe('SENDER_UNKNOWN')
    expect(await send(life, { to, type: 'task.cancel', from: 'agent/nobody' })).toBe('SENDER_UNKNOWN')
    expect(await send(life, { to, type: 'task.cancel', from: 'task/one' })).toBe('SENDER_UNKNOWN')
    expect(await send(life, { to, type: 'task.cancel', data: { reason: 5 } })).toBe('INPUT_INVALID')
    expect(await send(life, { to, type: 'task.cancel', priority: 'soon' })).toBe('INPUT_INVALID')
    expect(await send(life, { to, type: 'task.retry', data: {} })).toBe('EVENT_REFUSED')
    expect(await send(life, { to, type: 'task.cancel', data: { reason: 'enough' } })).toBe('none')
    expect(life.runtime.verify()).toBeNull()
  })

  test('is recorded as refused where the state does not take it, with what it would take', async () => {
    const life = await booted()
    await life.until(life.runtime.submit(anyJob, null, { id: 'one' }))
    await send(life, { to: 'task/one', type: 'task.retry', data: {} })
    const [refusal] = life.runtime.history({ types: ['task.retry'] })
    expect(refusal).toMatchObject({
      fromState: 'running',
      toState: 'running',
      refused: { code: 'EVENT_REFUSED' },
    })
    expect(refusal?.refused?.allowed).toContain('task.done')
  })
})

describe('a turn', () => {
  test.each([
    [1, 1],
    [1, 7],
    [3, 2],
    [1000, 1],
  ])(
    'of at most %i inputs and %i deliveries does the same as a large one',
    async (batchInputs, batchDeliveries) => {
      const count = task('count')
      const world = worldOf(
        life => ({
          agents: [
            agent('ann', { capacity: 5 }).handle(
              count,
              life.handler(async (n: unknown) => life.wait(Number(n))),
            ),
          ],
        }),
        { limits: { batchInputs, batchDeliveries } },
      )
      let most = 0
      const life = await world.boot()
      life.runtime.signals$.subscribe(() => {})
      const steps = Array.from({ length: 12 }, (_, n) => ({
        id: `s${n}`,
        task: count,
        input: n % 4,
        after: n < 6 ? [] : [`s${n - 6}`, `s${(n + 1) % 6}`],
      }))
      const run = await life.until(life.runtime.startGraph(graph(steps), { id: 'run' }))
      expect(await life.until(run.outcome())).toMatchObject({ status: 'completed' })
      await world.drain(life)
      for (const size of world.batches) most = Math.max(most, size)
      expect(most).toBeLessThanOrEqual(batchDeliveries)
      expect(life.runtime.verify()).toBeNull()
      expect(world.state.pending.size).toBe(0)
    },
  )
})

test('a limit that is none is refused when it is set', () => {
  expect(() => limitsOf({ inbox: 0 })).toThrow('DEFINITION_INVALID')
  expect(() => limitsOf({ hops: 1.5 })).toThrow('DEFINITION_INVALID')
  expect(() => limitsOf({ nonsense: 1 } as object)).toThrow('DEFINITION_INVALID')
  expect(limitsOf({ inbox: 5 }).inbox).toBe(5)
})
