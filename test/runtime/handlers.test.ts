/** Whatever a handler does, it harms only its own task: it fails with a code, and nobody else notices. */
import { expect, test } from 'vitest'
import { NonRetryableError, type TaskContext } from 'stator'
import type { Life } from 'stator/testing'
import { z } from 'zod'
import { single } from './support/world.ts'

const INPUT = { text: 'x' }

/** How a task ends whose handler does this. */
async function ending(
  run: (input: { text: string }, ctx: TaskContext, life: Life) => unknown,
  output?: z.ZodUnknown,
): Promise<{ status: string; code: string; output: unknown }> {
  const { world, job } = single(run, { timeout: '1m', ...(output === undefined ? {} : { output }) })
  const life = await world.boot()
  const handle = await life.until(life.runtime.submit(job, INPUT))
  const outcome = await life.until(handle.outcome())
  await world.drain(life)
  expect(life.runtime.status()).toMatchObject({ hub: 'running', runningTasks: 0, waitingTasks: 0, inbox: 0 })
  expect(life.runtime.verify()).toBeNull()
  return { status: outcome.status, code: outcome.error?.code ?? '', output: outcome.output }
}

/** Past the types, as plain JavaScript would. */
const anything = (value: unknown): never => value as never
const fail = (value: unknown) => () => {
  throw value as Error
}
const cycle: Record<string, unknown> = {}
cycle['self'] = cycle
const poisoned = new Proxy(new Error('x'), {
  get: () => {
    throw new Error('no')
  },
})

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

test.each([
  ['an error', new Error('no'), 'HANDLER_FAILED'],
  ['an error with a code', Object.assign(new Error('no'), { code: 'ENOENT' }), 'ENOENT'],
  ['an error with a code that is no text', Object.assign(new Error('no'), { code: 10n }), 'HANDLER_FAILED'],
  [
    'a final error with a code that is no text',
    new NonRetryableError('no', anything({ code: 10n })),
    'HANDLER_FAILED',
  ],
  ['a text', 'no', 'HANDLER_FAILED'],
  ['nothing', undefined, 'HANDLER_FAILED'],
  ['a symbol', Symbol('no'), 'HANDLER_FAILED'],
  ['something that cannot be read', poisoned, 'HANDLER_FAILED'],
  ['something that cannot even be looked at', revoked(), 'HANDLER_FAILED'],
  ['an object without a prototype', Object.create(null) as object, 'HANDLER_FAILED'],
])('a handler that throws %s fails, with a code', async (_, thrown, code) => {
  expect(await ending(fail(thrown))).toMatchObject({ status: 'failed', code })
  const late = async (_input: unknown, _ctx: TaskContext, life: Life): Promise<never> => {
    await life.wait(5)
    throw thrown as Error
  }
  expect(await ending(late)).toMatchObject({ status: 'failed', code })
})

test.each([
  ['a BigInt', 10n, 'NOT_JSON'],
  ['a function', () => 1, 'NOT_JSON'],
  ['a symbol', Symbol('x'), 'NOT_JSON'],
  ['NaN', Number.NaN, 'NOT_JSON'],
  ['a date', new Date(0), 'NOT_JSON'],
  ['a map', new Map(), 'NOT_JSON'],
  ['a cycle', cycle, 'MESSAGE_TOO_DEEP'],
  ['too much', 'x'.repeat(300_000), 'MESSAGE_TOO_LARGE'],
])('a handler that returns %s fails, with a code', async (_, output, code) => {
  expect(await ending(() => output)).toMatchObject({ status: 'failed', code })
})

test('a handler that returns nothing completes with null', async () => {
  expect(await ending(() => {})).toEqual({ status: 'completed', code: '', output: null })
})

test('an output that does not fit its schema fails the task', async () => {
  const output = anything(z.object({ n: z.number() }))
  expect(await ending(() => ({ n: 'one' }), output)).toMatchObject({ code: 'OUTPUT_INVALID' })
})

test('a handler that never settles fails by its timeout, not before', async () => {
  const { world, job } = single(() => new Promise(() => {}), { timeout: '1m' })
  const life = await world.boot()
  const handle = await life.until(life.runtime.submit(job, INPUT))
  const [start] = world.ledger.of('start')
  expect(await life.until(handle.outcome())).toMatchObject({
    status: 'failed',
    error: { code: 'TASK_TIMEOUT' },
  })
  expect(world.clock.now()).toBeGreaterThanOrEqual((start?.at ?? 0) + 60_000)
})

test('what a handler does after its timeout is stale: not applied, and its calls are refused', async () => {
  const codes: string[] = []
  const { world, job } = single(
    async (_, ctx, life) => {
      if (ctx.attempt > 1) return 'second'
      await life.wait(90_000)
      await ctx.do('late', () => 1).catch((error: unknown) => codes.push((error as { code: string }).code))
      ctx.progress(50, 'late')
      return 'first'
    },
    { timeout: '1m', retry: { maxAttempts: 2, initialInterval: 0, jitter: 'none' } },
  )
  const life = await world.boot()
  const handle = await life.until(life.runtime.submit(job, INPUT))
  expect(await life.until(handle.result())).toBe('second')
  await world.drain(life)
  expect(codes).toEqual(['STALE_ATTEMPT'])
  expect(world.ledger.of('output').map(({ value }) => value)).toEqual(['second', 'first'])
  const said = life.runtime.history({ types: ['task.done', 'task.progress', 'task.recorded'] })
  expect(said.map(({ type, refused }) => [type, refused?.code ?? 'taken'])).toEqual([
    ['task.done', 'taken'],
    ['task.done', 'STALE_ATTEMPT'],
  ])
})

