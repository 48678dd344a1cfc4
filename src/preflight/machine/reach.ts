/**
 * Reach: which states of a machine can be entered at all, from its start, whatever its guards say and whatever happens. Exact where
 * nothing runs in parallel and nothing is remembered; else it may take a state for reachable that is not, and never the other way.
 * One pass over the machine: events that a leaf leaves to the states around it are looked at once for all such leaves.
 */
import type { AnyStateNode, AnyTransitionDefinition } from 'xstate'
import {
  isCertain,
  isIn,
  kept,
  live,
  parentOf,
  partsOf,
  sharedBy,
  targetsOf,
  transitionsOf,
  upwards,
  type Chart,
} from './chart.ts'
import { covers, doneOf, endedState, eventName } from './descriptors.ts'
import {
  alwaysTaken,
  domainOf,
  enteredAnew,
  enteredBy,
  enteredByDefault,
  isLeftAtOnce,
  type Entered,
} from './entering.ts'
import { link, vertexOf, type Vertex } from './vertex.ts'

export interface Reach {
  /** By the state; every leaf that can be entered. */
  readonly leaves: ReadonlyMap<AnyStateNode, Vertex>
  /** Every state that can be entered, with the leaf by which it first is. */
  readonly entered: ReadonlyMap<AnyStateNode, Vertex>
  /** The leaves with which the machine ends. */
  readonly ends: ReadonlySet<Vertex>
  /** History states that something leads to. */
  readonly histories: ReadonlyMap<AnyStateNode, Vertex>
  /** The states whose end can come. */
  readonly completed: ReadonlySet<AnyStateNode>
}

export function reachOf(chart: Chart): Reach {
  return new Exploration(chart).run()
}

class Exploration implements Reach {
  readonly leaves = new Map<AnyStateNode, Vertex>()
  readonly entered = new Map<AnyStateNode, Vertex>()
  readonly ends = new Set<Vertex>()
  readonly histories = new Map<AnyStateNode, Vertex>()
  readonly completed = new Set<AnyStateNode>()
  readonly #chart: Chart
  readonly #shared = new Map<AnyStateNode, Vertex>()
  /** What one region does that ends all of them, by the parallel state. */
  readonly #beside = new Map<AnyStateNode, Vertex>()
  /** Descriptors of a state and all around it. */
  readonly #above = new Map<AnyStateNode, ReadonlySet<string>>()
  /** Final leaves in the regions of parallel states, which may come to their end later. */
  readonly #finals = new Map<AnyStateNode, Vertex[]>()
  readonly #queue: Vertex[] = []

  constructor(chart: Chart) {
    this.#chart = chart
  }

  run(): this {
    this.#arrive(enteredByDefault(this.#chart.root), undefined, undefined)
    do {
      for (let at = this.#queue.shift(); at !== undefined; at = this.#queue.shift()) this.#look(at)
    } while (this.#remember())
    this.#tie()
    return this
  }

  #look(leaf: Vertex): void {
    const { node } = leaf
    const outer = parentOf(node)
    // With a final state at the top all is over; with the last of several regions only then.
    if (node.type === 'final' && outer?.type === 'compound' && outer.parent === undefined)
      return this.#end(leaf)
    for (const transition of alwaysTaken(node)) this.#take(leaf, transition)
    // It is gone from here before any event comes; in a region it may be held back by what happens beside it.
    if (isLeftAtOnce(node) && sharedBy(node) === undefined) return
    if (node.type === 'final') this.#end(leaf)
    this.#hear(leaf, node, [])
    this.#pass(leaf, parentOf(node), kept(node))
  }

  /** What a state does with events, but for those that something in it has kept for itself. */
  #hear(from: Vertex, node: AnyStateNode, taken: readonly string[]): void {
    for (const [descriptor, list] of transitionsOf(node)) {
      const state = endedState(descriptor)
      if (state !== undefined && this.#chart.byId.has(state)) continue
      if (taken.some(each => covers(each, descriptor))) continue
      for (const transition of live(list)) this.#take(from, transition)
    }
  }

  /** The same of all states around: by the vertex that others share, as soon as nothing differs. */
  #pass(from: Vertex, outer: AnyStateNode | undefined, taken: readonly string[]): void {
    const all = [...taken]
    for (const node of upwards(outer)) {
      if (!this.#differs(node, all)) {
        const shared = this.#sharedOf(node, from)
        if (shared.to.size > 0) link(from, shared)
        return
      }
      this.#hear(from, node, all)
      all.push(...kept(node))
    }
  }

