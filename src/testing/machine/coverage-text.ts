/** A coverage, printed: as a map, and in two lines. Counts nothing. */
import type { MachineCoverage } from './coverage.ts'

/** The map: a line for every state and transition, `+` where it was met and how often, `-` where not. */
export function coverageLines({ states, transitions }: MachineCoverage): string[] {
  const lines = (
    what: string,
    all: readonly { readonly covered: boolean; readonly count: number; readonly name: string }[],
  ): string[] => {
    const met = all.filter(({ covered }) => covered).length
    const width = Math.max(0, ...all.map(({ name }) => name.length))
    return [
      `${what}: ${met} of ${all.length}`,
      ...all.map(
        ({ name, covered, count }) =>
          `  ${covered ? '+' : '-'} ${covered ? `${name.padEnd(width)}  ${count}` : name}`,
      ),
    ]
  }
  return [
    ...lines(
      'states',
      states.map(state => ({ ...state, name: state.id })),
    ),
    ...lines('transitions', transitions),
  ]
}

/** In two lines: how much, and what is missing. */
export function coverageSummary({ states, transitions }: MachineCoverage): string[] {
  const line = (
    what: string,
    all: readonly { readonly covered: boolean }[],
    missing: readonly string[],
  ): string =>
    `${what}: ${all.length - missing.length} of ${all.length}${missing.length === 0 ? '' : `, without ${missing.join('; ')}`}`
  return [
    line(
      'states',
      states,
      states.filter(({ covered }) => !covered).map(({ id }) => id),
    ),
    line(
      'transitions',
      transitions,
      transitions.filter(({ covered }) => !covered).map(({ name }) => name),
    ),
  ]
}
