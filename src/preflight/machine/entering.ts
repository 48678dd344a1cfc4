/**
 * Entering: which leaves a transition leads to, by XState's rules: targets, first states, regions beside them. Where it leads through
 * a history state, that is named instead: what it remembers depends on the way there.
 */
import type { AnyStateNode, AnyTransitionDefinition } from 'xstate'
import {
  alwaysOf,
  childrenOf,
  isGuarded,
  isIn,
  isLeaf,
  live,
  parentOf,
  partsOf,
  targetsOf,
  upwards,
} from './chart.ts'

export interface Entered {
  readonly leaves: readonly AnyStateNode[]
  readonly histories: readonly AnyStateNode[]
}

/** What the first step of a machine, or of a state that is entered by itself, comes to. */
export function enteredByDefault(node: AnyStateNode): Entered {
  return descend([node], new Set())
}

export function enteredBy(transition: AnyTransitionDefinition): Entered {
  const targets = targetsOf(transition)
  return entered(targets, domainOf(transition))
}

/** What a history state that remembers nothing stands for. */
export function enteredAnew(history: AnyStateNode): Entered {
  const parent = parentOf(history) as AnyStateNode
  const named = (history.config as { target?: string | readonly string[] }).target
  if (named === undefined || named === '')
    return descend(parent.type === 'parallel' ? [parent] : firstOf(parent), new Set())
  const targets = [named].flat().map(path => nodeAt(parent, path))
  return entered(
    targets.filter(target => target !== undefined),
    parent,
  )
}

/**
 * The innermost state that a transition does not leave: all below it is left, and what it leads to is entered. Undefined: not even
 * the root stays.
 */
export function domainOf(transition: AnyTransitionDefinition): AnyStateNode | undefined {
  const source = transition.source as AnyStateNode
  const targets = targetsOf(transition)
  if (!transition.reenter && targets.every(target => isIn(target, source))) return source
  const shared = [...upwards(parentOf(source))].find(outer =>
    targets.every(target => target !== outer && isIn(target, outer)),
  )
  return shared ?? (transition.reenter ? undefined : [...upwards(source)].at(-1))
}

/** The transitions without an event that a leaf has, its own first, up to the first that is always taken. */
export function alwaysTaken(leaf: AnyStateNode): readonly AnyTransitionDefinition[] {
  return live([...upwards(leaf)].flatMap(alwaysOf))
}

/** Is it left as soon as it is entered, whatever guards say? One that leads nowhere else leaves it at rest. */
export function isLeftAtOnce(leaf: AnyStateNode): boolean {
  const last = alwaysTaken(leaf).at(-1)
  if (last === undefined || isGuarded(last) || targetsOf(last).length === 0) return false
  const { leaves, histories } = enteredBy(last)
  return histories.length === 0 && !leaves.includes(leaf)
}

function entered(targets: readonly AnyStateNode[], domain: AnyStateNode | undefined): Entered {
  const touched = new Set(targets.flatMap(target => [...upwards(target)]))
  const entering = new Set(targets)
  for (const target of targets)
    for (const outer of upwards(parentOf(target))) {
      if (outer === domain && outer.type !== 'parallel') break
      // What a history state of regions remembers is of all of them.
      const remembered = target.type === 'history' && outer === parentOf(target)
      if (outer.type === 'parallel' && !remembered)
        for (const region of partsOf(outer)) if (!touched.has(region)) entering.add(region)
      if (outer === domain) break
    }
  return descend([...entering], touched)
}

function descend(from: readonly AnyStateNode[], touched: ReadonlySet<AnyStateNode>): Entered {
  const leaves = new Set<AnyStateNode>()
  const histories = new Set<AnyStateNode>()
  const open = [...from]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === 'history') histories.add(node)
    else if (isLeaf(node)) leaves.add(node)
    else if (node.type === 'parallel') open.push(...partsOf(node).filter(part => !touched.has(part)))
    else open.push(...firstOf(node))
  }
  return { leaves: [...leaves], histories: [...histories] }
}

const firstOf = (node: AnyStateNode): readonly AnyStateNode[] =>
  node.initial.target as readonly AnyStateNode[]

function nodeAt(parent: AnyStateNode, path: string): AnyStateNode | undefined {
  if (path.startsWith('#')) return parent.machine.getStateNodeById(path) as AnyStateNode
  let at: AnyStateNode | undefined = parent
  for (const key of path.replace(/^\./, '').split('.'))
    at = at && childrenOf(at).find(child => child.key === key)
  return at
}
