/**
 * Actors in the Stately inspector. This example serves it on a local port, runs a workflow and shows what the inspector is sent;
 * with `--keep` it stays, so that a browser can open the address that it prints (that page comes from stately.ai).
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import {
  createWebSocketInspector,
  createWebSocketReceiver,
  type StatelyInspectionEvent,
} from '@statelyai/inspect'
import { createInspectorServer } from '@statelyai/inspect/server'
import { agent, createRuntime, task, taskMachine, workflow } from 'stator'
import { inspectRuntime, toMermaid } from 'stator/inspect'

const step = task('step')
const worker = agent('worker').handle(step, () => 'done')
const flow = workflow('flow').step('first', step).step('second', step)
const runtime = await createRuntime({ agents: [worker], workflows: [flow] })

const probe = createServer().listen(0)
await once(probe, 'listening')
const { port } = probe.address() as AddressInfo
probe.close()
const server = createInspectorServer({ port, autoOpen: false })
console.log(`The inspector is served on http://localhost:${port}`)

const inspector = createWebSocketInspector({ url: `ws://localhost:${port}`, maxDeferredEvents: 10_000 })
// From the first signal on: what was recorded before is shown as what happens now.
const stop = inspectRuntime(runtime, { inspect: inspector, from: 'start' })

const seen = new Map<string, unknown>()
const ended = new Promise<void>(resolve => {
  createWebSocketReceiver({ server: `ws://localhost:${port}` }).subscribe((event: StatelyInspectionEvent) => {
    if (event.type === '@xstate.actor') console.log(`  actor    ${event.name}`)
    if (event.type !== '@xstate.snapshot') return
    const { value } = event.snapshot as { value?: unknown }
    if (seen.get(event.sessionId) !== value) console.log(`  snapshot ${event.sessionId}: ${String(value)}`)
    seen.set(event.sessionId, value)
    if (event.sessionId === 'workflow/f' && value === 'completed') resolve()
  })
})
const run = await runtime.start(flow, null, { id: 'f' })
await run.result()
await ended
assert.equal(seen.get('task/f/second'), 'completed')

console.log(
  `\nAny machine as a drawing, here the first lines of the task's:\n${toMermaid(taskMachine).slice(0, 230)}…`,
)
if (process.argv.includes('--keep')) await once(process, 'SIGINT')
stop()
await runtime.close()
inspector.stop()
server.stop()
// The receiver of `@statelyai/inspect` cannot be closed.
process.exit(0)
