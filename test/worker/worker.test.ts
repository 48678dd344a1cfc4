/** A handler in a thread: what it can do, how it is stopped, and that whatever it does harms only its own attempt. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { TaskContext } from 'stator'
import { expect, test } from 'vitest'
import { worker } from 'stator/worker'
import { flagsFor } from '../../src/worker/options.ts'
import { ended, ending, moduleOf, progressOf, quick, site } from './threads.ts'

/** Ever so long, unless the test says that it is over. */
function handClock() {
  const waits: { ms: number; callback: () => void }[] = []
  return {
    waits,
    now: () => 0,
    after(ms: number, callback: () => void) {
      const wait = { ms, callback }
      waits.push(wait)
      return () => void waits.splice(waits.indexOf(wait), 1)
    },
  }
}

/** A ctx without a hub behind it: nobody can be spoken to. */
function bareCtx(parts: Partial<TaskContext> = {}) {
  const beats: unknown[] = []
  const silent = (): void => {}
  const own: Partial<TaskContext> = {
    task: 'task/a',
    agent: 'agent/a',
    attempt: 1,
    idempotencyKey: 'key',
    metadata: {},
    signal: new AbortController().signal,
    progress: silent,
    heartbeat: () => void beats.push(null),
    do: async <T>(name: string, fn: (key: string) => Promise<T> | T): Promise<T> => fn(name),
    log: { debug: silent, info: silent, warn: silent, error: silent },
    ...parts,
  }
  return { ctx: own as TaskContext, beats }
}

test('a module gets the input, and its result is that of the task', async () => {
  expect(await ending('work.ts', 'default')).toEqual({ status: 'completed', value: 'HELLO' })
})

test('its ctx says what a ctx says', async () => {
  const { submit, runtime } = await site('work.ts', 'tell')
  const handle = await submit()
  expect(await handle.result()).toEqual({
    input: { text: 'hello' },
    task: handle.address,
    agent: 'agent/cruncher',
    attempt: 1,
    key: expect.stringContaining(handle.address) as unknown,
    metadata: { from: 'test' },
    aborted: false,
  })
  expect(runtime.verify()).toBeNull()
})

test('progress and log reach the hub', async () => {
  const { submit, logged, runtime } = await site('work.ts', 'speak')
  await (await submit()).result()
  expect(runtime.history({ types: ['task.progress'] })).toMatchObject([
    { data: { percent: 40, note: 'far' } },
  ])
  expect(logged).toEqual([
    { n: 1, message: 'hello' },
    { details: '{ fn: [Function: fn] }', message: 'odd' },
  ])
})

test('a thread that says more than the hub can take waits, and loses nothing of its work', async () => {
  expect(await ending('work.ts', 'babble')).toEqual({ status: 'completed', value: 1000 })
})

test('sub-steps do as they do in the thread of the hub', async () => {
  const { submit, runtime } = await site('work.ts', 'steps')
  expect(await (await submit()).result()).toEqual([
    1,
    null,
    'STEP_REPEATED',
    'INPUT_INVALID',
    'INPUT_INVALID',
    'NOT_JSON',
    'NOT_JSON',
    true,
  ])
  expect(runtime.history({ types: ['task.recorded'] })).toHaveLength(2)
})

test('a second attempt is given what the first has recorded, in a fresh thread', async () => {
  const { submit, runtime } = await site(
    'harm.ts',
    'recordThenExit',
    {},
    { retry: { maxAttempts: 2, initialInterval: 0 } },
  )
  const handle = await submit()
  expect(await handle.result()).toEqual({
    attempt: 1,
    key: expect.stringMatching(/\/expensive$/) as unknown,
  })
  expect(handle.info()).toMatchObject({ attempts: 2 })
  expect(runtime.history({ types: ['task.recorded'] })).toHaveLength(1)
})

