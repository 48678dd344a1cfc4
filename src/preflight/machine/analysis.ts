/** Analysis: what the rules for machines look at: the states, and what was found out of them once for all rules. */
import type { AnyStateMachine, AnyStateNode } from 'xstate'
import { chartOf, nameOf, type Chart } from './chart.ts'
import { isLeftAtOnce } from './entering.ts'
import { reachOf, type Reach } from './reach.ts'
import { wayTo } from './vertex.ts'

export interface Analysis extends Chart {
  readonly reach: Reach
  /** Leaves in which it can stand and wait: they are reached, not final, and not left at once. */
  readonly resting: readonly AnyStateNode[]
  /** The shortest way to a state that can be reached; of one that contains others, to the first of those. */
  readonly way: (node: AnyStateNode) => readonly string[]
}

export function analyse(machine: AnyStateMachine): Analysis {
  const chart = chartOf(machine)
  const reach = reachOf(chart)
  const start = reach.leaves.keys().next().value ?? chart.root
  return {
    ...chart,
    reach,
    resting: [...reach.leaves.keys()].filter(node => node.type !== 'final' && !isLeftAtOnce(node)),
    way: node => {
      const leaf = reach.entered.get(node)
      return leaf === undefined ? [] : wayTo(leaf, nameOf(start))
    },
  }
}
