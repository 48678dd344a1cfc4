/**
 * F1: every agent, task and workflow is a live XState actor; its machine is exported, can be drawn and analysed. An illegal
 * transition cannot happen: it is refused, and the refusal is recorded.
 */
import { getShortestPaths } from '@xstate/graph'
import { expect, test } from 'vitest'
import { initialTransition, StateMachine, transition, type AnyStateMachine } from 'xstate'
import {
  agent,
  agentMachine,
  createRuntime,
  graphMachine,
  hubMachine,
  type StatorError,
  task,
  taskMachine,
} from 'stator'
import { toMermaid } from 'stator/inspect'
import { settled, untilAborted } from './support.ts'

const machines: [string, AnyStateMachine][] = [
  ['agent', agentMachine],
  ['task', taskMachine],
  ['workflow', graphMachine],
  ['hub', hubMachine],
]
const job = task('job', { retry: { maxAttempts: 2, initialInterval: 0 } })

test.each(machines)(
  'the machine of each %s is exported, drawn, and each of its states is described',
  (id, machine) => {
    expect(machine).toBeInstanceOf(StateMachine)
    expect(machine.id).toBe(id)
    expect(toMermaid(machine)).toMatch(/^stateDiagram-v2\n/)
    for (const state of Object.values(machine.states))
      expect(state.meta).toEqual({ description: expect.stringMatching(/\.$/) as string })
  },
)

test('a machine is analysed with the tools of XState: each state of the hub is reached', () => {
  const events = ['start', 'drain', 'close', 'fail'].map(
    name => ({ type: `hub.${name}` }) as { type: 'hub.start' },
  )
  const paths = getShortestPaths(hubMachine, { events })
  expect(new Set(paths.map(path => path.state.value))).toEqual(new Set(Object.keys(hubMachine.states)))
})

test('what was recorded is what the exported machine does: XState alone comes to the same states', async () => {
  const worker = agent('worker').handle(job, (_, ctx) => {
    if (ctx.attempt === 1) throw new Error('not yet')
    return 'done'
  })
  await using runtime = await createRuntime({ agents: [worker] })
  const handle = await runtime.submit(job, null)
  await handle.result()
  await settled()
  const compare = (machine: AnyStateMachine, actor: 'agent/worker' | typeof handle.address): number => {
    let [snapshot] = initialTransition(machine) as [{ value: unknown }, unknown]
    const signals = runtime.history({ actor })
    for (const signal of signals) {
      const { event } = { event: signal.type, ...(signal.data as { event?: string }) }
      ;[snapshot] = transition(machine, snapshot as never, { ...signal, type: event }) as [
        { value: unknown },
        unknown,
      ]
      expect(snapshot.value).toBe(signal.toState)
    }
    return signals.length
  }
  expect(compare(taskMachine, handle.address)).toBeGreaterThanOrEqual(5)
  expect(compare(agentMachine, 'agent/worker')).toBeGreaterThanOrEqual(4)
})

test('an illegal transition is refused, with the state and the events that it allows, and recorded', async () => {
  const stuck = agent('stuck').handle(job, (_, ctx) => untilAborted(ctx.signal))
  await using runtime = await createRuntime({ agents: [stuck] })
  const { address } = await runtime.submit(job, null)
  const refused = runtime.send({ type: 'task.retry', to: address, data: {} })
  const error = await refused.catch((thrown: unknown) => thrown as StatorError)
  expect(error).toMatchObject({
    code: 'EVENT_REFUSED',
    details: { state: 'running', allowed: expect.arrayContaining(['task.done', 'task.cancel']) as string[] },
  })
  expect(runtime.history({ actor: address }).at(-1)).toMatchObject({
    type: 'task.retry',
    fromState: 'running',
    toState: 'running',
    refused: { code: 'EVENT_REFUSED' },
  })
})
