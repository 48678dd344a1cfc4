/** Can take: would an actor take that event now, by the guards of its machine? It tries, and nothing moves. */
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate'
import { isHull } from '../actors/own-machine-hull.ts'
import type { Command } from '../messages/command.ts'
import type { Signal } from '../messages/signal.ts'
import type { Chart } from './chart.ts'
import { ASIDE } from './builtins.ts'
import { chartFor, type Snapshot } from './xstate.ts'

type Event = Signal | { readonly type: string }

/** Nobody hears what is only tried. */
const UNHEARD = { actionExecutor: () => {} }
const NOBODY = { self: undefined, system: undefined }

/** A guard that throws does not take it. */
export function canTake(machine: AnyStateMachine, snapshot: Snapshot, event: Event): boolean {
  const chart = chartFor(machine)
  try {
    if (isHull(machine))
      return machine.transition(snapshot as never, event as never, UNHEARD as never) !== snapshot
    if (chart === undefined) return (snapshot as AnyMachineSnapshot).can(event as never)
    return tries(machine, chart, snapshot, event)
  } catch {
    return false
  }
}

function tries(machine: AnyStateMachine, chart: Chart, snapshot: Snapshot, event: Event): boolean {
  const said: Command[] = []
  try {
    return chart.step(snapshot as never, event, NOBODY as never, said) !== snapshot || said.length > 0
  } catch (error) {
    if (error !== ASIDE) throw error
    // Where the chart steps aside, XState is asked.
    const { value, context } = snapshot
    return machine.resolveState({ value, context } as never).can(event as never)
  }
}
