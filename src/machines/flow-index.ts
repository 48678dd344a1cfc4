/**
 * Flow index: what can be computed once from a workflow as data: its nodes by their index, and who undoes what. Pure.
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
  for (const { node, loop } of walk(flow.body, null)) {
    if (!('step' in node)) continue
    entries[node.step] = { node, undoable: isUndoable(node), owner: loop ?? node.step }
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

/** A child is undoable by what is in it. */
export function isUndoable(node: Placed): boolean {
  if (node.kind === 'step') return node.undo !== undefined
  if (node.kind === 'workflow') return node.undoable
  return node.kind === 'map' && isUndoable(node.each)
}

/** Every node, outer ones before inner ones, with the outermost loop around it. */
export function* walk(
  body: readonly FlowNode[],
  loop: number | null,
): Generator<{ readonly node: FlowNode; readonly loop: number | null }> {
  for (const node of body) {
    yield { node, loop }
    if (node.kind === 'sequence' || node.kind === 'parallel') yield* walk(node.body, loop)
    else if (node.kind === 'loop') yield* walk(node.body, loop ?? node.step)
    else if (node.kind === 'branch') for (const { body: inner } of node.cases) yield* walk(inner, loop)
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
