/**
 * Table: a flat machine's macrostep without the interpreter. It is built from the very machine, runs its guards and
 * actions, and gives the snapshot that XState would give; for anything it does not know (nested or parallel states,
 * invokes, wildcards, raised events, something thrown) it steps aside and XState does the step. That both agree is a
 * permanent property test over all shipped machines (test/runtime/table.test.ts). Why it is worth its lines:
 * ARCHITECTURE.md, "What a step costs".
 */
import type { AnyMachineSnapshot, AnyStateMachine, AnyStateNode } from 'xstate'
import type { Command } from '../messages/command.ts'
import { actsOf, ASIDE, aside, isTrue, perform, testOf, type Act, type Scope, type Test } from './builtins.ts'

interface Row {
  readonly test: Test | undefined
  /** Undefined for a transition that stays. */
  readonly target: State | undefined
  readonly actions: readonly Act[]
}

interface State {
  readonly template: AnyMachineSnapshot
  readonly rows: Map<string, Row[]>
  readonly always: Row[]
  readonly entry: readonly Act[]
  readonly exit: readonly Act[]
}

const MAX_MICROSTEPS = 50
export type MacroStep = (
  snapshot: AnyMachineSnapshot,
  event: { type: string },
  scope: Scope,
  commands: Command[],
) => AnyMachineSnapshot | undefined

/** The machine's macrostep as a table, or undefined where the machine is not flat. */
export function tableOf(machine: AnyStateMachine): MacroStep | undefined {
  const { root } = machine
  const nodes = Object.values(root.states) as AnyStateNode[]
  const plain = (node: AnyStateNode): boolean =>
    (node.type === 'atomic' || node.type === 'final') && node.invoke.length === 0 && node.output === undefined
  const busy =
    root.transitions.size +
    root.entry.length +
    root.exit.length +
    root.invoke.length +
    (root.always?.length ?? 0)
  if (root.type !== 'compound' || busy > 0 || root.output !== undefined || !nodes.every(plain))
    return undefined
  try {
    return stepper(compile(machine, nodes), machine)
  } catch (reason) {
    if (reason === ASIDE) return undefined
    throw reason
  }
}

function compile(machine: AnyStateMachine, nodes: readonly AnyStateNode[]): Map<string, State> {
  const states = new Map<string, State>()
  for (const node of nodes) {
    const exit = actsOf(machine, node.exit)
    if (node.type === 'final' && exit.length > 0) aside()
    const template = machine.resolveState({ value: node.key, context: {} } as never) as AnyMachineSnapshot
    states.set(node.key, {
      template,
      rows: new Map(),
      always: [],
      entry: actsOf(machine, node.entry),
      exit,
    })
  }
  for (const node of nodes) {
    const state = states.get(node.key) as State
    const row = (transition: {
      target?: readonly AnyStateNode[] | undefined
      guard?: unknown
      actions: readonly unknown[]
      reenter: boolean
    }): Row => {
      const [target, ...more] = transition.target ?? []
      if (more.length > 0 || (target !== undefined && target.parent !== machine.root)) aside()
      const moves = target !== undefined && (target !== node || transition.reenter)
      return {
        test: testOf(machine, transition.guard),
        target: moves ? states.get(target.key) : undefined,
        actions: actsOf(machine, transition.actions),
      }
    }
    for (const [type, transitions] of node.transitions) {
      if (type.includes('*')) aside()
      state.rows.set(type, transitions.map(row))
    }
    for (const transition of node.always ?? []) state.always.push(row(transition))
  }
  return states
}

function stepper(states: ReadonlyMap<string, State>, machine: AnyStateMachine): MacroStep {
  return (snapshot, event, scope, commands) => {
    const from = states.get(snapshot.value as string)
    // What XState keeps for itself (stop, errors of children) is left to it.
    if (from === undefined || snapshot.status !== 'active' || isReserved(event.type)) return undefined
    const made = commands.length
    try {
      return run(machine, { snapshot, state: from }, event, scope, commands)
    } catch {
      // Something was thrown, or is not in the table. Nothing has happened yet: XState does the step, and throws as it does.
      commands.length = made
      return undefined
    }
  }
}

const isReserved = (type: string): boolean => type.startsWith('xstate.') && !type.startsWith('xstate.after.')

interface Position {
  readonly snapshot: AnyMachineSnapshot
  readonly state: State
}

function run(
  machine: AnyStateMachine,
  start: Position,
  event: { type: string },
  scope: Scope,
  commands: Command[],
): AnyMachineSnapshot {
  const first = select(start.state.rows.get(event.type), start.snapshot.context as object, event)
  let at = first === undefined ? start : take(machine, start, first, event, scope, commands)
  for (let count = 0; at.snapshot.status === 'active' && at.state.always.length > 0; count++) {
    if (count > MAX_MICROSTEPS) aside()
    const next = select(at.state.always, at.snapshot.context as object, event)
    if (next === undefined) break
    at = take(machine, at, next, event, scope, commands)
  }
  return at.snapshot
}

function select(rows: readonly Row[] | undefined, context: object, event: { type: string }): Row | undefined {
  return rows?.find(({ test }) => isTrue(test, context, event))
}

function take(
  machine: AnyStateMachine,
  { snapshot, state }: Position,
  row: Row,
  event: { type: string },
  scope: Scope,
  commands: Command[],
): Position {
  const before = snapshot.context as object
  const next = row.target
  let context = next === undefined ? before : perform(machine, state.exit, before, event, scope, commands)
  context = perform(machine, row.actions, context, event, scope, commands)
  if (next !== undefined) context = perform(machine, next.entry, context, event, scope, commands)
  if (next === undefined && context === before) return { snapshot, state }
  const { template } = next ?? state
  const { children, historyValue } = snapshot as { children: unknown; historyValue: unknown }
  const made: unknown = { ...template, context, children, historyValue }
  return { snapshot: made as AnyMachineSnapshot, state: next ?? state }
}
