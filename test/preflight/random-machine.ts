/** Machines drawn at random: a tree of states and transitions between them, as data, so that what fails shrinks to a small one. */
import * as fc from 'fast-check'
import { createMachine, type AnyStateMachine } from 'xstate'

export const EVENTS = ['A', 'B', 'C'] as const
const TRIGGERS = [...EVENTS, '*', 'always', 'after', 'done'] as const

export interface Shape {
  readonly states: readonly StateShape[]
  readonly arrows: readonly Arrow[]
}
interface StateShape {
  /** Of those before it. */
  readonly parent: number
  readonly leaf: 'atomic' | 'final' | 'history'
  readonly deep: boolean
  readonly parallel: boolean
}
export interface Arrow {
  readonly from: number
  readonly on: (typeof TRIGGERS)[number]
  readonly to: number
  readonly guarded: boolean
  readonly reenter: boolean
}

export interface Node {
  readonly index: number
  readonly parent: Node | undefined
  readonly children: Node[]
  readonly shape: StateShape
  type: 'atomic' | 'final' | 'history' | 'compound' | 'parallel'
}

/** `simple`: nothing runs in parallel, and nothing is remembered. */
export const shapes = (simple: boolean): fc.Arbitrary<Shape> => {
  const leaf = simple
    ? fc.constantFrom('atomic' as const, 'final' as const)
    : fc.constantFrom('atomic' as const, 'atomic' as const, 'final' as const, 'history' as const)
  return fc.record({
    states: fc.array(
      fc.record({
        parent: fc.nat(8),
        leaf,
        deep: fc.boolean(),
        parallel: simple ? fc.constant(false) : fc.boolean(),
      }),
      { minLength: 2, maxLength: 10 },
    ),
    arrows: fc.array(
      fc.record({
        from: fc.nat(10),
        on: fc.constantFrom(...TRIGGERS),
        to: fc.nat(10),
        guarded: fc.boolean(),
        reenter: fc.boolean(),
      }),
      { maxLength: 14 },
    ),
  })
}

/** The tree, with the sort of each state; the first is the root. */
export function treeOf({ states }: Shape): Node[] {
  const nodes: Node[] = []
  for (const [index, shape] of states.entries()) {
    const parent = index === 0 ? undefined : nodes[shape.parent % index]
    const node: Node = { index, parent, children: [], shape, type: shape.leaf }
    nodes.push(node)
    parent?.children.push(node)
  }
  for (const node of nodes) {
    if (node.children.length > 0) node.type = node.shape.parallel ? 'parallel' : 'compound'
    // A state has to begin somewhere, and the root is none that is over or remembered.
    else if (node.parent === undefined) node.type = 'atomic'
  }
  for (const { children } of nodes)
    if (children.length > 0 && children.every(child => child.type === 'history'))
      for (const child of children) child.type = 'atomic'
  return nodes
}

/** Arrows that can be there: from a state that can have some, to one that is not the root. */
export function arrowsOf({ arrows }: Shape, nodes: readonly Node[]): Arrow[] {
  return arrows.flatMap(arrow => {
    const from = nodes[arrow.from % nodes.length]
    const to = nodes[1 + (arrow.to % (nodes.length - 1))]
    if (from === undefined || to === undefined || from.type === 'final' || from.type === 'history') return []
    // A state that is always left for itself never comes to rest.
    return [{ ...arrow, from: from.index, to: to.index }]
  })
}

export const firstOf = ({ children }: Node): Node | undefined =>
  children.find(child => child.type !== 'history')

/** `holds` says how the guard of an arrow turns out, each time. */
export function machineOf(shape: Shape, holds: (arrow: Arrow) => boolean = () => true): AnyStateMachine {
  const nodes = treeOf(shape)
  const arrows = arrowsOf(shape, nodes)
  const config = (node: Node): Record<string, unknown> => {
    const own = (on: string): unknown[] =>
      arrows
        .filter(arrow => arrow.from === node.index && arrow.on === on)
        .map(arrow => ({
          target: `#n${arrow.to}`,
          reenter: arrow.reenter,
          ...(arrow.guarded ? { guard: () => holds(arrow) } : {}),
        }))
    return {
      id: `n${node.index}`,
      meta: {},
      ...(node.type === 'history' ? { type: 'history', history: node.shape.deep ? 'deep' : 'shallow' } : {}),
      ...(node.type === 'final' || node.type === 'parallel' ? { type: node.type } : {}),
      ...(node.type === 'compound' ? { initial: `s${firstOf(node)?.index}` } : {}),
      ...(node.children.length > 0
        ? { states: Object.fromEntries(node.children.map(child => [`s${child.index}`, config(child)])) }
        : {}),
      ...(node.type === 'final' || node.type === 'history'
        ? {}
        : {
            on: Object.fromEntries(
              [...EVENTS, '*']
                .map(event => [event, own(event)] as const)
                .filter(([, list]) => list.length > 0),
            ),
            always: own('always'),
            ...(own('after').length > 0 ? { after: { 10: own('after') } } : {}),
            ...(own('done').length > 0 ? { onDone: own('done') } : {}),
          }),
    }
  }
  const [root] = nodes
  return createMachine({
    ...(root && config(root)),
    options: { maxIterations: 50 },
  } as never) as AnyStateMachine
}
