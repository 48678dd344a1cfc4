/** fork(): what may be asked of a history, and what stands in for the code of agents meanwhile. */
import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  agent,
  createRuntime,
  cursorOf,
  fork,
  memory,
  task,
  workflow,
  type Journal,
  type Runtime,
  type RuntimeOptions,
  type TaskContext,
} from 'stator'
import { VirtualClock } from 'stator/testing'
import { codeOf, settled } from '../ledger/support.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const order = z.object({ order: z.string() })
const charge = task('charge', {
  input: order,
  output: z.object({ paid: z.number() }),
  retry: { maxAttempts: 2 },
})
const pack = task('pack', { input: order })
const shop = workflow('shop', { input: order }).step('charge', charge).step('pack', pack)

/** A shop whose handlers are counted, and wait for `let`. */
function company(journal: Journal, rest: RuntimeOptions = {}): Company {
  const ran: string[] = []
  const keys: string[] = []
  const waiting: (() => void)[] = []
  const work = (ctx: TaskContext): void => {
    ran.push(ctx.task)
    keys.push(ctx.idempotencyKey)
  }
  const clerk = agent('clerk', { capacity: 4, warmUp: () => void ran.push('warm-up') })
    .handle(charge, async (_, ctx) => {
      work(ctx)
      await new Promise<void>(resolve => waiting.push(resolve))
      return { paid: 10 }
    })
    .handle(pack, (_, ctx) => work(ctx))
  const options: RuntimeOptions = { journal, agents: [clerk], workflows: [shop], logger: quiet, ...rest }
  return { ran, keys, start: () => createRuntime(options), let: () => waiting.shift()?.() }
}

interface Company {
  readonly ran: string[]
  readonly keys: string[]
  readonly start: () => Promise<Runtime>
  readonly let: () => void
}

/** A shop with one run whose first step is running. */
async function underWay(): Promise<{ runtime: Runtime; source: Company }> {
  const source = company(memory())
  const runtime = await source.start()
  await runtime.start(shop, { order: 'A' }, { id: 'A' })
  await settled()
  return { runtime, source }
}

const states = (runtime: Runtime): Record<string, string> =>
  Object.fromEntries(runtime.actors.list({}).map(({ address, state }) => [address, state]))

test('a fork goes its own way: what is done in it the source never hears of', async () => {
  const { runtime, source } = await underWay()
  const before = runtime.history()
  const forked = company(runtime.fork(), { effects: 'off' })
  await using other = await forked.start()
  expect(other.history().slice(0, before.length)).toEqual(before)
  await other.effects.complete('A/charge', { paid: 99 })
  await other.effects.complete('A/pack', null)
  expect(await other.run(shop, 'A').result()).toMatchObject({ charge: { paid: 99 } })
  expect(forked.ran).toEqual([])
  expect(runtime.history()).toEqual(before)
  source.let()
  expect(await runtime.run(shop, 'A').result()).toMatchObject({ charge: { paid: 10 } })
  await runtime.close()
})

test('a fork says where it comes from, and its effects have keys of their own', async () => {
  const { runtime, source } = await underWay()
  const [first] = runtime.history({ types: ['task.started'] })
  if (first === undefined) throw new Error('nothing was started')
  const forked = company(runtime.fork({ at: cursorOf(first) }))
  const other = await forked.start()
  expect(runtime.status().origin).toBeNull()
  expect(other.status().origin).toMatchObject({ seq: first.seq, at: first.at })
  await settled()
  expect(forked.keys).toHaveLength(1)
  expect(forked.keys).not.toEqual(source.keys)
  await other.close()
  await runtime.close()
})

test('at an earlier position what came later has never been', async () => {
  const { runtime, source } = await underWay()
  const mark = cursorOf(runtime.history().at(-1) as never)
  const then = states(runtime)
  source.let()
  await runtime.run(shop, 'A').result()
  await runtime.start(shop, { order: 'B' }, { id: 'B' })
  await settled()
  await using other = await company(runtime.fork({ at: mark }), { effects: 'off' }).start()
  expect(states(other)).toEqual(then)
  expect(other.effects.open().map(({ task: address }) => address)).toEqual(['task/A/charge'])
  // What the key of run B is, is free there.
  await other.start(shop, { order: 'other' }, { id: 'B' })
  expect(other.verify()).toBeNull()
  await runtime.close()
})

test('a fork of a journal that is closed is of all that it has, and can be forked again', async () => {
  const journal = memory()
  const first = company(journal)
  const runtime = await first.start()
  await runtime.start(shop, { order: 'A' }, { id: 'A' })
  await runtime.close()
  const copy = fork(journal)
  const again = fork(copy, { into: memory() })
  const opened = [journal, copy, again].map(each => each.open({ newId: () => 'never' }))
  expect(new Set(opened.map(({ id }) => id)).size).toBe(3)
  expect(new Set(opened.map(({ last }) => last.sum)).size).toBe(1)
  expect(opened[2]?.origin?.id).toBe(opened[1]?.id)
})

test('a fork at the start is an empty journal', async () => {
  const { runtime } = await underWay()
  await using other = await company(runtime.fork({ at: 'start' }), { effects: 'off' }).start()
  expect(other.actors.list({ kind: 'task' })).toEqual([])
  expect(other.status().origin?.seq).toBe(0)
  await runtime.close()
})

