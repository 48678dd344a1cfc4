/**
 * Chart snapshot: where a statechart stands, as persistent numbers: so a step of one region costs the same however many run beside
 * it. It reads like XState's own snapshot; what of that is large (the value, the list of active nodes) is made when somebody looks.
 */
import type { AnyStateMachine } from 'xstate'
import { Vector } from '../machines/vector.ts'
import type { ChartNode, ChartNodes } from './chart-nodes.ts'

export class ChartSnapshot {
  readonly status: 'active' | 'done'
  readonly context: object
  /** Of each compound node, which child is active; of each parallel one, how many regions have ended. */
  readonly slots: Vector
  readonly machine: AnyStateMachine
  readonly nodes: ChartNodes
  readonly children = {}
  readonly historyValue = {}
  readonly output = undefined
  readonly error = undefined
  #value: unknown

  constructor(
    machine: AnyStateMachine,
    nodes: ChartNodes,
    slots: Vector,
    context: object,
    status: 'active' | 'done',
  ) {
    this.machine = machine
    this.nodes = nodes
    this.slots = slots
    this.context = context
    this.status = status
  }

  /** The value of XState: nested keys. */
  get value(): unknown {
    this.#value ??= valueOf(this.nodes.root, this.slots)
    return this.#value
  }

  /** Every active node, as XState has them. */
  get _nodes(): readonly unknown[] {
    const found: unknown[] = []
    for (const node of activeIn(this.nodes.root, this.slots)) found.push(node.state)
    return found
  }
}

/** The active child of a compound node. */
export const activeChild = (node: ChartNode, slots: Vector): ChartNode =>
  node.children[slots.get(node.slot)] as ChartNode

export function isActive(node: ChartNode, slots: Vector): boolean {
  for (let at = node; at.parent !== undefined; at = at.parent)
    if (at.parent.type === 'compound' && slots.get(at.parent.slot) !== at.place) return false
  return true
}

/** The node and what is active below it, in the order of the document. */
export function* activeIn(node: ChartNode, slots: Vector): Generator<ChartNode> {
  yield node
  if (node.type === 'compound') yield* activeIn(activeChild(node, slots), slots)
  else if (node.type === 'parallel') for (const region of node.children) yield* activeIn(region, slots)
}

/** A parallel state with more regions than these is wide. */
const NARROW = 8

/** XState's value of a node: the key of a leaf, else an object of what is active in it. */
function valueOf(node: ChartNode, slots: Vector): unknown {
  if (node.type === 'parallel') return objectOf(node.children, slots)
  const child = activeChild(node, slots)
  return child.type === 'atomic' || child.type === 'final' ? child.key : objectOf([child], slots)
}

/** What is wide is made when it is looked at: to tell the name of a state, nobody looks. */
function objectOf(nodes: readonly ChartNode[], slots: Vector): object {
  const value: Record<string, unknown> = {}
  for (const node of nodes) {
    if (node.type !== 'parallel' || node.children.length <= NARROW) value[node.key] = valueOf(node, slots)
    else
      Object.defineProperty(value, node.key, {
        enumerable: true,
        configurable: true,
        get: () => valueOf(node, slots),
      })
  }
  return value
}

/** Slots out of a value of XState, such as a checkpoint holds. */
export function slotsOf({ root, slots }: ChartNodes, value: unknown): Vector {
  const numbers = Array.from({ length: slots }, () => 0)
  const read = (node: ChartNode, part: unknown): void => {
    if (node.type === 'compound') {
      const key = typeof part === 'string' ? part : (Object.keys(part as object)[0] ?? '')
      const child = node.children.find(one => one.key === key) as ChartNode
      numbers[node.slot] = child.place
      if (typeof part !== 'string') read(child, (part as Record<string, unknown>)[key])
      else if (child.type !== 'atomic' && child.type !== 'final') read(child, undefined)
    } else if (node.type === 'parallel') {
      for (const region of node.children) read(region, (part as Record<string, unknown>)[region.key])
      numbers[node.slot] = node.children.filter(region => hasEnded(region, numbers)).length
    }
  }
  read(root, value)
  return Vector.from(numbers)
}

const hasEnded = (region: ChartNode, numbers: readonly number[]): boolean =>
  region.type === 'compound' && region.children[numbers[region.slot] ?? 0]?.type === 'final'