  #differs(node: AnyStateNode, taken: readonly string[]): boolean {
    const above = this.#descriptorsFrom(node)
    return taken.some(each =>
      each.endsWith('*') ? [...above].some(other => covers(each, other)) : above.has(each),
    )
  }

  #descriptorsFrom(node: AnyStateNode): ReadonlySet<string> {
    const known = this.#above.get(node)
    if (known !== undefined) return known
    const outer = parentOf(node)
    const around = outer === undefined ? new Set<string>() : this.#descriptorsFrom(outer)
    const own = transitionsOf(node)
    const all = own.size === 0 ? around : new Set([...around, ...own.keys()])
    this.#above.set(node, all)
    return all
  }

  #sharedOf(node: AnyStateNode, from: Vertex): Vertex {
    const known = this.#shared.get(node)
    if (known !== undefined) return known
    const shared = vertexOf('shared', node, { vertex: from, event: undefined })
    this.#shared.set(node, shared)
    this.#hear(shared, node, [])
    this.#pass(shared, parentOf(node), kept(node))
    return shared
  }

  #take(from: Vertex, transition: AnyTransitionDefinition): void {
    if (targetsOf(transition).length === 0) return
    const entered = enteredBy(transition)
    this.#arrive(entered, from, eventName(String(transition.eventType)))
    // A transition that leaves a parallel state ends what runs in its other regions as well.
    const domain = domainOf(transition)
    for (const outer of upwards(parentOf(transition.source as AnyStateNode))) {
      if (outer.type === 'parallel' && (domain === undefined || isIn(outer, domain)))
        this.#arrive(entered, this.#besideOf(outer, from), undefined)
    }
  }

  #besideOf(parallel: AnyStateNode, from: Vertex): Vertex {
    const known = this.#beside.get(parallel)
    if (known !== undefined) return known
    const beside = vertexOf('beside', parallel, { vertex: from, event: undefined })
    this.#beside.set(parallel, beside)
    return beside
  }

  #arrive({ leaves, histories }: Entered, from: Vertex | undefined, event: string | undefined): void {
    const cause = from && { vertex: from, event }
    for (const node of leaves) {
      const leaf = this.leaves.get(node) ?? this.#enter(node, cause)
      if (from !== undefined) link(from, leaf)
    }
    for (const node of histories) {
      const known = this.histories.get(node)
      const history = known ?? vertexOf('history', node, cause)
      this.histories.set(node, history)
      if (from !== undefined) link(from, history)
      if (known === undefined) this.#arrive(enteredAnew(node), history, undefined)
    }
  }

  #enter(node: AnyStateNode, cause: Vertex['cause']): Vertex {
    const leaf = vertexOf('leaf', node, cause)
    this.leaves.set(node, leaf)
    for (const each of upwards(node)) {
      if (this.entered.has(each)) break
      this.entered.set(each, leaf)
    }
    this.#queue.push(leaf)
    return leaf
  }

  /** A final leaf ends the state that it is in, and with the last of its regions a parallel one. */
  #end(leaf: Vertex): void {
    const outer = parentOf(leaf.node)
    const part = outer?.type === 'compound' ? outer : leaf.node
    if (part !== leaf.node) this.#complete(part, [leaf])
    else this.completed.add(part)
    let ending: readonly Vertex[] = [leaf]
    for (let around = parentOf(part); around?.type === 'parallel'; around = parentOf(around)) {
      const finals = this.#finals.get(around) ?? []
      this.#finals.set(around, finals)
      finals.push(...ending)
      if (!partsOf(around).every(region => this.completed.has(region))) return
      if (!this.completed.has(around)) ending = finals
      this.#complete(around, ending)
    }
  }

  #complete(node: AnyStateNode, finals: readonly Vertex[]): void {
    this.completed.add(node)
    for (const leaf of finals) {
      if (node === this.#chart.root) this.ends.add(leaf)
      else this.#raise(leaf, doneOf(node.id))
    }
  }

  /** One event that the machine itself raises. */
  #raise(leaf: Vertex, event: string): void {
    for (const node of upwards(leaf.node)) {
      const fitting = [...transitionsOf(node)].filter(([descriptor]) => covers(descriptor, event))
      for (const [, list] of fitting) for (const transition of live(list)) this.#take(leaf, transition)
      if (fitting.some(([, list]) => isCertain(list))) return
    }
  }

  /** A shallow history remembers states, which are then entered by their first one. Is there anything new? */
  #remember(): boolean {
    for (const history of this.histories.values())
      for (const node of partsOf(parentOf(history.node) as AnyStateNode))
        if (history.node.history === 'shallow' && this.entered.has(node))
          this.#arrive(enteredByDefault(node), history, undefined)
    return this.#queue.length > 0
  }

  /** Edges that make nothing reachable, and say from where else an end can be reached. */
  #tie(): void {
    const deep = [...this.histories.values()].filter(({ node }) => node.history === 'deep')
    const remembering = new Map(deep.map(history => [parentOf(history.node), history]))
    for (const leaf of this.leaves.values())
      for (const outer of upwards(parentOf(leaf.node))) {
        const history = remembering.get(outer)
        if (history !== undefined) link(history, leaf)
        if (outer.type === 'parallel') this.#touch(leaf, outer)
      }
  }

  /** What happens in the other regions may end this one. */
  #touch(leaf: Vertex, parallel: AnyStateNode): void {
    const beside = this.#besideOf(parallel, leaf)
    const shared = this.#shared.get(parallel)
    if (shared !== undefined && shared.to.size > 0) link(beside, shared)
    if (beside.to.size > 0) link(leaf, beside)
  }
}