test.each([
  ['nothing', { status: 'completed', value: null }],
  ['date', { status: 'failed', value: { code: 'NOT_JSON' } }],
  ['big', { status: 'failed', value: { code: 'NOT_JSON' } }],
  ['fn', { status: 'failed', value: { code: 'NOT_JSON' } }],
])('what a module returns is looked at as any output: %s', async (name, outcome) => {
  expect(await ending('work.ts', name)).toMatchObject(outcome)
})

test('a busy loop in a thread does not hold up the hub, and ends when it is cancelled', async () => {
  const here = await site('spin.ts', 'default', { grace: 0 })
  const spinning = await here.submit()
  await progressOf(spinning)
  for (let n = 0; n < 20; n++) {
    const other = await here.runtime.submit(quick, null)
    expect(await other.result()).toBe('done')
  }
  expect(spinning.status()).toBe('running')
  expect(here.threads.size).toBe(1)
  const over = ended(here)
  await spinning.cancel('enough')
  expect(await spinning.outcome()).toMatchObject({ status: 'cancelled' })
  await over
  expect(here.threads.size).toBe(0)
})

test('it ends when the task has taken too long', async () => {
  const here = await site('spin.ts', 'default', { grace: 0 }, { timeout: '300ms' })
  const outcome = await (await here.submit()).outcome()
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'TASK_TIMEOUT' } })
  await ended(here)
})

test('it ends when the runtime closes', async () => {
  const here = await site('spin.ts', 'default')
  await progressOf(await here.submit())
  const over = ended(here)
  await here.runtime.close()
  await over
  expect(here.threads.size).toBe(0)
})

test('what does not yield is ended when its grace is over, not before', async () => {
  const clock = handClock()
  const here = await site('spin.ts', 'default', { grace: '5s', host: { clock } })
  const spinning = await here.submit()
  await progressOf(spinning)
  await spinning.cancel()
  await spinning.outcome()
  expect(here.threads.size).toBe(1)
  const over = ended(here)
  clock.waits.find(({ ms }) => ms === 5000)?.callback()
  await over
  expect(clock.waits).toEqual([])
})

test('what listens is told why, ends by itself, and nothing waits for it any more', async () => {
  const clock = handClock()
  const here = await site('work.ts', 'listen', { host: { clock } })
  const listening = await here.submit()
  await progressOf(listening)
  const over = ended(here)
  await listening.cancel()
  await over
  expect(here.logged).toEqual([{ name: 'StatorError', code: 'CANCELLED', message: 'told to stop' }])
  expect(clock.waits).toEqual([])
})

test.each(['array', 'map', 'buffers'])(
  'a thread that takes too much memory (%s) ends alone, with a code',
  async name => {
    const here = await site('harm.ts', name, { memory: '64mb' })
    const outcome = await (await here.submit()).outcome()
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'WORKER_OUT_OF_MEMORY' } })
    const other = await here.runtime.submit(quick, null)
    expect(await other.result()).toBe('done')
  },
)

test('garbage is not what a thread holds', async () => {
  expect(await ending('harm.ts', 'garbage', { memory: 64 })).toEqual({
    status: 'completed',
    value: 8_000_000,
  })
})

test.each([
  ['exit', { code: 'WORKER_DIED' }],
  ['exitLater', { code: 'WORKER_DIED', message: expect.stringContaining('exitCode: 7') as unknown }],
  ['uncaught', { name: 'TypeError', code: 'E_LOOSE', message: 'nobody caught this' }],
  ['rejection', { name: 'Error', code: 'HANDLER_FAILED', message: 'nobody awaited this' }],
  ['plain', { name: 'TypeError', code: 'HANDLER_FAILED', message: 'no' }],
  ['coded', { name: 'Error', code: 'ENOENT', message: 'no' }],
  ['ours', { name: 'StatorError', code: 'INPUT_INVALID' }],
  ['text', { name: 'Error', code: 'HANDLER_FAILED', message: 'no' }],
])('a module that harms itself (%s) fails its own attempt, which may be repeated', async (name, error) => {
  const here = await site('harm.ts', name, {}, { retry: { maxAttempts: 2, initialInterval: 0 } })
  const handle = await here.submit()
  expect(await handle.outcome()).toMatchObject({ status: 'failed', error })
  expect(handle.info()).toMatchObject({ attempts: 2 })
  expect(here.runtime.status()).toMatchObject({ hub: 'running', runningTasks: 0 })
})

