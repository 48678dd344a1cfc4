/**
 * Flow places: where each node of a flow stands: what is around it, what comes before it, what is beside it. Read from the flow alone, in
 * other words than those in which it is compiled.
 */
import type { BranchNode, Flow, FlowNode, LoopNode } from '../../messages/flow.ts'

/** A node that has an index. */
export type Numbered = Extract<FlowNode, { readonly step: number }>

/** A row of nodes that something stands in: which group it is of, and which case or region of that. */
export interface Level {
  readonly of: FlowNode | null
  /** Of a branch the case, of a parallel group the region. */
  readonly part: number
  readonly before: readonly FlowNode[]
}

export interface Place {
  readonly node: Numbered
  /** From the whole workflow inwards. */
  readonly levels: readonly Level[]
  /** The index of what undoes it: itself, or the outermost loop around it. */
  readonly owner: number
}

export function placesIn({ body }: Flow): Map<number, Place> {
  const places = new Map<number, Place>()
  collect(body, { of: null, part: 0 }, [], places)
  return places
}

function collect(
  row: readonly FlowNode[],
  { of, part }: Omit<Level, 'before'>,
  around: readonly Level[],
  into: Map<number, Place>,
): void {
  for (const [index, node] of row.entries()) {
    const levels = [...around, { of, part, before: row.slice(0, index) }]
    if ('step' in node) {
      const loop = levels.map(level => level.of).find(group => group?.kind === 'loop') as LoopNode | undefined
      into.set(node.step, { node, levels, owner: loop?.step ?? node.step })
    }
    for (const [at, inner] of partsOf(node).entries()) collect(inner, { of: node, part: at }, levels, into)
  }
}

/** What is in it, in rows. */
function partsOf(node: FlowNode): readonly (readonly FlowNode[])[] {
  if (node.kind === 'parallel') return node.body.map(one => [one])
  if (node.kind === 'sequence' || node.kind === 'loop') return [node.body]
  return node.kind === 'branch' ? node.cases.map(({ body }) => body) : []
}

/** Loops around it, outer ones first. */
export const loopsAround = ({ levels }: Place): LoopNode[] =>
  levels.flatMap(({ of }) => (of?.kind === 'loop' ? [of] : []))

/** Cases that it is in. */
export const casesAround = ({ levels }: Place): { readonly branch: BranchNode; readonly name: string }[] =>
  levels.flatMap(({ of, part }) =>
    of?.kind === 'branch' ? [{ branch: of, name: of.cases[part]?.name ?? '' }] : [],
  )

/** The loops around both, where they stand in two regions of a group; undefined where one comes after the other. */
export function besideWithin(one: Place, other: Place): LoopNode[] | undefined {
  const loops: LoopNode[] = []
  for (const [index, { of, part }] of one.levels.entries()) {
    const level = other.levels[index]
    if (level?.of !== of) return undefined
    if (level?.part !== part) return of?.kind === 'parallel' ? loops : undefined
    if (of?.kind === 'loop') loops.push(of)
  }
  return undefined
}