describe('effects', () => {
  test('off: nobody works, tasks that ran still run, and answers come by hand', async () => {
    const { runtime } = await underWay()
    const forked = company(runtime.fork(), { effects: 'off' })
    const other = await forked.start()
    expect(other.history({ types: ['task.interrupted'] })).toEqual([])
    expect(other.effects.open()).toEqual([
      { task: 'task/A/charge', name: 'charge', input: { order: 'A' }, agent: 'agent/clerk', attempt: 1 },
    ])
    await other.effects.fail('A/charge', new Error('no money'))
    expect(other.tasks.get('A/charge').address).toBe('task/A/charge')
    expect(forked.ran).toEqual([])
    await other.close({ drain: '1h' })
    await runtime.close()
  })

  test('a failure by hand is an attempt like any other: its policy tries again, and then gives up', async () => {
    const clock = new VirtualClock(Date.UTC(2030, 0, 1))
    const { runtime } = await underWay()
    await using other = await company(runtime.fork(), { effects: 'off', host: { clock } }).start()
    await other.effects.fail('A/charge', new Error('no money'))
    expect(other.effects.open()).toEqual([])
    while (other.effects.open().length === 0 && clock.fire()) await settled()
    expect(other.effects.open().map(({ attempt }) => attempt)).toEqual([2])
    await other.effects.fail('A/charge', new Error('still none'))
    expect(await codeOf(other.run(shop, 'A').result())).toBe('WORKFLOW_FAILED')
    await runtime.close()
  })

  test('mocks answer for agents, for what was running as well; without one it is as off', async () => {
    const { runtime } = await underWay()
    const asked: unknown[] = []
    const mocks = {
      charge: (input: unknown, ctx: TaskContext) => {
        asked.push(input, ctx.task, ctx.attempt)
        return { paid: 1 }
      },
    }
    const forked = company(runtime.fork(), { effects: mocks })
    await using other = await forked.start()
    await settled()
    expect(asked).toEqual([{ order: 'A' }, 'task/A/charge', 1])
    expect(other.effects.open().map(({ task: address }) => address)).toEqual(['task/A/pack'])
    await other.effects.complete('A/pack', null)
    expect(await other.run(shop, 'A').result()).toMatchObject({ charge: { paid: 1 } })
    expect(forked.ran).toEqual([])
    await runtime.close()
  })

  test('a mock may be found by a function, and what it gives is checked', async () => {
    const { runtime } = await underWay()
    const forked = company(runtime.fork(), {
      effects: name => (name === 'charge' ? () => ({ paid: 'much' }) : undefined),
    })
    await using other = await forked.start()
    await settled()
    const [failed] = other.history({ types: ['task.failed'], actor: 'task/A/charge' })
    expect(failed?.data).toMatchObject({ error: { code: 'OUTPUT_INVALID' } })
    await runtime.close()
  })

  test('an answer that cannot be one is refused, and the task waits on', async () => {
    const { runtime } = await underWay()
    await using other = await company(runtime.fork(), { effects: 'off' }).start()
    expect(await codeOf(other.effects.complete('A/charge', { paid: 'much' }))).toBe('OUTPUT_INVALID')
    expect(await codeOf(other.effects.complete('A/pack', null))).toBe('NOT_BY_HAND')
    expect(await codeOf(runtime.effects.complete('A/charge', { paid: 1 }))).toBe('NOT_BY_HAND')
    const both = [1, 2].map(async paid => codeOf(other.effects.complete('A/charge', { paid })))
    expect((await Promise.all(both)).toSorted()).toEqual(['STALE_ATTEMPT', 'nothing was refused'])
    await other.tasks.cancel('A/pack')
    expect(other.effects.open()).toEqual([])
    await runtime.close()
  })

  test('what stands in for agents is checked', async () => {
    for (const effects of ['on', [], { charge: 1 }, 7, null])
      expect(await codeOf(createRuntime({ effects: effects as never }))).toBe('DEFINITION_INVALID')
  })
})

test('what is no source, no position or no place is refused', async () => {
  const { runtime } = await underWay()
  const end = runtime.status().position
  expect(() => runtime.fork({ at: (end + 1).toString(36) })).toThrow(/INPUT_INVALID/)
  expect(() => runtime.fork({ at: 'no cursor' })).toThrow(/INPUT_INVALID/)
  expect(() => runtime.fork({ into: {} as Journal })).toThrow(/DEFINITION_INVALID/)
  expect(() => fork({} as Journal)).toThrow(/DEFINITION_INVALID/)
  expect(() => fork(undefined as never)).toThrow(/DEFINITION_INVALID/)
  expect(() => runtime.fork(null as never)).toThrow(/INPUT_INVALID/)
  // A position under another name would be forked as it is now.
  expect(() => runtime.fork({ from: 'start' } as never)).toThrow(/INPUT_INVALID.*from/)
  expect(() => fork(memory(), { at: 5 } as never)).toThrow(/INPUT_INVALID.*"at"/)
  const used = runtime.fork()
  expect(() => runtime.fork({ into: used })).toThrow(/JOURNAL_USED/)
  await runtime.close()
  expect(() => runtime.fork()).toThrow(/CLOSED/)
})

test('a cursor, a journal in, a journal out', () => {
  expectTypeOf(fork).returns.toEqualTypeOf<Journal>()
})
