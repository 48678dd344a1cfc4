/**
 * Vertex: a point of the graph that is searched: a leaf of the machine, or what many leaves have in common, so that the graph stays
 * as small as the machine. Holds its edges and how it was first come to.
 */
import type { AnyStateNode } from 'xstate'
import { wayFrom } from '../finding.ts'
import { nameOf } from './chart.ts'

export interface Vertex {
  /**
   * `leaf`: the state itself. `shared`: what a state and those around it do with events that nothing in it takes. `history`: what
   * it remembers. `beside`: what the regions of a parallel state do to each other.
   */
  readonly kind: 'leaf' | 'shared' | 'history' | 'beside'
  readonly node: AnyStateNode
  readonly to: Set<Vertex>
  readonly from: Set<Vertex>
  /** The edge by which it was first come to, and its event where that is a step; undefined: where everything starts. */
  cause: { readonly vertex: Vertex; readonly event: string | undefined } | undefined
}

export const vertexOf = (kind: Vertex['kind'], node: AnyStateNode, cause: Vertex['cause']): Vertex => ({
  kind,
  node,
  to: new Set(),
  from: new Set(),
  cause,
})

export function link(from: Vertex, to: Vertex): void {
  from.to.add(to)
  to.from.add(from)
}

/** States and events in turn, from the start to this one. */
export function wayTo(vertex: Vertex, first: string): readonly string[] {
  return wayFrom(() => first, backwards(vertex))
}

function* backwards(vertex: Vertex): Generator<string> {
  for (let at: Vertex | undefined = vertex; at !== undefined; at = at.cause?.vertex) {
    if (at.kind === 'leaf') yield nameOf(at.node)
    if (at.cause?.event !== undefined) yield at.cause.event
  }
}