test('a sub-step under way when its attempt ends is not recorded', async () => {
  const codes: string[] = []
  const { world, job } = single(async (_, ctx, life) => {
    await ctx
      .do('long', () => life.wait(5000))
      .catch((error: unknown) => codes.push((error as { code: string }).code))
    return 'late'
  })
  const life = await world.boot()
  const handle = await life.until(life.runtime.submit(job, INPUT))
  await world.pass(life, 100)
  await life.until(handle.cancel('enough'))
  expect(await life.until(handle.outcome())).toMatchObject({ status: 'cancelled' })
  await world.drain(life)
  expect(codes).toEqual(['STALE_ATTEMPT'])
})

test('a cancelled handler hears of it, with the reason', async () => {
  const heard: unknown[] = []
  const { world, job } = single(async (_, ctx, life) => {
    ctx.signal.addEventListener('abort', () => heard.push((ctx.signal.reason as { code: string }).code))
    await life.wait(60_000)
  })
  const life = await world.boot()
  const handle = await life.until(life.runtime.submit(job, INPUT))
  await world.pass(life, 10)
  await life.until(handle.cancel())
  expect(heard).toEqual(['CANCELLED'])
})

test('a name used twice in one attempt is an error of that call only', async () => {
  const seen: unknown[] = []
  const outcome = await ending(async (_, ctx) => {
    seen.push(await ctx.do('once', () => 1))
    seen.push(await ctx.do('once', () => 2).catch((error: unknown) => (error as { code: string }).code))
    const both = [ctx.do('both', () => 3), ctx.do('both', () => 4)]
    seen.push((await Promise.allSettled(both)).map(({ status }) => status))
    return 'fine'
  })
  expect(outcome).toMatchObject({ status: 'completed', output: 'fine' })
  expect(seen).toEqual([1, 'STEP_REPEATED', ['fulfilled', 'rejected']])
})

test.each([[10n], [''], ['x'.repeat(201)], [Symbol('x')], [undefined], [{}]])(
  'a sub-step called %s is refused, and harms nobody',
  async name => {
    const outcome = await ending(async (_, ctx) => ctx.do(anything(name), () => 1))
    expect(outcome).toMatchObject({ status: 'failed', code: 'INPUT_INVALID' })
  },
)

test('a sub-step whose value is no JSON is an error of that call, and nothing is recorded', async () => {
  const outcome = await ending(async (_, ctx) => {
    const code = await ctx.do('big', () => anything(10n)).catch((e: unknown) => (e as { code: string }).code)
    return code
  })
  expect(outcome).toMatchObject({ status: 'completed', output: 'NOT_JSON' })
})

test('progress takes whatever it is given, never waits and never throws', async () => {
  const outcome = await ending(async (_, ctx, life) => {
    for (const [percent, note] of [
      [Number.NaN, 'x'],
      [Number.POSITIVE_INFINITY, 'x'],
      ['50', 'x'],
      [-5, 5],
      [500, Symbol('x')],
      [20, [10n]],
      [30, { a: 1 }],
      [40, 'y'.repeat(5000)],
    ]) {
      ctx.progress(anything(percent), anything(note))
      await life.wait(5)
    }
    return 'fine'
  })
  expect(outcome).toMatchObject({ status: 'completed', output: 'fine' })
})

test('one handler that goes on without end does not hold up another', async () => {
  const { world, job } = single(({ text: which }) => (which === 'bad' ? new Promise(() => {}) : which), {
    capacity: 2,
  })
  const life = await world.boot()
  await life.until(life.runtime.submit(job, { text: 'bad' }))
  const good = await life.until(life.runtime.submit(job, { text: 'good' }))
  expect(await life.until(good.result())).toBe('good')
})

test('the last of the progress is what is seen', async () => {
  const { world, job } = single(async (_, ctx, life) => {
    for (let percent = 0; percent <= 90; percent += 10) ctx.progress(percent, `at ${percent}`)
    await life.wait(5000)
  })
  const life = await world.boot()
  const handle = await life.until(life.runtime.submit(job, INPUT))
  await world.pass(life, 1500)
  expect(handle.info()).toMatchObject({ progress: 90, note: 'at 90' })
  expect(life.runtime.history({ types: ['task.progress'] }).length).toBeLessThan(5)
})

test('a handler that does not wait for its sub-step ends as it says, and its sub-step ends nobody', async () => {
  const { world, job } = single((_, ctx, life) => {
    void ctx.do('audit', async () => life.wait(20))
    return 'done'
  })
  const life = await world.boot()
  const handle = await life.until(life.runtime.submit(job, INPUT))
  expect(await life.until(handle.result())).toBe('done')
  await world.drain(life)
  expect(world.ledger.of('sub')).toHaveLength(1)
})
