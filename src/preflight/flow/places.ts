/**
 * Places: the nodes of a flow in their order, each with what is before it, around it and beside it, and what is decided about undoing
 * there. One pass down and one up, so that a long flow costs no more a node than a short one.
 */
import type { Flow, FlowNode } from '../../messages/flow.ts'
import { wayFrom } from '../finding.ts'
import { canFail, contentsOf, isPivot, type Contents } from './contents.ts'

export interface Place {
  readonly node: FlowNode
  readonly trail: Trail
  /** A pivot is behind it for certain. */
  readonly isAfterPivot: boolean
  /** A pivot may still come. */
  readonly isBeforePivot: boolean
  /** Something may fail later, or beside it, while everything can still be undone. */
  readonly isAtRisk: boolean
}

/** Names from the start to a node, last first. */
export interface Trail {
  readonly name: string
  readonly before: Trail | undefined
  readonly first: string
}

export const wayAlong = (trail: Trail): readonly string[] => wayFrom(() => trail.first, backwards(trail))

export const extend = (before: Trail | undefined, name: string): Trail => ({
  name,
  before,
  first: before?.first ?? name,
})

function* backwards(trail: Trail): Generator<string> {
  for (let at: Trail | undefined = trail; at !== undefined; at = at.before) yield at.name
}

type Around = Omit<Place, 'node' | 'trail'> & { readonly trail: Trail | undefined }

export function placesOf({ body }: Flow): readonly Place[] {
  const places: Place[] = []
  const start: Around = {
    trail: undefined,
    isAfterPivot: false,
    isBeforePivot: false,
    isAtRisk: false,
  }
  row(body, start, contentsOf(body), places)
  return places
}

/** One after the other. Says whether a pivot is behind its end for certain. */
function row(body: readonly FlowNode[], around: Around, contents: Contents, places: Place[]): boolean {
  const later: { readonly pivot: boolean; readonly risk: boolean }[] = []
  let pivot = around.isBeforePivot
  let risk = around.isAtRisk
  for (const node of body.toReversed()) {
    later.push({ pivot, risk })
    pivot ||= contents.get(node)?.pivot ?? false
    risk ||= canFailIn(node, contents)
  }
  let { isAfterPivot, trail } = around
  for (const node of body) {
    const after = later.pop() ?? { pivot: false, risk: false }
    trail = extend(trail, node.name)
    const place: Place = {
      ...around,
      node,
      trail,
      isAfterPivot,
      isBeforePivot: after.pivot,
      isAtRisk: after.risk && !isAfterPivot,
    }
    places.push(place)
    isAfterPivot = inside(place, contents, places) || isAfterPivot
  }
  return isAfterPivot
}

const canFailIn = (node: FlowNode, contents: Contents): boolean => contents.get(node)?.fails ?? canFail(node)

/** What is in a node. Says whether it surely brings a pivot behind what comes next. */
function inside(place: Place, contents: Contents, places: Place[]): boolean {
  const { node } = place
  if (node.kind === 'step') return isPivot(node)
  if (node.kind === 'sequence') return row(node.body, place, contents, places)
  if (node.kind === 'branch') {
    const ends = node.cases.map(({ name, body }) =>
      row(body, { ...place, trail: extend(place.trail, name) }, contents, places),
    )
    return ends.every(Boolean)
  }
  if (node.kind === 'parallel') beside(place, node.body, contents, places)
  if (node.kind === 'loop') {
    // What is in it comes again: what fails the next time, fails after it.
    const again = node.body.some(each => canFailIn(each, contents))
    row(node.body, { ...place, isAtRisk: place.isAtRisk || again }, contents, places)
    return false
  }
  if (node.kind === 'map') {
    const { each } = node
    const trail = each.name === node.name ? place.trail : extend(place.trail, each.name)
    places.push({ ...place, node: each, trail, isAtRisk: !place.isAfterPivot })
  }
  return false
}

/** Beside each other: what one of them has done is to be undone when another fails. There is no pivot in there. */
function beside(place: Place, body: readonly FlowNode[], contents: Contents, places: Place[]): void {
  const failing = body.filter(node => canFailIn(node, contents)).length
  for (const node of body) {
    const others = failing - (canFailIn(node, contents) ? 1 : 0)
    row([node], { ...place, isAtRisk: place.isAtRisk || others > 0 }, contents, places)
  }
}
