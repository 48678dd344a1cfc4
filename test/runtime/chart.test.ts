/** The chart and XState's interpreter give the same: on random workflows and random events, and wherever a run is restored. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { getInitialSnapshot, transition, type AnyMachineSnapshot, type AnyStateMachine } from 'xstate'
import { frozenRun } from '../../src/actors/flow-frozen.ts'
import { indexOf } from '../../src/machines/flow-index.ts'
import type { WorkflowContext } from '../../src/machines/workflow-context.ts'
import { compileWorkflow } from '../../src/machines/workflow.ts'
import type { Command } from '../../src/messages/command.ts'
import { chartOf, type Chart } from '../../src/runtime/chart.ts'
import type { ChartSnapshot } from '../../src/runtime/chart-snapshot.ts'
import { choices, flows, happening } from './support/random-flow.ts'

const NOBODY = { self: undefined, system: undefined }

/** What XState's pure transition asks for, as commands. */
function byXState(
  machine: AnyStateMachine,
  before: AnyMachineSnapshot,
  event: object,
): [AnyMachineSnapshot, unknown[]] {
  const [after, actions] = transition(machine, before, event as never)
  const commands = (actions as readonly { type: string; params: unknown }[]).map(({ type, params }) => {
    const given = params as {
      event: { type: string }
      delay?: number
      id?: string
      sendId?: string
    }
    if (type === 'xstate.emit') return given.event
    if (type === 'xstate.cancel') return { type: 'timer.cancel', id: given.sendId }
    return { type: 'timer.set', id: given.id, delay: given.delay, event: given.event.type }
  })
  return [after as AnyMachineSnapshot, commands]
}

const shown = ({ value, context, status }: { value: unknown; context: unknown; status: string }): unknown =>
  JSON.parse(JSON.stringify({ value, status, context: frozenRun(context as WorkflowContext, []) }))

const phaseIn = (value: unknown): string =>
  typeof value === 'string' ? value : (Object.keys(value as object)[0] ?? '')

function timersAfter(timers: readonly string[], commands: readonly Command[]): string[] {
  const left = new Set(timers)
  for (const command of commands) {
    if (command.type === 'timer.cancel') left.delete(command.id)
    if (command.type === 'timer.set') left.add(command.event)
  }
  return [...left]
}

describe('the chart of a workflow', () => {
  it('does what XState does, whatever the workflow and whatever happens to it', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(flows, choices, fc.nat(1), (flow, list, parented) => {
        const index = indexOf(flow)
        const machine = compileWorkflow('w', '1', index)
        const chart = chartOf(machine) as Chart
        let plain = getInitialSnapshot(machine, { index } as never) as AnyMachineSnapshot
        let own: ChartSnapshot = chart.adopt(plain)
        let timers: string[] = []
        const start = {
          type: 'workflow.start',
          data: parented === 1 ? { input: 1, parent: 'workflow/p', step: 2, visit: 1 } : { input: 1 },
        }
        for (const [i, choice] of [start, ...list].entries()) {
          const next = 'type' in choice ? choice : happening(choice, own.context as WorkflowContext, timers)
          const signal = { seq: i + 1, at: 1000 * i, causationId: i, to: 'workflow/r', stamp: null, ...next }
          const commands: Command[] = []
          const [after, expected] = byXState(machine, plain, signal)
          const made = chart.step(own, signal, NOBODY, commands)
          expect(shown(made)).toEqual(shown(after))
          expect(commands).toEqual(expected)
          // Who is not moved is the same one: so a refusal is seen.
          expect(made === own).toBe(after === plain)
          expect(made._nodes).toHaveLength(after._nodes.length)
          timers = timersAfter(timers, commands)
          own = i % 3 === 0 ? chart.adopt(made) : made
          plain = after
          seen.add(phaseIn(made.value))
        }
      }),
      { numRuns: 1500 },
    )
    expect([...seen].toSorted()).toEqual([
      'cancelled',
      'cancelling',
      'compensated',
      'compensating',
      'completed',
      'failed',
      'failing',
      'running',
      'settled',
    ])
  }, 120_000)
})
