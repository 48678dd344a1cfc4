/**
 * Inspection events made from recorded signals: the past as it was, the present as it happens; whatever the inspector does, the
 * runtime goes on.
 */
import { expect, expectTypeOf, test } from 'vitest'
import type { StatelyInspectionEvent } from '@statelyai/inspect'
import { agent, createRuntime, cursorOf, memory, task, workflow, type Runtime } from 'stator'
import { inspectionEvents, inspectRuntime, type StatorInspectionEvent } from 'stator/inspect'
import { newClock, pass, settled, startOfTime } from '../ledger/support.ts'

const step = task('step', { retry: { maxAttempts: 2, initialInterval: '1s', jitter: 'none' } })
const flow = workflow('flow').step('first', step).step('second', step)

async function started(options: Parameters<typeof createRuntime>[0] = {}): Promise<Runtime> {
  const worker = agent('worker').handle(step, (_, ctx) => {
    if (ctx.attempt === 1 && ctx.task.endsWith('second')) throw new Error('not yet')
    return ctx.task
  })
  return createRuntime({ agents: [worker], workflows: [flow], ...options })
}

const short = (event: StatorInspectionEvent): string =>
  event.type === '@xstate.event'
    ? `event ${event.event.type} ${event.sourceId ?? '-'} > ${event.sessionId}`
    : event.type === '@xstate.actor'
      ? `actor ${event.sessionId} ${event.snapshot.value}`
      : `snapshot ${event.sessionId} ${event.snapshot.value} ${event.snapshot.status}`

test('an event is one that @statelyai/inspect knows', () => {
  expectTypeOf<StatorInspectionEvent['type']>().toEqualTypeOf<StatelyInspectionEvent['type']>()
  expectTypeOf<Extract<StatorInspectionEvent, { type: '@xstate.event' }>>().toExtend<StatelyInspectionEvent>()
  expectTypeOf<Extract<StatorInspectionEvent, { type: '@xstate.actor' }>>().toExtend<StatelyInspectionEvent>()
})

test('a task, from its record alone: introduced, then each message and what it led to', async () => {
  await using runtime = await started()
  await (await runtime.submit(step, null, { id: 't' })).result()
  const signals = runtime.history({ correlationId: 'task/t' })
  const events = [...inspectionEvents(signals)]
  expect(events.map(short)).toEqual([
    'actor system/hub running',
    'actor task/t pending',
    'event task.create - > task/t',
    'snapshot task/t running active',
    'event task.done - > task/t',
    'snapshot task/t completed done',
  ])
  const last = events.at(-1) as Extract<StatorInspectionEvent, { type: '@xstate.snapshot' }>
  expect(last.snapshot.output).toBe('task/t')
  expect(last.snapshot.context).toMatchObject({ attempts: 1, progress: 100 })
})

test('there is one root, everybody is introduced once and before anything happens to him', async () => {
  await using runtime = await started()
  const run = await runtime.start(flow, null, { id: 'f' })
  await run.task('first').result()
  const known = new Map<string, string | undefined>()
  for (const event of inspectionEvents(runtime.history())) {
    expect(event.rootId).toBe('system/hub')
    expect(known.has(event.sessionId)).toBe(event.type !== '@xstate.actor')
    if (event.type !== '@xstate.actor') continue
    known.set(event.sessionId, event.parentId)
    expect(JSON.parse(event.definition)).toMatchObject({ id: expect.any(String) as string, states: {} })
  }
  expect([...known]).toEqual([
    ['system/hub', undefined],
    ['agent/worker', 'system/hub'],
    ['workflow/f', 'system/hub'],
    ['task/f/first', 'system/hub'],
    ...(known.has('task/f/second') ? [['task/f/second', 'system/hub']] : []),
  ])
})

test('contexts are those that the actors had at that moment; times are those of the record', async () => {
  const clock = newClock()
  await using runtime = await started({ host: { clock } })
  const run = await runtime.start(flow, null, { id: 'f' })
  await pass(clock, 1_000)
  await run.result()
  const events = [...inspectionEvents(runtime.history({ actor: 'task/f/second' }))]
  const snapshots = events.flatMap(event => (event.type === '@xstate.snapshot' ? [event] : []))
  expect(
    snapshots.map(({ snapshot: { value, context }, createdAt }) => [value, context['attempts'], createdAt]),
  ).toEqual([
    ['running', 1, `${startOfTime}`],
    ['retrying', 1, `${startOfTime}`],
    ['queued', 1, `${startOfTime + 1_000}`],
    ['running', 2, `${startOfTime + 1_000}`],
    ['completed', 2, `${startOfTime + 1_000}`],
  ])
  expect(snapshots.map(({ event }) => event.type)).toContain('xstate.after.untilNext.task.retrying')
})

