/** An exploration, printed. Takes what was found and adds nothing. */
import type { AnyStateMachine } from 'xstate'
import { coverageLines } from './coverage-text.ts'
import type { Exploration, ExploredState } from './explored.ts'

type Found<M extends AnyStateMachine> = Omit<Exploration<M>, 'format' | 'toString'>

export function format<M extends AnyStateMachine>(found: Found<M>): string {
  const {
    machine,
    states,
    events,
    hit,
    bounds,
    coverage,
    unreachable,
    deadEnds,
    withoutEnd,
    faults,
    unsupported,
  } = found
  const end =
    hit.length === 0
      ? 'complete'
      : `INCOMPLETE: ${hit.map(bound => `${bound} ${bounds[bound]} hit`).join(', ')}`
  return [
    `${machine}: ${count(states.length, 'state')} by ${count(events, 'event')}, ${end}`,
    '',
    ...coverageLines(coverage),
    ...part(hit.length === 0 ? 'unreachable' : 'not reached within the bounds', unreachable),
    ...part('dead ends', byName(deadEnds)),
    ...part('without a way to the end', byName(withoutEnd ?? [])),
    ...part('faults', [
      ...new Set(
        faults.map(({ from, label, message }) => `${states[from]?.name ?? ''}: ${label}: ${message}`),
      ),
    ]),
    ...part('not explored: no event is given for', unsupported),
    ...part('shortest paths', byName(states)),
  ].join('\n')
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`

function part(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map(line => `  ${line}`)]
}

const wayTo = <M extends AnyStateMachine>({ path }: ExploredState<M>): string =>
  path.length === 0 ? '(from the start)' : path.map(({ label }) => label).join(', ')

/** States that differ in their context only share a line: the one that is nearest, and how many there are. */
function byName<M extends AnyStateMachine>(states: readonly ExploredState<M>[]): string[] {
  const first = new Map<string, ExploredState<M>>()
  const all = new Map<string, number>()
  for (const state of states) {
    if (!first.has(state.name)) first.set(state.name, state)
    all.set(state.name, (all.get(state.name) ?? 0) + 1)
  }
  return [...first].map(([name, state]) => {
    const number = all.get(name) ?? 1
    return `${name}${number === 1 ? '' : ` (${count(number, 'state')})`}: ${wayTo(state)}`
  })
}
