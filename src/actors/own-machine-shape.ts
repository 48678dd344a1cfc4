/**
 * The shape of a machine: all that says which states it has and what leads from one to another, as JSON. Two machines of one shape are
 * one definition: a run of the first may go on with the second. Code is shown by its name, words for people are left out.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import type { Json } from '../messages/json.ts'
import type { Sources } from './own-machine-check.ts'
import { nodesOf } from './own-machine-places.ts'

export function shapeOf(machine: AnyStateMachine, { tasks }: Sources): Json {
  return {
    id: machine.id,
    states: nodesOf(machine).map(nodeShape),
    tasks: Object.fromEntries([...tasks].map(([src, { name }]) => [src, name])),
  }
}

function nodeShape(node: AnyStateNode): Json {
  const transitions = [...[...node.transitions.values()].flat(), ...(node.always ?? [])]
  return {
    id: node.id,
    type: node.type,
    history: node.history,
    entry: node.entry.map(nameOf),
    exit: node.exit.map(nameOf),
    invoke: node.invoke.map(({ id, src }) => [id, src as string]),
    initial: node.type === 'compound' ? targets(node.initial.target) : [],
    transitions: transitions.map(transitionShape),
  }
}

function transitionShape({ eventType, guard, actions, target, reenter }: AnyTransitionDefinition): Json {
  return [
    String(eventType),
    guard === undefined ? null : nameOf(guard),
    actions.map(nameOf),
    targets(target),
    reenter,
  ]
}

const targets = (nodes: readonly AnyStateNode[] | undefined): Json => (nodes ?? []).map(({ id }) => id)

/** What XState makes has a type; a function of one's own the name that it was declared under. */
function nameOf(declared: unknown): string {
  if (typeof declared === 'string') return declared
  const { type, name } = declared as { readonly type?: string; readonly name?: string }
  return type ?? name ?? ''
}
