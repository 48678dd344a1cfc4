/**
 * A9, the task queue as a service: persistence, retry policies, cron schedules, limits of one task in time and memory; and its cache: results
 * by task type, version and input, with a time to live, and a way around. (Limits in CPU and tokens, and the rest of the row, come later.)
 */
import { describe, expect, test } from 'vitest'
import {
  agent,
  createRuntime,
  memory,
  NonRetryableError,
  queue,
  task,
  type Journal,
  type Runtime,
  type SubmitOptions,
} from 'stator'
import { worker } from 'stator/worker'
import { z } from 'zod'
import { latch, newClock, pass, settled, startOfTime } from './support.ts'

describe('A9, cache', () => {
  const input = z.object({ city: z.string() })
  const forecast = (version: string) => task('forecast', { input, version, cache: { ttl: '10m' } })
  const clock = newClock()
  let calls = 0

  async function service(journal: Journal, version = '1') {
    const known = forecast(version)
    const met = agent('met').handle(known, ({ city }) => `${city} ${++calls}`)
    const runtime = await createRuntime({ journal, agents: [met], host: { clock } })
    const ask = async (city: string, options: SubmitOptions = {}): Promise<unknown> => {
      const handle = await runtime.tasks.enqueue(known, { city }, options)
      await settled()
      return handle.result()
    }
    return { runtime, ask } satisfies { runtime: Runtime; ask: unknown }
  }

  test('by task type, version and input, with time to live and bypass, also after a restart', async () => {
    const journal = memory()
    const { runtime, ask } = await service(journal)
    expect(await ask('Graz')).toBe('Graz 1')
    await pass(clock, 599_999)
    expect(await ask('Graz')).toBe('Graz 1')
    expect(await ask('Linz')).toBe('Linz 2')
    expect(await ask('Graz', { cache: 'bypass' })).toBe('Graz 3')
    expect(await ask('Graz')).toBe('Graz 1')
    await runtime.close()
    const second = await service(journal, '2')
    expect(await second.ask('Linz')).toBe('Linz 4')
    await second.runtime.close()
    const third = await service(journal)
    expect(await third.ask('Linz')).toBe('Linz 2')
    expect(await third.ask('Graz')).toBe('Graz 1')
    await pass(clock, 1)
    expect(await third.ask('Graz')).toBe('Graz 5')
    expect(await third.ask('Graz', { cache: 'refresh' })).toBe('Graz 6')
    expect(await third.ask('Graz')).toBe('Graz 6')
    await third.runtime.close()
  })

  test('whoever asks sees whose result it was', async () => {
    const { runtime } = await service(memory())
    const known = runtime.task('first')
    await (await runtime.submit(forecast('1'), { city: 'Wien' }, { id: 'first' })).result()
    const second = await runtime.submit(forecast('1'), { city: 'Wien' }, { id: 'second' })
    expect(await second.result()).toBe(await known.result())
    expect([known.info().cachedFrom, second.info().cachedFrom]).toEqual([null, 'task/first'])
    await runtime.close()
  })
})

describe('A9, persistence', () => {
  test('what waits, what is paused and what of a rate is used up is there in the next life', async () => {
    const clock = newClock()
    const journal = memory()
    const call = task('call', { queue: 'api' })
    const began: number[] = []
    const life = async () =>
      createRuntime({
        journal,
        agents: [agent('caller').handle(call, () => void began.push(clock.now() - startOfTime))],
        queues: [queue('api', { rate: { perMinute: 1 } }), queue('other')],
        host: { clock },
      })
    const first = await life()
    await first.tasks.enqueue(call, null, { id: 'a' })
    await first.tasks.enqueue(call, null, { id: 'b' })
    await first.tasks.enqueue(call, null, { id: 'c', queue: 'other', delay: '10m' })
    await first.tasks.queue('other').pause('for now')
    await settled()
    await first.close()
    const second = await life()
    await pass(clock, 60_000)
    expect(began).toEqual([0, 60_000])
    expect(second.tasks.queue('other').info()).toMatchObject({ state: 'paused', reason: 'for now' })
    expect(second.tasks.get('c').status()).toBe('scheduled')
    await second.tasks.queue('other').resume()
    await pass(clock, 540_000)
    expect(began).toEqual([0, 60_000, 600_000])
    await second.close()
  })
})

describe('A9, retry policies', () => {
  class Refused extends Error {}
  const policy = { maxAttempts: 5, initialInterval: 0, nonRetryable: [Refused, 'E_GONE'] }

  test.each([
    ['an error of a class that no retry can help', () => new Refused('no'), 1],
    ['of such a code', () => Object.assign(new Error('gone'), { code: 'E_GONE' }), 1],
    ['one that the handler says is final', () => new NonRetryableError('never'), 1],
    ['any other', () => new Error('maybe'), 5],
  ])('%s', async (_, thrown, expected) => {
    const job = task('job', { retry: policy })
    const busy = agent('busy').handle(job, () => {
      throw thrown()
    })
    await using runtime = await createRuntime({ agents: [busy], host: { clock: newClock() } })
    const handle = await runtime.tasks.enqueue(job, null)
    expect((await handle.outcome()).status).toBe('failed')
    expect(handle.attempts()).toHaveLength(expected)
  })
})

describe('A9, cron', () => {
  test('a schedule goes on in the next life', async () => {
    const clock = newClock()
    const journal = memory()
    const tick = task('tick')
    let ran = 0
    const life = async () =>
      createRuntime({ journal, agents: [agent('a').handle(tick, () => void ran++)], host: { clock } })
    const first = await life()
    await first.tasks.schedules.create('hourly', tick, null, { cron: '0 * * * *' })
    await pass(clock, 3_600_000)
    await first.close()
    const second = await life()
    await pass(clock, 2 * 3_600_000)
    expect(ran).toBe(3)
    await second.close()
  })
})

describe('A9, limits of one task', () => {
  test('time', async () => {
    const clock = newClock()
    const slow = task('slow', { timeout: '5s' })
    const { opened, open } = latch()
    const busy = agent('busy').handle(slow, async () => opened)
    await using runtime = await createRuntime({ agents: [busy], host: { clock } })
    const handle = await runtime.tasks.enqueue(slow, null)
    await pass(clock, 5_000)
    expect((await handle.outcome()).error?.code).toBe('TASK_TIMEOUT')
    open()
  })

  test('memory, in a thread of its own', async () => {
    const greedy = task('greedy')
    const module = new URL('../worker/modules/harm.ts', import.meta.url)
    const busy = agent('busy').handle(greedy, worker(module, { export: 'buffers', memory: '64mb' }))
    await using runtime = await createRuntime({ agents: [busy] })
    const handle = await runtime.tasks.enqueue(greedy, null)
    expect((await handle.outcome()).error?.code).toBe('WORKER_OUT_OF_MEMORY')
  })
})
