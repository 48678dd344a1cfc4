/**
 * Flow index: what can be computed once from a workflow as data: its nodes by their index, who undoes what, and what
 * lies on the longest way to the end. Pure.
 */
import type {
  ChildNode,
  Flow,
  FlowNode,
  GateNode,
  LoopNode,
  MapNode,
  StepNode,
  WaitNode,
  BranchNode,
} from '../messages/flow.ts'

/** A node that happens at a time of its own. */
export type Placed = StepNode | WaitNode | GateNode | ChildNode | MapNode | BranchNode | LoopNode

export interface Entry {
  readonly node: Placed
  /** Does it leave something behind that can be undone? */
  readonly undoable: boolean
  /** The node whose state undoes it: itself, or the outermost loop around it. */
  readonly owner: number
  /** Nodes on the longest way from here to the end, itself included; the rounds of a loop count as one. */
  readonly path: number
  /** The innermost group that it stands in. */
  readonly group: string | undefined
}

export interface FlowIndex {
  readonly flow: Flow
  readonly entries: readonly Entry[]
  /** By name. */
  readonly indexes: ReadonlyMap<string, number>
  readonly hasPivot: boolean
  /** Is there anything that could be undone? */
  readonly isSaga: boolean
}

export function indexOf(flow: Flow): FlowIndex {
  const entries: Entry[] = []
  const paths: number[] = []
  measure(flow.body, 0, paths)
  for (const { node, loop, group } of walk(flow.body, null)) {
    if (!('step' in node)) continue
    const { step } = node
    entries[step] = { node, undoable: isUndoable(node), owner: loop ?? step, path: paths[step] ?? 1, group }
  }
  const pivot = entries.some(({ node }) => node.kind === 'step' && node.pivot === true)
  return {
    flow,
    entries,
    indexes: new Map(entries.map(({ node }) => [node.name, node.step])),
    hasPivot: pivot,
    isSaga: entries.some(({ undoable }) => undoable),
  }
}

/** Notes how far it is to the end from each node of a row that has so much behind it; and returns how far from its beginning. */
function measure(body: readonly FlowNode[], behind: number, paths: number[]): number {
  let left = behind
  for (const node of body.toReversed()) {
    if (node.kind === 'sequence' || node.kind === 'loop') left = measure(node.body, left, paths)
    else if (node.kind === 'parallel')
      left = Math.max(left, ...node.body.map(child => measure([child], left, paths)))
    else if (node.kind === 'branch')
      left = Math.max(left, ...node.cases.map(one => measure(one.body, left, paths)))
    else left++
    if ('step' in node) paths[node.step] = left
  }
  return left
}

/** A child is undoable by what is in it. */
export function isUndoable(node: Placed): boolean {
  if (node.kind === 'step') return node.undo !== undefined
  if (node.kind === 'workflow') return node.undoable
  return node.kind === 'map' && isUndoable(node.each)
}

/** Where a node stands: the outermost loop around it, and the innermost group. */
interface Place {
  readonly node: FlowNode
  readonly loop: number | null
  readonly group: string | undefined
}

/** Every node, outer ones before inner ones. */
export function* walk(body: readonly FlowNode[], loop: number | null, group?: string): Generator<Place> {
  for (const node of body) {
    yield { node, loop, group }
    if (node.kind === 'sequence' || node.kind === 'parallel') yield* walk(node.body, loop, node.name)
    else if (node.kind === 'loop') yield* walk(node.body, loop ?? node.step, group)
    else if (node.kind === 'branch') for (const { body: inner } of node.cases) yield* walk(inner, loop, group)
  }
}

/** The indexes of the nodes in a part of a flow: from the first up to, and without, the second. They lie together. */
export function rangeOf(nodes: readonly FlowNode[]): { readonly from: number; readonly to: number } {
  let from = Number.POSITIVE_INFINITY
  let to = 0
  for (const { node } of walk(nodes, null)) {
    if (!('step' in node)) continue
    from = Math.min(from, node.step)
    to = Math.max(to, node.step + 1)
  }
  return { from: Math.min(from, to), to }
}
