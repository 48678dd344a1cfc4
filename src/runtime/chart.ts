/**
 * Chart: the macrostep of a statechart with nested and parallel states, without the interpreter. XState looks at every active state for
 * every event, so a step costs in proportion to what runs beside it; here an event goes to the states that it is about. It is built
 * from the very machine and gives what XState would give; for what it does not know it steps aside, when it is built. That both agree
 * is a permanent property test over random workflows (test/runtime/chart.test.ts). Why it is worth its lines: ARCHITECTURE.md.
 */
import type { AnyStateMachine } from 'xstate'
import type { Vector } from '../machines/vector.ts'
import type { Command } from '../messages/command.ts'
import { ASIDE, isTrue, perform, type Scope } from './builtins.ts'
import { isBelow, nodesOf, type ChartNode, type ChartNodes, type Way } from './chart-nodes.ts'
import { activeChild, activeIn, ChartSnapshot, isActive, slotsOf } from './chart-snapshot.ts'

interface Event {
  readonly type: string
  readonly data?: unknown
}

export interface Chart {
  /** A snapshot of XState, as the chart has it. */
  adopt(snapshot: {
    readonly value: unknown
    readonly context: unknown
    readonly status: string
  }): ChartSnapshot
  /** One macrostep. Throws what a guard or an action throws; then nothing has happened. */
  step(snapshot: ChartSnapshot, event: Event, scope: Scope, commands: Command[]): ChartSnapshot
}

/** Undefined where the machine has what a chart does not know. */
export function chartOf(machine: AnyStateMachine): Chart | undefined {
  const nodes = known(machine)
  if (nodes === undefined) return undefined
  return {
    adopt: ({ value, context, status }) =>
      new ChartSnapshot(
        machine,
        nodes,
        slotsOf(nodes, value),
        context as object,
        status === 'done' ? 'done' : 'active',
      ),
    step: (snapshot, event, scope, commands) => new Macrostep(machine, snapshot, scope, commands).run(event),
  }
}

function known(machine: AnyStateMachine): ChartNodes | undefined {
  try {
    return nodesOf(machine)
  } catch (reason) {
    if (reason === ASIDE) return undefined
    throw reason
  }
}

class Macrostep {
  readonly #machine: AnyStateMachine
  readonly #start: ChartSnapshot
  readonly #scope: Scope
  readonly #commands: Command[]
  /** Ends of compound and parallel states, which are events of the chart's own. */
  readonly #inner: Event[] = []
  #slots: Vector
  #context: object
  #isDone = false
  #moved = false

  constructor(machine: AnyStateMachine, start: ChartSnapshot, scope: Scope, commands: Command[]) {
    this.#machine = machine
    this.#start = start
    this.#scope = scope
    this.#commands = commands
    this.#slots = start.slots
    this.#context = start.context
  }

