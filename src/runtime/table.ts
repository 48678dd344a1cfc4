/**
 * Table: a flat machine's macrostep without the interpreter. It is built from the very machine, runs its guards and
 * actions, and gives the snapshot that XState would give; for anything it does not know (nested or parallel states,
 * invokes, wildcards, raised events, something thrown) it steps aside and XState does the step. That both agree is a
 * permanent property test over all shipped machines (test/runtime/table.test.ts). Why it is worth its lines:
 * ARCHITECTURE.md, "What a step costs".
 */
import type { AnyMachineSnapshot, AnyStateMachine, AnyStateNode } from 'xstate'
import type { Command } from '../messages/command.ts'

interface Args {
  readonly context: object
  readonly event: { readonly type: string }
  readonly self: unknown
  readonly system: unknown
  /** Children are not for flat machines. */
  readonly spawn: () => never
}

type Guard = (args: Pick<Args, 'context' | 'event'>, params: undefined) => boolean
type Expression = ((args: Args, params: undefined) => unknown) | object

/** What XState's action creators return: a function that carries its own description. */
interface Builtin {
  readonly type: string
  readonly assignment?: Expression
  readonly event?: Expression
  readonly delay?: unknown
  readonly id?: string
  readonly sendId?: string
  readonly collect?: (args: Args & { enqueue: unknown; check: unknown }, params: undefined) => void
}

interface Row {
  readonly guard: Guard | undefined
  /** Undefined for a transition that stays. */
  readonly target: State | undefined
  readonly actions: readonly Builtin[]
}

interface State {
  readonly template: AnyMachineSnapshot
  readonly rows: Map<string, Row[]>
  readonly always: Row[]
  readonly entry: readonly Builtin[]
  readonly exit: readonly Builtin[]
}

interface Scope {
  readonly self: unknown
  readonly system: unknown
}

/** Thrown to step aside; never leaves this file. */
const ASIDE = new Error('a jump, caught in this file')
const MAX_MICROSTEPS = 50
const KNOWN = new Set([
  'xstate.assign',
  'xstate.emit',
  'xstate.raise',
  'xstate.cancel',
  'xstate.enqueueActions',
])

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
    const exit = actionsOf(machine, node.exit)
    if (node.type === 'final' && exit.length > 0) aside()
    const template = machine.resolveState({ value: node.key, context: {} } as never) as AnyMachineSnapshot
    states.set(node.key, {
      template,
      rows: new Map(),
      always: [],
      entry: actionsOf(machine, node.entry),
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
        guard: guardOf(machine, transition.guard),
        target: moves ? states.get(target.key) : undefined,
        actions: actionsOf(machine, transition.actions),
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
  return rows?.find(row => row.guard === undefined || row.guard({ context, event }, undefined))
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

function perform(
  machine: AnyStateMachine,
  actions: readonly Builtin[],
  start: object,
  event: { type: string },
  scope: Scope,
  commands: Command[],
): object {
  let context = start
  for (const action of actions) {
    const args: Args = { context, event, self: scope.self, system: scope.system, spawn: aside }
    if (action.type === 'xstate.assign') context = merged(context, assigned(action.assignment, args))
    else if (action.type === 'xstate.emit') commands.push(evaluate(action.event, args) as Command)
    else if (action.type === 'xstate.cancel')
      commands.push({ type: 'timer.cancel', id: evaluate(action.sendId as never, args) as string })
    else if (action.type === 'xstate.raise') commands.push(timer(machine, action, args))
    else if (action.type === 'xstate.enqueueActions')
      context = perform(machine, collected(action, args), context, event, scope, commands)
    else aside()
  }
  return context
}

// A copy by spreading keeps the shape of the first, and is cheaper than Object.assign into a new object.
const merged = (context: object, update: object): object => ({ ...context, ...update })

function assigned(assignment: Expression | undefined, args: Args): object {
  if (typeof assignment === 'function') return assignment(args, undefined) as object
  const given = (assignment ?? {}) as Record<string, unknown>
  // Mostly plain values, which are copied as they are.
  let hasFunction = false
  for (const key in given) if (typeof given[key] === 'function') hasFunction = true
  if (!hasFunction) return given
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, evaluate(value as Expression, args)]),
  )
}

/** A raise with a delay is a timer; one without would have to be processed at once, which is XState's business. */
function timer(machine: AnyStateMachine, action: Builtin, args: Args): Command {
  const named =
    typeof action.delay === 'string'
      ? (machine.implementations.delays as Record<string, unknown>)[action.delay]
      : action.delay
  const delay =
    typeof named === 'function'
      ? (named as (args: Args, params: undefined) => unknown)(args, undefined)
      : named
  if (typeof delay !== 'number') aside()
  const { type } = evaluate(action.event, args) as { type: string }
  return { type: 'timer.set', id: action.id ?? type, delay: delay as number, event: type }
}

// One enqueueActions runs at a time and never nests, so one place for what it asks for is enough.
let asked: Builtin[] = []

const ENQUEUE = Object.assign(() => aside(), {
  assign: (assignment: Expression) => void asked.push({ type: 'xstate.assign', assignment }),
  emit: (event: Expression) => void asked.push({ type: 'xstate.emit', event }),
  cancel: (sendId: string) => void asked.push({ type: 'xstate.cancel', sendId }),
  raise: (event: Expression, options?: { readonly id?: string; readonly delay?: unknown }) =>
    void asked.push({ type: 'xstate.raise', event, ...options }),
  sendTo: aside,
  sendParent: aside,
  spawnChild: aside,
  stopChild: aside,
})

function collected(action: Builtin, args: Args): Builtin[] {
  asked = []
  action.collect?.({ ...args, enqueue: ENQUEUE, check: aside }, undefined)
  return asked
}

const evaluate = (expression: Expression | undefined, args: Args): unknown =>
  typeof expression === 'function' ? expression(args, undefined) : expression

function guardOf(machine: AnyStateMachine, guard: unknown): Guard | undefined {
  if (guard === undefined) return undefined
  const found =
    typeof guard === 'string' ? (machine.implementations.guards as Record<string, unknown>)[guard] : guard
  // `not`, `and`, `or` and guards with parameters carry more than a function.
  if (typeof found !== 'function' || 'check' in found) aside()
  return found as Guard
}

function actionsOf(machine: AnyStateMachine, actions: readonly unknown[]): Builtin[] {
  return actions.map(action => {
    const found =
      typeof action === 'string'
        ? (machine.implementations.actions as Record<string, unknown>)[action]
        : action
    if (typeof found !== 'function' || !KNOWN.has((found as unknown as Builtin).type)) aside()
    return found as unknown as Builtin
  })
}

function aside(): never {
  throw ASIDE
}
