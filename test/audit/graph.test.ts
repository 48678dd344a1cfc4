// The graph algorithms against slow and obvious ones.
// Never in here: files.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { components, reachable, shortestCycle } from '../../examples/audit/lang/graph.ts'
import type { Edges } from '../../examples/audit/lang/graph.ts'

const graph = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 30 }).map(pairs => {
  const edges = new Map<number, number[]>()
  for (const [from, to] of pairs) if (from !== to) edges.set(from, [...(edges.get(from) ?? []), to])
  return edges
})

const reach = (edges: Edges, from: number, to: number): boolean =>
  (edges.get(from) ?? []).some(next => reachable(edges, [next]).has(to))

describe('components', () => {
  test('are exactly the groups of nodes that reach each other', () => {
    fc.assert(
      fc.property(graph, edges => {
        const nodes = Array.from({ length: 10 }, (_, i) => i)
        const groups = components(edges)
        for (const a of nodes) {
          for (const b of nodes.filter(node => node !== a)) {
            const together = groups.some(group => group.includes(a) && group.includes(b))
            expect(together).toBe(reach(edges, a, b) && reach(edges, b, a))
          }
        }
      }),
    )
  })

  test('of a chain of 50,000 nodes are found without overflowing the stack', () => {
    const edges = new Map(Array.from({ length: 50_000 }, (_, i) => [i, [(i + 1) % 50_000]] as const))
    expect(components(edges)[0]).toHaveLength(50_000)
  })
})

test('the shortest cycle of a component is a cycle of its edges', () => {
  fc.assert(
    fc.property(graph, edges => {
      for (const group of components(edges)) {
        const cycle = shortestCycle(edges, group)
        expect(cycle.length).toBeGreaterThanOrEqual(3)
        expect(cycle[0]).toBe(cycle.at(-1))
        cycle.slice(1).forEach((node, i) => expect(edges.get(cycle[i] ?? -1)).toContain(node))
      }
    }),
  )
})
