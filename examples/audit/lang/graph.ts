// Directed graphs of numbered nodes: strongly connected components, a shortest cycle, reachability.
// Never in here: files, imports, or recursion (a chain of 10,000 modules must not overflow the stack).

export type Edges = ReadonlyMap<number, readonly number[]>

/** Groups of nodes that can all reach each other, without single nodes; Tarjan's algorithm, iterative. */
export const components = (edges: Edges): number[][] => {
  const index = new Map<number, number>()
  const low = new Map<number, number>()
  const onStack = new Set<number>()
  const stack: number[] = []
  const found: number[][] = []
  for (const root of edges.keys()) {
    if (index.has(root)) continue
    const work: { node: number; next: number }[] = [{ node: root, next: 0 }]
    while (work.length > 0) {
      const frame = work[work.length - 1]
      if (frame === undefined) break
      const { node } = frame
      if (frame.next === 0) {
        index.set(node, index.size)
        low.set(node, index.size - 1)
        stack.push(node)
        onStack.add(node)
      }
      const to = edges.get(node)?.[frame.next++]
      if (to !== undefined) {
        if (!index.has(to)) work.push({ node: to, next: 0 })
        else if (onStack.has(to)) low.set(node, Math.min(low.get(node) ?? 0, index.get(to) ?? 0))
        continue
      }
      work.pop()
      const above = work[work.length - 1]
      if (above !== undefined) low.set(above.node, Math.min(low.get(above.node) ?? 0, low.get(node) ?? 0))
      if (low.get(node) !== index.get(node)) continue
      const group = stack.splice(stack.indexOf(node))
      for (const member of group) onStack.delete(member)
      if (group.length > 1) found.push(group.sort((a, b) => a - b))
    }
  }
  return found.sort((a, b) => b.length - a.length || (a[0] ?? 0) - (b[0] ?? 0))
}

/** The way from one node to another over the fewest edges, both ends included. */
export const shortestPath = (
  edges: Edges,
  from: number,
  to: number,
  inside: ReadonlySet<number>,
): number[] | undefined => {
  const before = new Map<number, number>()
  const queue = [from]
  for (let at = 0; at < queue.length && !before.has(to); at++) {
    const node = queue[at] ?? from
    for (const next of (edges.get(node) ?? []).filter(one => inside.has(one) && !before.has(one))) {
      before.set(next, node)
      queue.push(next)
    }
  }
  const last = before.get(to)
  if (last === undefined) return undefined
  const path = [to]
  for (let step = last; step !== from; step = before.get(step) ?? from) path.unshift(step)
  return [from, ...path]
}

/** A shortest cycle of a strongly connected group, its smallest node first and last. */
export const shortestCycle = (edges: Edges, group: readonly number[]): number[] => {
  const inside = new Set(group)
  let best: number[] | undefined
  for (const node of group.slice(0, 200)) {
    const cycle = shortestPath(edges, node, node, inside)
    if (cycle !== undefined && (best === undefined || cycle.length < best.length)) best = cycle
    if (best?.length === 3) break
  }
  return best ?? []
}

/** Everything that can be reached from the given nodes, themselves included. */
export const reachable = (edges: Edges, from: Iterable<number>): Set<number> => {
  const seen = new Set(from)
  for (const node of seen) for (const next of edges.get(node) ?? []) seen.add(next)
  return seen
}
