/**
 * The real `@statelyai/inspect` takes what Stator sends: through an adapter of one's own, and over a real WebSocket to its own
 * local server, from which its own receiver reads it. Nothing leaves 127.0.0.1.
 */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createInspector,
  createWebSocketInspector,
  createWebSocketReceiver,
  type StatelyInspectionEvent,
} from '@statelyai/inspect'
import { createInspectorServer } from '@statelyai/inspect/server'
import { agent, createRuntime, task, type Runtime } from 'stator'
import { inspectionEvents, inspectRuntime } from 'stator/inspect'
import { settled } from '../ledger/support.ts'

const step = task('step')
let runtime: Runtime
let recorded: unknown[]

beforeAll(async () => {
  runtime = await createRuntime({ agents: [agent('worker').handle(step, () => 'done')] })
  await (await runtime.submit(step, { n: 1 }, { id: 't' })).result()
  recorded = JSON.parse(JSON.stringify([...inspectionEvents(runtime.history())])) as unknown[]
})
afterAll(() => runtime.close())

test('createInspector() with an adapter of its own gets every actor, event and snapshot', async () => {
  const sent: StatelyInspectionEvent[] = []
  const inspector = createInspector({ send: event => void sent.push(event) })
  const stop = inspectRuntime(runtime, { inspect: inspector })
  while (sent.length < recorded.length) await settled()
  stop()
  expect(JSON.parse(JSON.stringify(sent))).toEqual(recorded)
  expect(new Set(sent.map(({ type }) => type))).toEqual(
    new Set(['@xstate.actor', '@xstate.event', '@xstate.snapshot']),
  )
})

test('what it makes itself of an XState actor has the same shape', () => {
  const shapes: Record<string, string[]> = {}
  const inspector = createInspector({
    send: event => void (shapes[event.type] = Object.keys(event).toSorted()),
  })
  inspector.actor('a', { status: 'active' })
  inspector.event('a', 'go')
  inspector.snapshot('a', { value: 'b' })
  const ours: Record<string, string[]> = {}
  for (const event of inspectionEvents(runtime.history())) ours[event.type] = Object.keys(event).toSorted()
  expect(ours).toEqual(shapes)
})

test('createWebSocketInspector() sends them over a socket, and its receiver gets them', async () => {
  const port = await freePort()
  const server = createInspectorServer({ port, autoOpen: false })
  const received: StatelyInspectionEvent[] = []
  createWebSocketReceiver({ server: `ws://127.0.0.1:${port}` }).subscribe(event => void received.push(event))
  const inspector = createWebSocketInspector({ url: `ws://127.0.0.1:${port}`, maxDeferredEvents: 10_000 })
  const stop = inspectRuntime(runtime, { inspect: inspector })
  await expect.poll(() => received.length, { timeout: 10_000 }).toBe(recorded.length)
  stop()
  inspector.stop()
  server.stop()
  expect(received).toEqual(recorded)
})

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  return port
}
