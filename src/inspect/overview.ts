/**
 * Overview: which states of a large machine are drawn, and what stands for the others, so that a drawing fits a page and Mermaid's own
 * bounds. It decides; it draws nothing.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate'

/** What stands in the drawing: a state; those of its states that are not shown; or the end of a region. */
export interface Spot {
  readonly node: AnyStateNode
  readonly as: 'state' | 'rest' | 'end'
}

export interface View {
  /** What is drawn inside a state. */
  inside(node: AnyStateNode): readonly Spot[]
  /** What stands for a state; undefined: nothing does, nor for its arrows. */
  spotOf(node: AnyStateNode): Spot | undefined
  /** How many states a `rest` stands for. */
  restOf(node: AnyStateNode): number
  /** How many states are in it that are not drawn. */
  foldedIn(node: AnyStateNode): number
}

/** A state with more states in it than this shows its first and last ones. */
const WIDE = 24
const LAST = 3

/** Every state. */
export const EVERYTHING: View = {
  inside: node => Object.values(node.states).map(child => ({ node: child, as: 'state' })),
  spotOf: node => ({ node, as: 'state' }),
  restOf: () => 0,
  foldedIn: () => 0,
}

/** Outer states first, as long as there are no more than `most`. */
export function overview(machine: AnyStateMachine, most: number): View {
  const spots = new Map<AnyStateNode, Spot>()
  const drawn = new Map<AnyStateNode, readonly Spot[]>()
  const rests = new Map<AnyStateNode, number>()
  let count = 0
  // Grows while it is walked: breadth first.
  const line: AnyStateNode[] = [machine.root]
  for (const node of line) {
    const children = Object.values(node.states).filter(child => !isAside(child))
    const inner = children.filter(child => !isEndOfRegion(child))
    const [first] = inner
    const isOneStep = isRegion(node) && inner.length === 1 && first?.type === 'atomic'
    const shown = inner.length > WIDE ? [...inner.slice(0, WIDE - LAST), ...inner.slice(-LAST)] : inner
    if (isOneStep || (node.parent !== undefined && count + shown.length > most)) continue
    count += shown.length
    const between = inner.slice(WIDE - LAST, inner.length - LAST)
    const rest: Spot[] = shown.length < inner.length ? [{ node, as: 'rest' }] : []
    const states = shown.map((child): Spot => ({ node: child, as: 'state' }))
    drawn.set(node, [...states.slice(0, WIDE - LAST), ...rest, ...states.slice(WIDE - LAST)])
    for (const spot of states) spots.set(spot.node, spot)
    for (const child of children) if (isEndOfRegion(child)) spots.set(child, { node, as: 'end' })
    if (rest[0] !== undefined) {
      rests.set(node, between.length)
      for (const child of between) spots.set(child, rest[0])
    }
    line.push(...shown.filter(child => Object.keys(child.states).length > 0))
  }
  return {
    inside: node => drawn.get(node) ?? [],
    restOf: node => rests.get(node) ?? 0,
    foldedIn: node => (drawn.has(node) ? 0 : countIn(node)),
    spotOf: node => {
      for (let at: AnyStateNode | undefined = node; at !== undefined; at = at.parent) {
        if (isAside(at)) return undefined
        const spot = spots.get(at)
        if (spot !== undefined) return spot
      }
      return { node: machine.root, as: 'state' }
    },
  }
}

/** Nothing is folded where a region holds one step alone: it is drawn as that. */
function countIn(node: AnyStateNode): number {
  const inner = Object.values(node.states).filter(child => !isAside(child) && !isEndOfRegion(child))
  const count = inner.reduce((sum, child) => sum + 1 + countIn(child), 0)
  return isRegion(node) && count === 1 ? 0 : count
}

/** Where a compiled workflow waits for an operator: each step has such a state, and it says the same of all. */
const isAside = (node: AnyStateNode): boolean => (node.meta as { kind?: string } | undefined)?.kind === 'held'

const isRegion = (node: AnyStateNode): boolean => node.parent?.type === 'parallel'

const isEndOfRegion = (node: AnyStateNode): boolean =>
  node.type === 'final' && node.parent !== undefined && isRegion(node.parent)