test('a live inspection shows the same as the record afterwards, and a later life shows it again', async () => {
  const journal = memory()
  const runtime = await started({ journal })
  const live: StatorInspectionEvent[] = []
  inspectRuntime(runtime, { inspect: event => void live.push(event) })
  await (await runtime.submit(step, null, { id: 't' })).result()
  const recorded = [...inspectionEvents(runtime.history())]
  while (live.length < recorded.length) await settled()
  expect(live).toEqual(recorded)
  await runtime.close()

  const later = await started({ journal })
  const again: StatorInspectionEvent[] = []
  inspectRuntime(later, { inspect: event => void again.push(event) })
  while (again.length < recorded.length) await settled()
  expect(again.slice(0, recorded.length)).toEqual(recorded)
  await later.close()
})

test('from now: who lives is introduced with his state and context, then what happens', async () => {
  await using runtime = await started()
  await (await runtime.submit(step, null, { id: 'before' })).result()
  await runtime.submit(step, null, { id: 'waits', startAt: Date.UTC(2999, 0) })
  const seen: StatorInspectionEvent[] = []
  inspectRuntime(runtime, { inspect: event => void seen.push(event), from: 'now' })
  await runtime.task('waits').cancel()
  while (seen.length < 5) await settled()
  expect(seen.map(short)).toEqual([
    'actor system/hub running',
    'actor agent/worker ready',
    'actor task/waits scheduled',
    'event task.cancel - > task/waits',
    'snapshot task/waits cancelled done',
  ])
  expect(seen[2]).toMatchObject({ snapshot: { context: { attempts: 0, spec: { task: 'step' } } } })
})

test('from a position, and until it is stopped', async () => {
  await using runtime = await started()
  await (await runtime.submit(step, null, { id: 'a' })).result()
  const [last] = runtime.history({ order: 'desc', limit: 1 })
  expect(last).toBeDefined()
  const seen: StatorInspectionEvent[] = []
  const from = last === undefined ? 'start' : cursorOf(last)
  const stop = inspectRuntime(runtime, { inspect: event => void seen.push(event), from })
  await (await runtime.submit(step, null, { id: 'b' })).result()
  while (!seen.map(short).includes('snapshot task/b completed done')) await settled()
  expect(seen.map(({ sessionId }) => sessionId)).not.toContain('task/a')
  stop()
  await (await runtime.submit(step, null, { id: 'c' })).result()
  await settled()
  expect(seen.map(({ sessionId }) => sessionId)).not.toContain('task/c')
})

test('an inspector that throws harms nobody, and gets the next event all the same', async () => {
  await using runtime = await started()
  const errors: unknown[] = []
  const seen: string[] = []
  const inspect = (event: StatorInspectionEvent): void => {
    seen.push(event.type)
    throw new Error('broken inspector')
  }
  inspectRuntime(runtime, { inspect, onError: error => errors.push(error) })
  inspectRuntime(runtime, { inspect: () => Promise.reject(new Error('rejects')) })
  expect(await (await runtime.submit(step, null, { id: 't' })).result()).toBe('task/t')
  while (seen.length < 6) await settled()
  expect(errors.length).toBe(seen.length)
})

test('an inspector that is slow waits for itself: the hub does not', async () => {
  await using runtime = await started()
  const gates: (() => void)[] = []
  const seen: StatorInspectionEvent[] = []
  const inspect = async (event: StatorInspectionEvent): Promise<void> => {
    seen.push(event)
    await new Promise<void>(resolve => {
      gates.push(resolve)
    })
  }
  inspectRuntime(runtime, { inspect })
  for (let n = 0; n < 200; n++) await (await runtime.submit(step, null)).result()
  expect(seen.length).toBe(1)
  // It misses nothing when it goes on.
  const all = [...inspectionEvents(runtime.history({ limit: 10_000 }))]
  while (seen.length < all.length) {
    gates.shift()?.()
    await settled()
  }
  expect(seen).toEqual(all)
})
