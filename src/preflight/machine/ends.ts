/**
 * Ends: from which leaves an end of the machine can be reached, and where those that cannot are caught: the last circles that nothing
 * leads out of. Works on the graph that reach.ts has made.
 */
import type { Reach } from './reach.ts'
import type { Vertex } from './vertex.ts'

/** Leaves from which no end can be reached. */
export function trappedIn(reach: Reach): ReadonlySet<Vertex> {
  const saved = new Set<Vertex>(reach.ends)
  // Grows while it is read.
  for (const vertex of saved) for (const before of vertex.from) saved.add(before)
  return new Set([...reach.leaves.values()].filter(leaf => !saved.has(leaf)))
}

/** Of these, what nothing leads out of: single leaves, or such as lead to each other, in the order in which they were found. */
export function trapsOf(trapped: ReadonlySet<Vertex>): (readonly Vertex[])[] {
  return circles(trapped)
    .filter(circle => {
      const within = new Set(circle)
      return circle.every(vertex => [...vertex.to].every(next => within.has(next)))
    })
    .map(circle => circle.filter(({ kind }) => kind === 'leaf'))
    .filter(leaves => leaves.length > 0)
}

interface Visit {
  readonly vertex: Vertex
  readonly next: Iterator<Vertex>
}

/** Strongly connected parts, after Tarjan; without recursion, for a chain of states may be long. */
function circles(from: Iterable<Vertex>): Vertex[][] {
  const index = new Map<Vertex, number>()
  const low = new Map<Vertex, number>()
  const open: Vertex[] = []
  const isOpen = new Set<Vertex>()
  const found: Vertex[][] = []
  const visits: Visit[] = []
  const lowOf = (vertex: Vertex): number => low.get(vertex) ?? 0
  const begin = (vertex: Vertex): void => {
    index.set(vertex, index.size)
    low.set(vertex, index.size - 1)
    open.push(vertex)
    isOpen.add(vertex)
    visits.push({ vertex, next: vertex.to.values() })
  }
  const close = (root: Vertex): void => {
    const circle = open.splice(open.lastIndexOf(root))
    for (const vertex of circle) isOpen.delete(vertex)
    found.push(circle)
  }
  for (const start of from) {
    if (!index.has(start)) begin(start)
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const { vertex, next } = visit
      const step = next.next()
      if (step.done === true) {
        visits.pop()
        const before = visits.at(-1)?.vertex
        if (before !== undefined) low.set(before, Math.min(lowOf(before), lowOf(vertex)))
        if (lowOf(vertex) === index.get(vertex)) close(vertex)
      } else if (!index.has(step.value)) begin(step.value)
      else if (isOpen.has(step.value)) low.set(vertex, Math.min(lowOf(vertex), index.get(step.value) ?? 0))
    }
  }
  return found
}
