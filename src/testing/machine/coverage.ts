/**
 * Coverage: which states and transitions of a machine were met, and how often. Counts only; what a gap means is for others
 * to say.
 */
import type { AnyStateMachine } from 'xstate'
import { nodesOf, transitionName, transitionsOf, type ChartNode, type ChartTransition } from './chart.ts'
import type { Stepped } from './step.ts'

export interface CoveredState {
  /** The id of the state node, as in the machine. */
  readonly id: string
  /** Steps that led to it, passed it or stayed in it. */
  readonly count: number
  readonly covered: boolean
}

export interface CoveredTransition {
  /** `running: task.failed [mayRetry] → retrying` */
  readonly name: string
  /** Id of the state node that declares it. */
  readonly source: string
  /** The type as declared, `xstate.after...` and the like included; empty for an eventless one. */
  readonly event: string
  readonly count: number
  readonly covered: boolean
}

export interface MachineCoverage {
  readonly states: readonly CoveredState[]
  readonly transitions: readonly CoveredTransition[]
}

export class CoverageCount {
  readonly #machine: AnyStateMachine
  readonly #nodes = new Map<ChartNode, number>()
  readonly #transitions = new Map<ChartTransition, number>()

  constructor(machine: AnyStateMachine) {
    this.#machine = machine
  }

  add({ taken, passed }: Pick<Stepped, 'taken' | 'passed'>): void {
    const met = new Set(passed)
    for (const transition of taken) {
      count(this.#transitions, transition)
      for (let node: ChartNode | undefined = transition.source; node !== undefined; node = node.parent)
        met.add(node)
      // A history node is never active: it is met where it is aimed at.
      for (const target of transition.target ?? []) if (target.type === 'history') met.add(target)
    }
    for (const node of met) {
      const [first] = node.type === 'compound' ? node.initial.target : []
      if (first?.type === 'history') count(this.#nodes, first)
      count(this.#nodes, node)
    }
  }

  result(): MachineCoverage {
    const nodes = nodesOf(this.#machine)
    return {
      states: nodes.map(node => ({ id: node.id, ...counted(this.#nodes.get(node)) })),
      transitions: nodes.flatMap(transitionsOf).map(transition => ({
        name: transitionName(transition),
        source: transition.source.id,
        event: transition.eventType,
        ...counted(this.#transitions.get(transition)),
      })),
    }
  }
}

const counted = (times = 0): { count: number; covered: boolean } => ({ count: times, covered: times > 0 })

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
