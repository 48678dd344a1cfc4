/**
 * Conclude: what the states that were found say about the machine: paths, dead ends, what was not reached. Steps no machine.
 */
import type { AnyStateMachine, ContextFrom, StateValueFrom } from 'xstate'
import { canEnd, nameOf, rootOf } from './chart.ts'
import type { MachineCoverage } from './coverage.ts'
import type {
  Bound,
  Exploration,
  ExploredState,
  ExploredTransition,
  MachineFault,
  PathStep,
} from './explored.ts'
import { format } from './format.ts'
import { isOver, type Position } from './position.ts'
import type { Input } from './children.ts'

/** A state while the search goes on. */
export interface Kept {
  readonly index: number
  readonly position: Position
  readonly identity: string
  readonly depth: number
  /** How it was reached first. */
  readonly by: { readonly from: Kept; readonly input: Input } | undefined
  /** Everything that may happen in it was tried. */
  tried: boolean
  /** Something of it changed the state, or asked for an action. */
  moves: boolean
}

export interface Searched {
  readonly machine: AnyStateMachine
  readonly kept: readonly Kept[]
  readonly transitions: readonly ExploredTransition[]
  readonly coverage: MachineCoverage
  readonly faults: readonly MachineFault[]
  readonly bounds: Readonly<Record<Bound, number>>
  readonly hit: readonly Bound[]
  readonly events: number
  readonly unsupported: readonly string[]
}

export function conclude<M extends AnyStateMachine>(searched: Searched): Exploration<M> {
  const { machine, kept, transitions, coverage, faults, bounds, hit, events, unsupported } = searched
  const complete = hit.length === 0
  const states = statesOf<M>(machine, kept)
  const pick = (indices: ReadonlySet<number>): ExploredState<M>[] =>
    states.filter(({ index }) => indices.has(index))
  const found = {
    machine: machine.id,
    complete,
    bounds,
    hit,
    events,
    states,
    transitions,
    coverage,
    unreachable: coverage.states.filter(({ covered }) => !covered).map(({ id }) => id),
    deadEnds: pick(new Set(kept.filter(one => one.tried && !one.moves).map(({ index }) => index))),
    withoutEnd: complete && canEnd(rootOf(machine)) ? pick(withoutEnd(kept, transitions)) : undefined,
    faults,
    unsupported,
  }
  const text = (): string => format<M>(found)
  return { ...found, format: text, toString: text }
}

function statesOf<M extends AnyStateMachine>(
  machine: AnyStateMachine,
  kept: readonly Kept[],
): ExploredState<M>[] {
  const paths: PathStep[][] = []
  return kept.map(({ index, by, position: { snapshot } }) => {
    // Who led to it was kept before it.
    const path =
      by === undefined
        ? []
        : [...(paths[by.from.index] ?? []), { label: by.input.label, event: by.input.event }]
    paths.push(path)
    return {
      index,
      name: nameOf(machine, snapshot),
      value: snapshot.value as StateValueFrom<M>,
      context: snapshot.context as ContextFrom<M>,
      status: snapshot.status,
      path,
    }
  })
}

function withoutEnd(kept: readonly Kept[], transitions: readonly ExploredTransition[]): Set<number> {
  const into: number[][] = kept.map(() => [])
  for (const { from, to } of transitions) if (to !== undefined) into[to]?.push(from)
  const ended = kept.filter(({ position }) => position.snapshot.status === 'done')
  const ends = new Set(ended.map(({ index }) => index))
  // Grows while it is walked: backwards from every end.
  for (const index of ends) for (const from of into[index] ?? []) ends.add(from)
  const never = kept.filter(({ index, position }) => !isOver(position) && !ends.has(index))
  return new Set(never.map(({ index }) => index))
}
