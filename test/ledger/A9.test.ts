/**
 * A9, the task queue as a service. Its cache: results by task type, version and input, with a time to live, and a way around.
 */
import { describe, expect, test } from 'vitest'
import { agent, createRuntime, memory, task, type Journal, type Runtime, type SubmitOptions } from 'stator'
import { z } from 'zod'
import { newClock, pass, settled } from './support.ts'

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
