/** Coverage: which states and transitions of the machines the cases of a check reached, and which never. It reads signals only. */
import type { AnyStateMachine, AnyStateNode } from 'xstate'
import { graphMachine } from '../../machines/graph.ts'
import { taskMachine } from '../../machines/task.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Watcher } from '../host/watcher.ts'

export interface Covered {
  /** What it is of: `workflow`, or `task charge`. */
  readonly of: string
  readonly states: { readonly reached: readonly string[]; readonly never: readonly string[] }
  /** As `running → completed`; each counted once, whatever event it was. */
  readonly transitions: { readonly taken: readonly string[]; readonly never: readonly string[] }
}

export class Coverage {
  readonly watcher: Watcher
  readonly #visits = new Map<string, { states: Set<string>; transitions: Set<string> }>()
  /** The name of the task at an address; of the present case. */
  readonly #names = new Map<string, string>()

  constructor() {
    this.watcher = {
      durable: ({ signals }) => {
        for (const signal of signals) this.#see(signal)
      },
    }
  }

  report(): Covered[] {
    return [...this.#visits]
      .toSorted(([a], [b]) => (a < b ? 1 : -1))
      .map(([of, { states, transitions }]) => {
        const chart = chartFor(of)
        return {
          of,
          states: { reached: [...states].toSorted(), never: missing(chart.states, states) },
          transitions: {
            taken: [...transitions].toSorted(),
            never: missing(chart.transitions, transitions),
          },
        }
      })
  }

  #see({ to, type, data, fromState, toState, refused }: Signal): void {
    if (refused !== null || toState === null) return
    if (type === 'task.create') this.#names.set(to, (data as { task: string }).task)
    const of = to.startsWith('workflow/')
      ? 'workflow'
      : to.startsWith('task/')
        ? `task ${this.#names.get(to)}`
        : ''
    if (of === '') return
    const visits = this.#visits.get(of) ?? { states: new Set<string>(), transitions: new Set<string>() }
    this.#visits.set(of, visits)
    visits.states.add(toState)
    if (fromState !== toState) visits.transitions.add(`${fromState ?? chartFor(of).first} → ${toState}`)
  }
}

interface Chart {
  readonly first: string
  readonly states: readonly string[]
  readonly transitions: readonly string[]
}

/** Of a flat machine: its states but the first, which nobody sees, and what leads from one to another. */
function chartOf(machine: AnyStateMachine): Chart {
  const nodes = Object.values(machine.root.states) as AnyStateNode[]
  const first = machine.root.initial.target[0]?.key ?? ''
  const arrows = nodes.flatMap(node =>
    [...[...node.transitions.values()].flat(), ...(node.always ?? [])].flatMap(({ target }) =>
      (target ?? []).map(to => `${node.key} → ${to.key}`),
    ),
  )
  return {
    first,
    states: nodes.map(({ key }) => key).filter(key => key !== first),
    transitions: [...new Set(arrows)],
  }
}

const CHARTS = { workflow: chartOf(graphMachine), task: chartOf(taskMachine) }

const chartFor = (of: string): Chart => (of === 'workflow' ? CHARTS.workflow : CHARTS.task)

const missing = (all: readonly string[], seen: ReadonlySet<string>): string[] =>
  all.filter(name => !seen.has(name)).toSorted()

/** Two lines for each machine. */
export function formatCoverage(covered: readonly Covered[]): string {
  return covered
    .map(({ of, states, transitions }) => {
      const all = states.reached.length + states.never.length
      const ways = transitions.taken.length + transitions.never.length
      const never = states.never.length === 0 ? '' : `; never ${states.never.join(', ')}`
      return `${of}: ${states.reached.length} of ${all} states${never}; ${transitions.taken.length} of ${ways} transitions`
    })
    .join('\n')
}
