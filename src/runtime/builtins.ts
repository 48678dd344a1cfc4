/**
 * Builtins: XState's own actions, carried out on a context as data: what assigns, changes it; what emits, sets or cancels a timer,
 * becomes a command. For the macrosteps that do without the interpreter (table.ts, chart.ts). For whatever it does not know it
 * steps aside.
 */
import type { AnyStateMachine } from 'xstate'
import type { Command } from '../messages/command.ts'

interface Args {
  readonly context: object
  readonly event: { readonly type: string }
  readonly self: unknown
  readonly system: unknown
  /** Children are not for these machines. */
  readonly spawn: () => never
}

export type Guard = (args: Pick<Args, 'context' | 'event'>, params: unknown) => boolean
type Expression = ((args: Args, params: unknown) => unknown) | object

/** What XState's action creators return: a function that carries its own description. */
interface Builtin {
  readonly type: string
  readonly assignment?: Expression
  readonly event?: Expression
  readonly delay?: unknown
  readonly id?: string
  readonly sendId?: string
  readonly collect?: (args: Args & { enqueue: unknown; check: unknown }, params: unknown) => void
}

/** An action, with the parameters that its state gives it. */
export interface Act {
  readonly action: Builtin
  readonly params: unknown
}

export interface Test {
  readonly guard: Guard
  readonly params: unknown
}

export interface Scope {
  readonly self: unknown
  readonly system: unknown
}

/** Thrown to step aside. */
export const ASIDE = new Error('a jump, caught where it was made')

export function aside(): never {
  throw ASIDE
}

const KNOWN = new Set([
  'xstate.assign',
  'xstate.emit',
  'xstate.raise',
  'xstate.cancel',
  'xstate.enqueueActions',
])

/** Carries actions out, one after the other, and returns the context that they leave. */
export function perform(
  machine: AnyStateMachine,
  acts: readonly Act[],
  start: object,
  event: { type: string },
  scope: Scope,
  commands: Command[],
): object {
  let context = start
  for (const { action, params } of acts) {
    const args: Args = { context, event, self: scope.self, system: scope.system, spawn: aside }
    if (action.type === 'xstate.assign') context = merged(context, assigned(action.assignment, args, params))
    else if (action.type === 'xstate.emit') commands.push(evaluate(action.event, args, params) as Command)
    else if (action.type === 'xstate.cancel')
      commands.push({ type: 'timer.cancel', id: evaluate(action.sendId as never, args, params) as string })
    else if (action.type === 'xstate.raise') commands.push(timer(machine, action, args, params))
    else if (action.type === 'xstate.enqueueActions')
      context = perform(machine, collected(action, args, params), context, event, scope, commands)
    else aside()
  }
  return context
}

// A copy by spreading keeps the shape of the first, and is cheaper than Object.assign into a new object.
const merged = (context: object, update: object): object => ({ ...context, ...update })

function assigned(assignment: Expression | undefined, args: Args, params: unknown): object {
  if (typeof assignment === 'function') return assignment(args, params) as object
  const given = (assignment ?? {}) as Record<string, unknown>
  // Mostly plain values, which are copied as they are.
  let hasFunction = false
  for (const key in given) if (typeof given[key] === 'function') hasFunction = true
  if (!hasFunction) return given
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, evaluate(value as Expression, args, params)]),
  )
}

/** A raise with a delay is a timer; one without would have to be processed at once, which is XState's business. */
function timer(machine: AnyStateMachine, action: Builtin, args: Args, params: unknown): Command {
  const given =
    typeof action.delay === 'string'
      ? (machine.implementations.delays as Record<string, unknown>)[action.delay]
      : action.delay
  const delay =
    typeof given === 'function' ? (given as (args: Args, params: unknown) => unknown)(args, params) : given
  if (typeof delay !== 'number') aside()
  const { type } = evaluate(action.event, args, params) as { type: string }
  return { type: 'timer.set', id: action.id ?? type, delay: delay as number, event: type }
}

// One enqueueActions runs at a time and never nests, so one place for what it asks for is enough.
let asked: Act[] = []

const ask = (action: Builtin): void => void asked.push({ action, params: undefined })

const ENQUEUE = Object.assign(() => aside(), {
  assign: (assignment: Expression) => ask({ type: 'xstate.assign', assignment }),
  emit: (event: Expression) => ask({ type: 'xstate.emit', event }),
  cancel: (sendId: string) => ask({ type: 'xstate.cancel', sendId }),
  raise: (event: Expression, options?: { readonly id?: string; readonly delay?: unknown }) =>
    ask({ type: 'xstate.raise', event, ...options }),
  sendTo: aside,
  sendParent: aside,
  spawnChild: aside,
  stopChild: aside,
})

function collected(action: Builtin, args: Args, params: unknown): Act[] {
  asked = []
  action.collect?.({ ...args, enqueue: ENQUEUE, check: aside }, params)
  return asked
}

const evaluate = (expression: Expression | undefined, args: Args, params: unknown): unknown =>
  typeof expression === 'function'
    ? (expression as (args: Args, params: unknown) => unknown)(args, params)
    : expression

/** `not`, `and`, `or` and functions that are to make parameters carry more than a function: those it steps aside for. */
export function testOf(machine: AnyStateMachine, guard: unknown): Test | undefined {
  if (guard === undefined) return undefined
  const { type, params } = named(guard)
  const found =
    typeof type === 'string' ? (machine.implementations.guards as Record<string, unknown>)[type] : type
  if (typeof found !== 'function' || 'check' in found) aside()
  return { guard: found as Guard, params }
}

export function actsOf(machine: AnyStateMachine, actions: readonly unknown[]): Act[] {
  return actions.map(action => {
    const { type, params } = named(action)
    const found =
      typeof type === 'string' ? (machine.implementations.actions as Record<string, unknown>)[type] : type
    if (typeof found !== 'function' || !KNOWN.has((found as unknown as Builtin).type)) aside()
    return { action: found as unknown as Builtin, params }
  })
}

/** What is named by a word, by a word with parameters, or is there itself. */
function named(given: unknown): { readonly type: unknown; readonly params: unknown } {
  if (typeof given !== 'object' || given === null) return { type: given, params: undefined }
  const { type, params } = given as { readonly type: unknown; readonly params?: unknown }
  if (typeof params === 'function') aside()
  return { type, params }
}

export const isTrue = (test: Test | undefined, context: object, event: { readonly type: string }): boolean =>
  test === undefined || test.guard({ context, event }, test.params)
