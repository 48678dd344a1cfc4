/**
 * F3, inspector: every actor in the official Stately inspector, from its first signal on, whether it happens now or long ago. (The same
 * live view offline is Stator's own page.)
 */
import { createInspector, type StatelyInspectionEvent } from '@statelyai/inspect'
import { expect, test } from 'vitest'
import { agent, createRuntime, memory, task, workflow } from 'stator'
import { inspectionEvents, inspectRuntime } from 'stator/inspect'
import { settled } from './support.ts'

const step = task('step')
const flow = workflow('flow').step('first', step).step('second', step)
const worker = agent('worker').handle(step, () => 'done')

test('agents, tasks, workflows and the hub are shown by the official inspector, each with its machine and its states', async () => {
  await using runtime = await createRuntime({ agents: [worker], workflows: [flow] })
  const machines = new Map<string, string>()
  const states = new Map<string, unknown[]>()
  const inspector = createInspector({
    send(event: StatelyInspectionEvent) {
      if (event.type === '@xstate.actor')
        machines.set(event.name, (JSON.parse(event.definition ?? '{}') as { id: string }).id)
      if (event.type === '@xstate.snapshot') {
        const { value } = event.snapshot as { value?: unknown }
        states.set(event.sessionId, [...(states.get(event.sessionId) ?? []), value])
      }
    },
  })
  inspectRuntime(runtime, { inspect: inspector })
  await (await runtime.start(flow, null, { id: 'f' })).result()
  while (states.get('workflow/f')?.at(-1) !== 'completed') await settled()
  expect(Object.fromEntries(machines)).toEqual({
    'system/hub': 'hub',
    'agent/worker': 'agent',
    'workflow/f': 'workflow',
    'task/f/first': 'task',
    'task/f/second': 'task',
  })
  expect(states.get('task/f/first')).toEqual(['running', 'completed'])
  expect(states.get('workflow/f')).toEqual(['running', 'running', 'completed'])
})

test('the past is shown from the journal alone', async () => {
  const journal = memory()
  const runtime = await createRuntime({ journal, agents: [worker], workflows: [flow] })
  await (await runtime.start(flow, null, { id: 'f' })).result()
  await runtime.close()
  journal.open({ newId: () => 'unused' })
  const shown = [...inspectionEvents(journal.query({ correlationId: 'workflow/f' }))]
  expect(shown.filter(({ type }) => type === '@xstate.actor').map(({ sessionId }) => sessionId)).toEqual([
    'system/hub',
    'workflow/f',
    'task/f/first',
    'task/f/second',
  ])
  journal.close()
})