test.each([
  ['harm.ts', 'final', 'E_FINAL'],
  ['harm.ts', 'finalByFlag', 'E_FLAG'],
  ['nowhere.ts', 'default', 'WORKER_MODULE_INVALID'],
  ['work.ts', 'nothingSuch', 'WORKER_MODULE_INVALID'],
  ['work.ts', 'number', 'WORKER_MODULE_INVALID'],
])('what no retry can help is not repeated: %s, %s', async (file, name, code) => {
  const here = await site(file, name, {}, { retry: { maxAttempts: 3, initialInterval: 0 } })
  const handle = await here.submit()
  expect(await handle.outcome()).toMatchObject({ status: 'failed', error: { code, retryable: false } })
  expect(handle.info()).toMatchObject({ attempts: 1 })
})

test('what a module throws while it is loaded is what its attempt fails with', async () => {
  expect(await ending('throws.ts', 'default')).toMatchObject({
    value: { code: 'E_LOAD', message: 'not today' },
  })
})

test('what a module posts past its ctx is not taken for an answer', async () => {
  expect(await ending('harm.ts', 'forge')).toMatchObject({ value: 'true answer' })
})

test('a heartbeat is handed on', async () => {
  const { ctx, beats } = bareCtx()
  await worker(moduleOf('work.ts'), { export: 'speak' })({ text: '' }, ctx)
  expect(beats).toHaveLength(1)
})

test('a logger that throws fails the attempt, and nothing else', async () => {
  const broken = (): never => {
    throw new Error('the disk of the log is full')
  }
  const { ctx } = bareCtx({ log: { debug: broken, info: broken, warn: broken, error: broken } })
  const run = worker(moduleOf('work.ts'), { export: 'speak' })
  await expect(run({ text: '' }, ctx)).rejects.toThrow('the disk of the log is full')
})

test('an attempt that is over before it begins starts no thread', async () => {
  const signal = AbortSignal.abort(new Error('over'))
  const started: unknown[] = []
  const watch = (message: unknown): void => void started.push(message)
  subscribe('worker_threads', watch)
  await expect(worker(moduleOf('spin.ts'))(null, bareCtx({ signal }).ctx)).rejects.toThrow('over')
  unsubscribe('worker_threads', watch)
  expect(started).toEqual([])
})

test.each([
  ['a relative path', './modules/work.ts', {}],
  ['another protocol', new URL('https://example.org/work.js'), {}],
  ['no module', undefined, {}],
  ['no options', moduleOf('work.ts'), null],
  ['an option that is none', moduleOf('work.ts'), { memroy: '64mb' }],
  ['memory without a unit', moduleOf('work.ts'), { memory: '64' }],
  ['too little memory', moduleOf('work.ts'), { memory: '31mb' }],
  ['too much memory', moduleOf('work.ts'), { memory: '2000gb' }],
  ['memory that is no number', moduleOf('work.ts'), { memory: Number.NaN }],
  ['an export without a name', moduleOf('work.ts'), { export: '' }],
  ['a grace that is none', moduleOf('work.ts'), { grace: '-1s' }],
])('a definition with %s is refused', (_, module, options) => {
  expect(() => worker(module as never, options as never)).toThrow(
    expect.objectContaining({ code: 'DEFINITION_INVALID' }),
  )
})

test('a thread has the flags of the process, but for those that would keep it from starting', () => {
  expect(flagsFor(['--max-old-space-size=100', '--import', 'x'])).toBeUndefined()
  const given = ['--input-type=module', '--expose-gc', '--import', 'a', '--conditions=b', '--no-warnings']
  expect(flagsFor([...given, '-e', 'code'])).toEqual(['--import', 'a', '--conditions=b', '--no-warnings'])
})
