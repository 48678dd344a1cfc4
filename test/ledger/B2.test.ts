/**
 * B2, the workflow engine: what follows what, beside what, on which condition, how often; states that everybody can see; pause, resume,
 * cancel with and without compensation; progress live; workflows that are written at run time.
 */
import { expect, test } from 'vitest'
import {
  agent,
  createRuntime,
  memory,
  signal,
  task,
  workflow,
  type FlowDocument,
  type Progress,
  type Run,
} from 'stator'
import { z } from 'zod'
import { latch, settled } from './support.ts'

const n = z.object({ n: z.number() })
const add = task('add', { input: n, output: n })
const fail = task('fail', { input: n, output: n, retry: { maxAttempts: 1 } })
const slow = task('slow', { input: n, output: n })
/** It counts how often it is done. */
const tick = task('tick', { input: n, output: n })
const undo = task('undo', { input: z.unknown(), output: z.unknown() })
const go = signal('go')

/** A runtime whose slow work waits until it is let go; what was done, in its order. */
async function runtimeOf(workflows: readonly unknown[], journal = memory()) {
  const { opened, open } = latch()
  const done: string[] = []
  let ticks = 0
  const worker = agent('worker', { capacity: 8 })
    .handle(add, input => {
      done.push(`add ${input.n}`)
      return { n: input.n + 1 }
    })
    .handle(tick, () => ({ n: ++ticks }))
    .handle(fail, () => {
      throw new Error('it fails')
    })
    .handle(slow, async input => {
      await opened
      return input
    })
    .handle(undo, () => {
      done.push('undo')
      return null
    })
  const options = { journal, agents: [worker], workflows: workflows as never }
  const runtime = await createRuntime({ ...options, logger: quiet })
  return { runtime, open, done }
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** The states that a run went through, by its signals. */
const states = (signals: readonly { toState: string | null }[]): string[] =>
  signals.map(({ toState }) => toState ?? '').filter((state, i, all) => state !== all[i - 1])

async function until(run: Run, status: string): Promise<void> {
  while (run.status() !== status) await settled()
}

test('steps follow each other, run beside each other, are chosen, repeated, spread over a list, and are workflows themselves', async () => {
  const below = workflow('below', { input: n })
    .step('x', add)
    .step('y', add, ({ outputs }) => outputs.x)
  const all = workflow('all', { input: n })
    .step('first', add)
    .parallel('beside', both =>
      both
        .step('left', add, ({ outputs }) => outputs.first)
        .step('right', add, ({ outputs }) => outputs.first),
    )
    .branch('size', cases =>
      cases
        .when(
          'large',
          ({ outputs }) => outputs.left.n > 100,
          steps => steps.step('shrink', add, () => ({ n: 0 })),
        )
        .otherwise('small', steps => steps.step('grow', add, ({ outputs }) => outputs.left)),
    )
    .loop('again', steps => steps.step('round', tick, () => ({ n: 0 })), {
      while: ({ outputs }) => (outputs.round?.n ?? 0) < 3,
      max: 5,
    })
    .map('each', () => [{ n: 10 }, { n: 20 }], add)
    .step('kid', below, ({ input }) => input)
  const { runtime } = await runtimeOf([all])
  const run = await runtime.start(all, { n: 1 }, { id: 'r' })
  const outputs = await run.result()
  expect(outputs).toEqual({
    first: { n: 2 },
    left: { n: 3 },
    right: { n: 3 },
    grow: { n: 4 },
    round: { n: 3 },
    each: [{ n: 11 }, { n: 21 }],
    kid: { x: { n: 2 }, y: { n: 3 } },
  })
  expect(runtime.tasks.get('r/round/3').status()).toBe('completed')
  expect(run.child('kid').status()).toBe('completed')
  await runtime.close()
})

test('a run is pending, runs, is paused, and completes; all of it is in its signals', async () => {
  const waits = workflow('waits', { input: n })
    .step('a', slow)
    .step('b', add, ({ outputs }) => outputs.a)
  const { runtime, open, done } = await runtimeOf([waits])
  const run = await runtime.start(waits, { n: 1 })
  await run.pause()
  open()
  while (runtime.status().runningTasks > 0) await settled()
  expect([run.status(), done]).toEqual(['paused', []])
  await run.resume()
  await run.result()
  expect(states(runtime.history({ actor: run.address }))).toEqual([
    'running',
    'paused',
    'running',
    'completed',
  ])
  expect(runtime.history({ actor: run.address })[0]?.fromState).toBeNull()
  expect(waits.machine.states).toHaveProperty('pending')
  await runtime.close()
})

test('a run that fails, or is cancelled, ends so; or undoes what it did, where that is asked for', async () => {
  const fails = workflow('fails', { input: n })
    .step('a', add)
    .step('b', fail, () => ({ n: 1 }))
  const saga = workflow('saga', { input: n })
    .step('a', add, ({ input }) => input, { compensate: undo })
    .step('b', fail, () => ({ n: 1 }))
  const called = workflow('called', { input: n })
    .step('a', add, ({ input }) => input, { compensate: undo })
    .wait('go', { signal: go, timeout: '1h' })
  const { runtime, done } = await runtimeOf([fails, saga, called])
  const failed = await runtime.start(fails, { n: 1 })
  expect((await failed.outcome()).status).toBe('failed')
  const undone = await runtime.start(saga, { n: 1 })
  expect((await undone.outcome()).status).toBe('compensated')
  expect(states(runtime.history({ actor: undone.address }))).toEqual([
    'running',
    'compensating',
    'compensated',
  ])
  for (const [compensate, status] of [
    [true, 'compensated'],
    [false, 'cancelled'],
  ] as const) {
    const run = await runtime.start(called, { n: 1 })
    while (run.current()?.completed !== 1) await settled()
    done.length = 0
    await run.cancel({ compensate })
    expect((await run.outcome()).status).toBe(status)
    expect(done).toEqual(compensate ? ['undo'] : [])
  }
  await runtime.close()
})

test('what a run is told in one process life holds in the next', async () => {
  const waits = workflow('waits', { input: n })
    .step('a', add)
    .wait('go', { signal: go, timeout: '1h' })
    .step('b', add, () => ({ n: 1 }))
  const journal = memory()
  const first = await runtimeOf([waits], journal)
  const run = await first.runtime.start(waits, { n: 1 }, { id: 'r' })
  await run.pause()
  await run.signal(go, null)
  await first.runtime.close()
  const second = await runtimeOf([waits], journal)
  const again = second.runtime.run(waits, 'r')
  expect(again.status()).toBe('paused')
  await again.resume()
  expect(await again.result()).toMatchObject({ b: { n: 2 } })
  await second.runtime.close()
})

test('a workflow that is written at run time runs as one in code, and on in a process life that never saw it', async () => {
  const plan = (max: number): FlowDocument => ({
    name: 'planned',
    steps: [
      { step: 'a', task: 'add', compensate: 'undo' },
      { map: 'all', over: 'input.list', task: 'add' },
      { wait: 'go', signal: 'go', for: '1h' },
      {
        loop: 'more',
        while: { ref: 'input.n', is: 'lt', value: 9 },
        max,
        steps: [{ step: 't', task: 'tick' }],
      },
      { step: 'b', task: 'fail' },
    ],
  })
  const journal = memory()
  const first = await runtimeOf([], journal)
  const input = { n: 1, list: [{ n: 4 }, { n: 6 }] }
  const run = await first.runtime.startFlow(plan(2), input, { id: 'r' })
  await expect(first.runtime.startFlow(plan(3), input, { id: 'r' })).rejects.toMatchObject({
    code: 'IDEMPOTENCY_CONFLICT',
  })
  while (run.current()?.completed !== 2) await settled()
  await first.runtime.close()
  const second = await runtimeOf([], journal)
  const again = second.runtime.run('r')
  await again.signal('go')
  expect(await again.outcome()).toMatchObject({
    status: 'compensated',
    error: { code: 'LOOP_LIMIT' },
    outputs: { all: [{ n: 5 }, { n: 7 }], t: { n: 2 } },
  })
  expect(second.done).toEqual(['undo'])
  await second.runtime.close()
})

test('progress is live: how many steps have ended, of how many, until the end', async () => {
  const four = workflow('four', { input: n })
    .step('a', add)
    .step('b', slow, () => ({ n: 1 }))
    .step('c', add, () => ({ n: 1 }))
    .step('d', add, () => ({ n: 1 }))
  const { runtime, open } = await runtimeOf([four])
  const run = await runtime.start(four, { n: 1 })
  const seen: Progress[] = []
  const watching = (async () => {
    for await (const progress of run.progress()) seen.push(progress)
  })()
  while (run.current()?.completed !== 1) await settled()
  await settled()
  expect(seen.at(-1)).toMatchObject({ percent: 25, total: 4, completed: 1, running: 1, status: 'running' })
  open()
  await watching
  expect(seen.at(-1)).toMatchObject({ percent: 100, completed: 4, status: 'completed' })
  await until(run as never, 'completed')
  await runtime.close()
})
