/**
 * A7, agents: states offline, idle, ready, busy, paused, error and stopped, and restarting and quarantined of those that are supervised; one interface whatever is behind it (code, shell,
 * HTTP, a model); statistics for each agent: done, failed, time; a pool with availability by role.
 */
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { agent, agentMachine, createRuntime, memory, task } from 'stator'
import { codeOf, latch, newClock, pass, settled } from './support.ts'

const job = task('job')

test('the statechart has these states', () => {
  expect(Object.keys(agentMachine.states).toSorted()).toEqual(
    [
      'offline',
      'idle',
      'ready',
      'busy',
      'paused',
      'error',
      'restarting',
      'quarantined',
      'stopped',
    ].toSorted(),
  )
})

test('idle while it warms up, ready, busy, paused, ready again, stopped; offline without its code', async () => {
  const journal = memory()
  const warm = latch()
  const free = latch()
  const ada = agent('ada', { warmUp: () => warm.opened }).handle(job, () => free.opened)
  const runtime = await createRuntime({ journal, agents: [ada] })
  const state = (): string | undefined => runtime.agents.get('ada')?.state
  expect(state()).toBe('idle')
  const waiting = await runtime.submit(job, null)
  expect(waiting.status()).toBe('queued')
  warm.open()
  await settled()
  expect([state(), waiting.status()]).toEqual(['busy', 'running'])
  free.open()
  await waiting.result()
  await settled()
  expect(state()).toBe('ready')
  await runtime.agents.pause('ada', 'lunch')
  await runtime.agents.pause('ada', 'asked twice is no error')
  expect(state()).toBe('paused')
  await runtime.agents.resume('ada')
  await runtime.agents.resume('ada')
  expect(state()).toBe('ready')
  await runtime.close()

  const without = await createRuntime({ journal, tasks: [job] })
  expect(without.agents.get('ada')?.state).toBe('offline')
  await without.agents.unregister('ada')
  expect(without.actors.get('agent/ada')?.state).toBe('stopped')
  await without.close()
})

test('error when it cannot warm up; it gets no work until resumed', async () => {
  const broken = agent('broken', {
    warmUp: () => {
      throw new Error('no licence')
    },
  }).handle(job, () => 'done')
  await using runtime = await createRuntime({ agents: [broken] })
  await settled()
  expect(runtime.agents.get('broken')?.state).toBe('error')
  const handle = await runtime.submit(job, null)
  expect(handle.status()).toBe('queued')
  await runtime.agents.resume('broken')
  expect(await handle.result()).toBe('done')
})

test('one interface for code, a shell command, an HTTP call and a model', async () => {
  const upper = task('upper')
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => response.write(chunk.toString().toUpperCase()))
    request.on('end', () => response.end())
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => {
    server.once('listening', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const shout = `process.stdout.write(process.argv[1].toUpperCase())`
  const model = { complete: async (prompt: string) => Promise.resolve({ text: prompt.toUpperCase() }) }
  const agents = [
    agent('code', { role: 'code' }).handle(upper, input => String(input).toUpperCase()),
    agent('shell', { role: 'shell' }).handle(upper, async (input, { signal }) => {
      const { stdout } = await promisify(execFile)(process.execPath, ['-e', shout, String(input)], { signal })
      return stdout
    }),
    agent('http', { role: 'http' }).handle(upper, async (input, { signal }) => {
      const response = await fetch(url, { method: 'POST', body: String(input), signal })
      return response.text()
    }),
    agent('model', { role: 'model' }).handle(
      upper,
      async input => (await model.complete(String(input))).text,
    ),
  ]
  await using runtime = await createRuntime({ agents })
  const results = agents.map(async ({ id }) => (await runtime.submit(upper, 'hello', { agent: id })).result())
  expect(await Promise.all(results)).toEqual(['HELLO', 'HELLO', 'HELLO', 'HELLO'])
  server.close()
})

test('statistics: done, failed, time', async () => {
  const clock = newClock()
  const ends: ((fails: boolean) => void)[] = []
  const worker = agent('worker').handle(job, async () => {
    const fails = await new Promise<boolean>(resolve => {
      ends.push(resolve)
    })
    if (fails) throw new Error('no')
  })
  await using runtime = await createRuntime({ agents: [worker], host: { clock } })
  for (const fails of [false, true, false]) {
    const handle = await runtime.submit(job, null)
    await pass(clock, 100)
    ends.pop()?.(fails)
    await handle.outcome()
  }
  await pass(clock, 1_000)
  expect(runtime.agents.get('worker')).toMatchObject({ done: 2, failed: 1, busyMs: 300, running: 0 })
})

test('a pool with availability by role: work goes to a free agent of its role', async () => {
  const { opened, open } = latch()
  const draw = task('draw', { role: 'designer' })
  const make = (id: string, role: string) => agent(id, { role }).handle(draw, () => opened)
  const agents = [make('ada', 'designer'), make('bob', 'designer'), make('cyd', 'writer')]
  await using runtime = await createRuntime({ agents })
  const available = (role: string): string[] =>
    runtime.agents.list({ role, available: true }).map(({ id }) => id)
  expect(available('designer')).toEqual(['ada', 'bob'])
  const first = await runtime.submit(draw, null)
  await settled()
  expect([available('designer'), available('writer')]).toEqual([['bob'], ['cyd']])
  const second = await runtime.submit(draw, null)
  const third = await runtime.submit(draw, null)
  await settled()
  expect([first, second, third].map(handle => handle.status())).toEqual(['running', 'running', 'queued'])
  expect(available('designer')).toEqual([])
  open()
  await Promise.all([first, second, third].map(handle => handle.result()))
})

test('a task for a role that nobody has is refused', async () => {
  await using runtime = await createRuntime({ agents: [agent('ada').handle(job, () => null)] })
  expect(await codeOf(runtime.submit(task('other'), null))).toBe('TASK_UNHANDLED')
})
