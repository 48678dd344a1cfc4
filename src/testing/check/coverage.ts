/** Coverage: which states and transitions of the machines the cases of a check reached, and which never. It reads signals only. */
import type { AnyStateMachine, AnyStateNode } from 'xstate'
import type { AnyWorkflow } from '../../actors/workflow.ts'
import { taskMachine } from '../../machines/task.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Watcher } from '../host/watcher.ts'
import { withChildren } from '../invariants/known.ts'

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

  /** What each run of the present case runs. */
  readonly #runs = new Map<string, string>()
  readonly #charts: ReadonlyMap<string, Chart>
  readonly #main: string

  constructor(workflow: AnyWorkflow) {
    this.#charts = new Map(
      withChildren([workflow]).map((each, index) => [
        index === 0 ? 'workflow' : `workflow ${each.name}`,
        phasesOf(each.machine),
      ]),
    )
    this.#main = workflow.name
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
        const chart = this.#chart(of)
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

  #chart(of: string): Chart {
    return this.#charts.get(of) ?? TASK
  }

  #see({ to, type, data, fromState, toState, refused }: Signal): void {
    if (refused !== null || toState === null) return
    if (type === 'task.create') this.#names.set(to, (data as { task: string }).task)
    if (type === 'workflow.start') this.#runs.set(to, (data as { workflow: string }).workflow)
    const run = this.#runs.get(to) ?? this.#main
    const of = to.startsWith('workflow/')
      ? run === this.#main
        ? 'workflow'
        : `workflow ${run}`
      : to.startsWith('task/')
        ? `task ${this.#names.get(to)}`
        : ''
    if (of === '') return
    const visits = this.#visits.get(of) ?? { states: new Set<string>(), transitions: new Set<string>() }
    this.#visits.set(of, visits)
    visits.states.add(toState)
    if (fromState !== toState) visits.transitions.add(`${fromState ?? this.#chart(of).first} → ${toState}`)
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

/** Of a compiled workflow: its phases, and that it is held or paused in one, as its runs say of themselves. */
function phasesOf(machine: AnyStateMachine): Chart {
  const first = machine.root.initial.target[0]?.key ?? ''
  const states = new Set<string>()
  const arrows = new Set<string>()
  const line: AnyStateNode[] = Object.values(machine.root.states) as AnyStateNode[]
  // Grows while it is walked.
  for (const node of line) {
    line.push(...(Object.values(node.states) as AnyStateNode[]))
    const from = phaseOf(node)
    if (from !== first) states.add(from)
    for (const { target } of [...[...node.transitions.values()].flat(), ...(node.always ?? [])])
      for (const to of target ?? []) if (phaseOf(to) !== from) arrows.add(`${from} → ${phaseOf(to)}`)
  }
  return { first, states: [...states], transitions: [...arrows] }
}

function phaseOf(node: AnyStateNode): string {
  if ((node.meta as { readonly kind?: string } | undefined)?.kind === 'held') return 'held'
  if (node.path[1] === 'control' && node.key === 'paused') return 'paused'
  return node.path[0] ?? ''
}

const TASK = chartOf(taskMachine)

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
