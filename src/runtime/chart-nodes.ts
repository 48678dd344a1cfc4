/**
 * Chart nodes: a statechart of nested and parallel states, read off the very machine once: what each node does, where its transitions
 * lead, and which nodes may take an event at all. It runs nothing. For whatever it does not know it steps aside.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate'
import { actsOf, aside, testOf, type Act, type Test } from './builtins.ts'

export interface Way {
  readonly source: ChartNode
  readonly test: Test | undefined
  readonly acts: readonly Act[]
  /** Undefined for a transition that stays. */
  readonly target: ChartNode | undefined
  /** What is left and entered again on the way: everything below it. */
  readonly domain: ChartNode | undefined
}

export interface ChartNode {
  readonly state: AnyStateNode
  readonly key: string
  readonly order: number
  readonly depth: number
  readonly parent: ChartNode | undefined
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final'
  readonly children: ChartNode[]
  /** Its place among its siblings. */
  readonly place: number
  /** Of a compound node: where is kept which child of it is active. Of a parallel one: how many of its regions have ended. */
  readonly slot: number
  readonly entry: readonly Act[]
  readonly exit: readonly Act[]
  readonly ways: Map<string, Way[]>
  readonly always: Way[]
  /** Of a compound node. */
  initial: ChartNode | undefined
  /** Does anything at or below it act when it is left, or move by itself? */
  leaves: boolean
  movesItself: boolean
}

/** Who may take an event: those of the step that it names, and those that take it whatever it names. */
interface Takers {
  readonly bySteps: Map<number, ChartNode[]>
  readonly others: ChartNode[]
}

export interface ChartNodes {
  readonly root: ChartNode
  readonly slots: number
  takers(event: { readonly type: string; readonly data?: unknown }): readonly ChartNode[]
}

/** Events that speak of a step: a guard about another one cannot hold. */
const OF_A_STEP: ReadonlySet<string> = new Set(['step.done', 'fault', 'flow.decided'])

const NOBODY: readonly ChartNode[] = []

/** @throws the sign to step aside where the machine has what a chart does not know */
export function nodesOf(machine: AnyStateMachine): ChartNodes {
  const all = new Map<AnyStateNode, ChartNode>()
  let slots = 0
  const add = (state: AnyStateNode, parent: ChartNode | undefined, place: number): ChartNode => {
    const { type } = state
    if (type === 'history' || state.invoke.length > 0 || state.output !== undefined) aside()
    // A region that is parallel itself has no state of its own in which it could have ended.
    if (type === 'parallel' && parent?.type === 'parallel') aside()
    const node: ChartNode = {
      state,
      key: state.key,
      order: state.order,
      depth: (parent?.depth ?? -1) + 1,
      parent,
      type,
      children: [],
      place,
      slot: type === 'compound' || type === 'parallel' ? slots++ : -1,
      entry: actsOf(machine, state.entry),
      exit: actsOf(machine, state.exit),
      ways: new Map(),
      always: [],
      initial: undefined,
      leaves: state.exit.length > 0,
      movesItself: (state.always ?? []).length > 0,
    }
    all.set(state, node)
    for (const [i, child] of Object.values(state.states).entries())
      node.children.push(add(child as AnyStateNode, node, i))
    node.leaves ||= node.children.some(({ leaves }) => leaves)
    node.movesItself ||= node.children.some(({ movesItself }) => movesItself)
    return node
  }
  const root = add(machine.root as AnyStateNode, undefined, 0)
  if (root.type !== 'compound' || root.entry.length + root.exit.length > 0) aside()
  for (const node of all.values()) connect(machine, node, all)
  const takers = takersOf(all.values())
  return {
    root,
    slots,
    takers: event => {
      const known = takers.get(event.type)
      if (known === undefined) return NOBODY
      const step = OF_A_STEP.has(event.type) ? (event.data as { readonly step: number }).step : -1
      const own = known.bySteps.get(step)
      return own === undefined ? known.others : known.others.length === 0 ? own : [...own, ...known.others]
    },
  }
}

function connect(machine: AnyStateMachine, node: ChartNode, all: ReadonlyMap<AnyStateNode, ChartNode>): void {
  const { state } = node
  if (node.type === 'compound') {
    const { target, actions } = state.initial as {
      target: readonly AnyStateNode[]
      actions: readonly unknown[]
    }
    node.initial = all.get(target[0] as AnyStateNode)
    if (target.length > 1 || actions.length > 0 || node.initial?.parent !== node) aside()
  }
  const way = (given: {
    readonly target?: readonly AnyStateNode[] | undefined
    readonly guard?: unknown
    readonly actions: readonly unknown[]
    readonly reenter: boolean
  }): Way => {
    const [target, ...more] = given.target ?? []
    const to = target === undefined ? undefined : all.get(target)
    // What XState makes of these depends on more than where they lead.
    if (more.length > 0 || given.reenter || to === node || (target !== undefined && to === undefined)) aside()
    const domain = to === undefined ? undefined : domainOf(node, to)
    if (domain?.type === 'parallel') aside()
    return {
      source: node,
      test: testOf(machine, given.guard),
      acts: actsOf(machine, given.actions),
      target: to,
      domain,
    }
  }
  for (const [type, transitions] of state.transitions) {
    if (type.includes('*')) aside()
    node.ways.set(type, transitions.map(way))
  }
  for (const transition of state.always ?? []) node.always.push(way(transition))
}

/** What of the chart a transition leaves: the source itself, where it leads further in, else what holds both ends. */
function domainOf(source: ChartNode, target: ChartNode): ChartNode {
  if (isBelow(target, source)) return source
  let at = target.parent
  while (at !== undefined && !isBelow(source, at)) at = at.parent
  return at ?? aside()
}

export function isBelow(node: ChartNode, other: ChartNode): boolean {
  let at = node.parent
  while (at !== undefined && at.depth >= other.depth) {
    if (at === other) return true
    at = at.parent
  }
  return false
}

function takersOf(nodes: Iterable<ChartNode>): Map<string, Takers> {
  const takers = new Map<string, Takers>()
  for (const node of nodes)
    for (const [type, ways] of node.ways) {
      const known = takers.get(type) ?? { bySteps: new Map<number, ChartNode[]>(), others: [] }
      takers.set(type, known)
      const step = OF_A_STEP.has(type) ? stepOf(ways) : undefined
      if (step === undefined) known.others.push(node)
      else known.bySteps.set(step, [...(known.bySteps.get(step) ?? []), node])
    }
  return takers
}

/** The step that all of these are about, by their guards; undefined where they are about more than one, or none. */
function stepOf(ways: readonly Way[]): number | undefined {
  const steps = new Set(
    ways.map(({ test }) => (test?.params as { readonly step?: number } | undefined)?.step),
  )
  const [step] = steps
  return steps.size === 1 ? step : undefined
}
