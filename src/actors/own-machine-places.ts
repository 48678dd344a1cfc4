/**
 * Places of a machine: every action, guard, delay and invoke that an XState machine declares, with the words for where it stands. It
 * reads the machine and judges nothing. What `enqueueActions` enqueues is known only when it runs.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'

/** Where something stands: the path of its state, `(root)` for the machine itself, and the place in it, such as `on APPROVE`. */
export interface Place {
  readonly state: string
  readonly place: string
}

/** An action, guard or delay as it is declared: a name, a name with params, or code. */
export type Declared = string | { readonly type: string } | ((...args: never[]) => unknown)

export interface Invoke extends Place {
  readonly id: string
  /** Its name as XState knows it; made up where the source was given in place. */
  readonly src: string
  readonly logic: unknown
  readonly config: { readonly systemId?: unknown; readonly onSnapshot?: unknown }
}

export interface Places {
  readonly actions: readonly (Place & { readonly action: Declared })[]
  readonly guards: readonly (Place & { readonly guard: Declared })[]
  /** Delays that have a name. */
  readonly delays: readonly (Place & { readonly delay: string })[]
  readonly invokes: readonly Invoke[]
}

type Draft = { -readonly [K in keyof Places]: Places[K][number][] }

export function placesOf(machine: AnyStateMachine): Places {
  const found: Draft = { actions: [], guards: [], delays: [], invokes: [] }
  for (const node of nodesOf(machine)) collect(node, machine, found)
  return found
}

/** All states, in the order in which they are declared, the machine itself first. */
export function nodesOf(machine: AnyStateMachine): readonly AnyStateNode[] {
  return [...within(machine.root)]
}

function* within(node: AnyStateNode): Generator<AnyStateNode> {
  yield node
  for (const child of Object.values(node.states) as AnyStateNode[]) yield* within(child)
}

export const pathOf = (node: AnyStateNode): string =>
  node.path.length === 0 ? '(root)' : node.path.join('.')

function collect(node: AnyStateNode, machine: AnyStateMachine, found: Draft): void {
  const state = pathOf(node)
  const add = (place: string, actions: readonly unknown[]): void => {
    for (const action of actions) found.actions.push({ state, place, action: action as Declared })
  }
  add('entry', node.entry)
  add('exit', node.exit)
  if (node.type === 'compound') add('initial', node.initial.actions)
  for (const transition of [...node.transitions.values()].flat()) {
    const place = placeOf(node, transition)
    add(place, transition.actions)
    if (transition.guard !== undefined)
      found.guards.push({ state, place, guard: transition.guard as Declared })
  }
  for (const transition of node.always ?? []) {
    add('always', transition.actions)
    if (transition.guard !== undefined)
      found.guards.push({ state, place: 'always', guard: transition.guard as Declared })
  }
  for (const { delay } of node.after)
    if (typeof delay === 'string') found.delays.push({ state, place: `after ${delay}`, delay })
  invokes(node, machine, found)
}

function invokes(node: AnyStateNode, machine: AnyStateMachine, found: Draft): void {
  const given: unknown = (node.config as { invoke?: unknown }).invoke
  const declared = (Array.isArray(given) ? given : [given]) as readonly { readonly src: unknown }[]
  for (const [index, { id, src, ...config }] of node.invoke.entries()) {
    const raw = declared[index]?.src
    const logic: unknown = typeof raw === 'string' ? machine.implementations.actors[raw] : raw
    found.invokes.push({ state: pathOf(node), place: `invoke ${id}`, id, src: src as string, logic, config })
  }
}

/** `on APPROVE`, `after 1000`, `onDone of build`, `onError of build`, or `onDone` of a state. */
function placeOf(node: AnyStateNode, { eventType }: AnyTransitionDefinition): string {
  const type = String(eventType)
  const delayed = node.after.find(each => each.eventType === type)
  if (delayed !== undefined) return `after ${String(delayed.delay)}`
  const [, word, id] = /^xstate\.(done|error)\.actor\.(.*)$/.exec(type) ?? []
  if (word !== undefined) return `${word === 'done' ? 'onDone' : 'onError'} of ${id}`
  return type.startsWith('xstate.done.state.') ? 'onDone' : `on ${type}`
}
