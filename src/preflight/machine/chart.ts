/**
 * Chart: the states of a machine, all of them in one list, and small questions about one of them. Reads what XState made of the
 * configuration; runs nothing.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'

export interface Chart {
  readonly machine: AnyStateMachine
  readonly root: AnyStateNode
  /** In the order in which they are declared, the root first. */
  readonly nodes: readonly AnyStateNode[]
  readonly byId: ReadonlyMap<string, AnyStateNode>
}

export function chartOf(machine: AnyStateMachine): Chart {
  const root = machine.root as AnyStateNode
  const nodes: AnyStateNode[] = [root]
  // Grows while it is read: the states of a state come after it.
  for (const node of nodes) nodes.push(...childrenOf(node))
  nodes.sort((a, b) => a.order - b.order)
  return { machine, root, nodes, byId: new Map(nodes.map(node => [node.id, node])) }
}

export const childrenOf = (node: AnyStateNode): AnyStateNode[] =>
  Object.values(node.states as Record<string, AnyStateNode>)

/** Those that can be active. */
export const partsOf = (node: AnyStateNode): AnyStateNode[] =>
  childrenOf(node).filter(child => child.type !== 'history')

/** Nothing is in it: it is a whole place to stand in. */
export const isLeaf = (node: AnyStateNode): boolean => node.type === 'atomic' || node.type === 'final'

export const parentOf = (node: AnyStateNode): AnyStateNode | undefined =>
  node.parent as AnyStateNode | undefined

/** Itself, then what it is in, up to the root. */
export function* upwards(node: AnyStateNode | undefined): Generator<AnyStateNode> {
  for (let at = node; at !== undefined; at = parentOf(at)) yield at
}

export function isIn(node: AnyStateNode, outer: AnyStateNode): boolean {
  for (const each of upwards(node)) if (each === outer) return true
  return false
}

/** The outermost of the parallel states that it is in, if any: what runs beside it is in there. */
export const sharedBy = (node: AnyStateNode): AnyStateNode | undefined =>
  [...upwards(node)].findLast(({ type }) => type === 'parallel')

export const nameOf = (node: AnyStateNode): string =>
  node.parent === undefined ? node.machine.id : node.path.join('.')

/** The transitions of a state by their descriptors, without `always`. */
export const transitionsOf = (node: AnyStateNode): ReadonlyMap<string, readonly AnyTransitionDefinition[]> =>
  node.transitions

export const alwaysOf = (node: AnyStateNode): readonly AnyTransitionDefinition[] => node.always ?? []

export const targetsOf = (transition: AnyTransitionDefinition): readonly AnyStateNode[] =>
  (transition.target ?? []) as readonly AnyStateNode[]

export const isGuarded = (transition: AnyTransitionDefinition): boolean => transition.guard !== undefined

/** Those that can be taken: what stands behind the first without a guard never is. */
export function live(list: readonly AnyTransitionDefinition[]): readonly AnyTransitionDefinition[] {
  const last = list.findIndex(transition => !isGuarded(transition))
  return last === -1 ? list : list.slice(0, last + 1)
}

/** Is one of them taken, whatever its guards say? */
export const isCertain = (list: readonly AnyTransitionDefinition[]): boolean =>
  list.some(transition => !isGuarded(transition))

/** The descriptors whose events a state never leaves to what it is in. */
export const kept = (node: AnyStateNode): string[] =>
  [...transitionsOf(node)].filter(([, list]) => isCertain(list)).map(([descriptor]) => descriptor)

/** Asks once of each state: what is around many of them is asked for by each. */
export function once<T>(ask: (node: AnyStateNode) => T): (node: AnyStateNode) => T {
  const known = new Map<AnyStateNode, T>()
  return node => {
    const before = known.get(node)
    if (before !== undefined) return before
    const answer = ask(node)
    known.set(node, answer)
    return answer
  }
}
