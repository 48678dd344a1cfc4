/** The oracle: which states of a machine without regions can be entered, and from which it can end, by looking at every state and every event. */
import { arrowsOf, EVENTS, firstOf, treeOf, type Arrow, type Node, type Shape } from './random-machine.ts'

export interface Truth {
  /** Indexes of the states that can be entered. */
  readonly entered: ReadonlySet<number>
  /** Of the leaves among them, those from which no end can be reached. */
  readonly trapped: ReadonlySet<number>
  /** Of each leaf, those that may be next. */
  readonly nexts: ReadonlyMap<number, ReadonlySet<number>>
  /** How many steps each leaf is from the start. */
  readonly distance: ReadonlyMap<number, number>
}

export function truthOf(shape: Shape): Truth {
  const nodes = treeOf(shape)
  const arrows = arrowsOf(shape, nodes)
  const path = (node: Node): Node[] => (node.parent === undefined ? [node] : [node, ...path(node.parent)])
  const leafOf = (node: Node): Node => {
    const first = firstOf(node)
    return first === undefined ? node : leafOf(first)
  }
  const isEnd = (leaf: Node): boolean => leaf.type === 'final' && leaf.parent?.parent === undefined
  const taken = (leaf: Node, fits: (node: Node) => readonly (readonly Arrow[])[]): [Arrow[], boolean] => {
    const all: Arrow[] = []
    for (const node of path(leaf))
      for (const list of fits(node))
        for (const arrow of list) {
          all.push(arrow)
          if (!arrow.guarded) return [all, true]
        }
    return [all, false]
  }
  const own = (node: Node, on: Arrow['on']): Arrow[] =>
    arrows.filter(arrow => arrow.from === node.index && arrow.on === on)
  const nexts = (leaf: Node): Node[] => {
    if (isEnd(leaf)) return []
    const [always, isCertain] = taken(leaf, node => [own(node, 'always')])
    const found = [...always]
    const last = nodes[always.at(-1)?.to ?? -1]
    // An arrow that leads to where it is leaves it at rest, as XState has it.
    if (!isCertain || last === undefined || leafOf(last) === leaf) {
      // Any other event is only taken by those who take all.
      for (const event of [...EVENTS, '*'] as const)
        found.push(
          ...taken(leaf, node => (event === '*' ? [own(node, '*')] : [own(node, event), own(node, '*')]))[0],
        )
      for (const timed of path(leaf))
        found.push(...taken(leaf, node => [node === timed ? own(node, 'after') : [], own(node, '*')])[0])
      if (leaf.type === 'final')
        found.push(...taken(leaf, node => [node === leaf.parent ? own(node, 'done') : [], own(node, '*')])[0])
    }
    return found.flatMap(({ to }) => nodes[to] ?? []).map(leafOf)
  }
  const [root] = nodes
  const leaves = new Set(root === undefined ? [] : [leafOf(root)])
  const distance = new Map([...leaves].map(leaf => [leaf.index, 0]))
  for (const leaf of leaves)
    for (const next of nexts(leaf)) {
      if (!leaves.has(next)) distance.set(next.index, 1 + (distance.get(leaf.index) ?? 0))
      leaves.add(next)
    }
  const canEnd = new Set([...leaves].filter(isEnd))
  for (let before = -1; before !== canEnd.size;) {
    before = canEnd.size
    for (const leaf of leaves) if (nexts(leaf).some(next => canEnd.has(next))) canEnd.add(leaf)
  }
  return {
    entered: new Set([...leaves].flatMap(path).map(({ index }) => index)),
    distance,
    nexts: new Map([...leaves].map(leaf => [leaf.index, new Set(nexts(leaf).map(({ index }) => index))])),
    trapped: new Set([...leaves].filter(leaf => !canEnd.has(leaf)).map(({ index }) => index)),
  }
}
