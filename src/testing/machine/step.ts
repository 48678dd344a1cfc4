/**
 * Step: one macrostep of any machine, as a pure function that also says which transitions were taken and which actions were
 * asked for. Nothing may be run here.
 *
 * XState's own `transition()` is as pure, but hides the transitions. They are in its inspection events, so the machine is
 * stepped in a scope that is inspected.
 */
import {
  getInitialMicrosteps,
  type AnyActorScope,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventObject,
} from 'xstate'
import type { ChartNode, ChartTransition } from './chart.ts'
import { activeNodes, inertScope, type AskedAction } from './scope.ts'

export interface Stepped {
  /** The same object as before where nothing was taken. */
  readonly snapshot: AnyMachineSnapshot
  readonly taken: readonly ChartTransition[]
  /** Every node that was active at some microstep. */
  readonly passed: ReadonlySet<ChartNode>
  readonly actions: readonly AskedAction[]
  /** Set where a guard or an action threw; then `snapshot` is the one before. */
  readonly thrown: { readonly error: unknown } | undefined
}

/** The first snapshot of a machine; its status is `error` where making it threw. */
export function firstStep(machine: AnyStateMachine, input: unknown): Stepped {
  const take = (scope: AnyActorScope): AnyMachineSnapshot =>
    machine.getInitialSnapshot(scope, input as never) as AnyMachineSnapshot
  return stepped(undefined, take, () => {
    // States that are left at once are in no inspection event of the first step.
    const [first] = getInitialMicrosteps(machine, input as never)
    return first === undefined ? [] : activeNodes(first[0] as AnyMachineSnapshot)
  })
}

export function nextStep(machine: AnyStateMachine, before: AnyMachineSnapshot, event: EventObject): Stepped {
  return stepped(before, scope => machine.transition(before, event as never, scope) as AnyMachineSnapshot)
}

function stepped(
  before: AnyMachineSnapshot | undefined,
  take: (scope: AnyActorScope) => AnyMachineSnapshot,
  more: () => readonly ChartNode[] = () => [],
): Stepped {
  const taken: ChartTransition[] = []
  const passed = new Set<ChartNode>()
  const actions: AskedAction[] = []
  const pass = (nodes: readonly ChartNode[]): void => nodes.forEach(node => passed.add(node))
  const scope = inertScope(
    ({ snapshot, _transitions }) => {
      taken.push(..._transitions)
      pass(activeNodes(snapshot))
    },
    action => actions.push(action),
    before,
  )
  try {
    const snapshot = take(scope)
    pass([...activeNodes(snapshot), ...(snapshot.status === 'error' ? [] : more())])
    return { snapshot, taken, passed, actions, thrown: undefined }
  } catch (error) {
    if (before === undefined) throw error
    return { snapshot: before, taken, passed, actions: [], thrown: { error } }
  }
}