  run(event: Event): ChartSnapshot {
    if (this.#start.status !== 'active') return this.#start
    let current = event
    this.#take(this.#chosen(this.#start.nodes.takers(current), current), current)
    for (let count = 1; !this.#isDone; count++) {
      if (count > (this.#machine.options?.maxIterations ?? Number.POSITIVE_INFINITY))
        throw new Error(`more than ${count - 1} steps without coming to rest`)
      const ways = this.#byThemselves(current)
      if (ways.length > 0) {
        this.#take(ways, current)
        continue
      }
      const next = this.#inner.shift()
      if (next === undefined) break
      current = next
      this.#take(this.#chosen(this.#start.nodes.takers(current), current), current)
    }
    if (!this.#moved && this.#context === this.#start.context) return this.#start
    const status = this.#isDone ? 'done' : 'active'
    return new ChartSnapshot(this.#machine, this.#start.nodes, this.#slots, this.#context, status)
  }

  /** The transitions that an event takes: the innermost of each region. */
  #chosen(takers: readonly ChartNode[], event: Event): Way[] {
    const ways: Way[] = []
    const active = takers.filter(node => isActive(node, this.#slots))
    // Inner ones first: in the document they stand after what holds them.
    for (const node of active.toSorted((a, b) => b.order - a.order)) {
      if (ways.some(({ source }) => isBelow(source, node))) continue
      const way = node.ways.get(event.type)?.find(({ test }) => isTrue(test, this.#context, event))
      if (way !== undefined) ways.push(way)
    }
    return withoutConflicts(ways.toReversed())
  }

  /** The transitions that need no event. */
  #byThemselves(event: Event): Way[] {
    const ways: Way[] = []
    const look = (node: ChartNode): boolean => {
      if (!node.movesItself) return false
      const within =
        node.type === 'compound'
          ? look(activeChild(node, this.#slots))
          : node.children.map(look).includes(true)
      if (within) return true
      const way = node.always.find(({ test }) => isTrue(test, this.#context, event))
      if (way !== undefined) ways.push(way)
      return way !== undefined
    }
    look(this.#start.nodes.root)
    return withoutConflicts(ways.toSorted((a, b) => a.source.order - b.source.order))
  }

  #take(ways: readonly Way[], event: Event): void {
    for (const node of this.#left(ways)) this.#perform(node.exit, event)
    for (const { acts } of ways) this.#perform(acts, event)
    for (const node of this.#entered(ways)) this.#enter(node, event)
  }

  /** What is left and acts on it, the last of the document first. */
  #left(ways: readonly Way[]): ChartNode[] {
    const left: ChartNode[] = []
    for (const { domain } of ways) {
      if (domain?.leaves !== true) continue
      for (const node of activeIn(domain, this.#slots))
        if (node !== domain && node.exit.length > 0) left.push(node)
    }
    return left.length < 2 ? left : left.toSorted((a, b) => b.order - a.order)
  }

  /** What is entered, in the order of the document: the way to each target, and what is in it at first. */
  #entered(ways: readonly Way[]): ChartNode[] {
    const entered: ChartNode[] = []
    for (const { target, domain } of ways) {
      if (target === undefined) continue
      const path: ChartNode[] = []
      for (let at = target.parent; at !== undefined && at !== domain; at = at.parent) path.push(at)
      for (const [i, node] of path.entries()) {
        entered.push(node)
        const own = i === 0 ? target : path[i - 1]
        if (node.type === 'parallel')
          for (const region of node.children) if (region !== own) addDefaults(region, entered)
      }
      addDefaults(target, entered)
    }
    return entered.length < 2 ? entered : entered.toSorted((a, b) => a.order - b.order)
  }

  #enter(node: ChartNode, event: Event): void {
    const { parent } = node
    this.#moved = true
    if (parent?.type === 'compound') this.#slots = this.#slots.set(parent.slot, node.place)
    if (node.type === 'parallel') this.#slots = this.#slots.set(node.slot, 0)
    this.#perform(node.entry, event)
    if (node.type === 'final' && parent !== undefined) this.#end(parent)
  }

  /** A compound state has come to its end, and perhaps the parallel state that it is a region of. */
  #end(node: ChartNode): void {
    const holder = node.parent
    this.#inner.push({ type: `xstate.done.state.${node.state.id}` })
    if (holder === undefined) this.#isDone = true
    if (holder?.type !== 'parallel') return
    const ended = this.#slots.get(holder.slot) + 1
    this.#slots = this.#slots.set(holder.slot, ended)
    if (ended === holder.children.length) this.#inner.push({ type: `xstate.done.state.${holder.state.id}` })
  }

  #perform(acts: ChartNode['entry'], event: Event): void {
    if (acts.length === 0) return
    this.#context = perform(this.#machine, acts, this.#context, event, this.#scope, this.#commands)
  }
}

/** A node, and what of it is active at first. */
function addDefaults(node: ChartNode, into: ChartNode[]): void {
  into.push(node)
  if (node.initial !== undefined) addDefaults(node.initial, into)
  else if (node.type === 'parallel') for (const region of node.children) addDefaults(region, into)
}

/** Of two that leave the same states, the first of the document; but an inner one goes before what holds it. */
function withoutConflicts(ways: Way[]): Way[] {
  if (ways.length < 2) return ways
  const kept = new Set<Way>()
  for (const way of ways) {
    const against = [...kept].filter(other => conflicts(way, other))
    if (against.some(other => !isBelow(way.source, other.source))) continue
    for (const other of against) kept.delete(other)
    kept.add(way)
  }
  return [...kept]
}

function conflicts({ domain: a }: Way, { domain: b }: Way): boolean {
  if (a === undefined || b === undefined) return false
  return a === b || isBelow(a, b) || isBelow(b, a)
}
