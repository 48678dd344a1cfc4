/** What an exploration gives back: the shapes of its options and its result. Types only. */
import type {
  AnyStateMachine,
  ContextFrom,
  EventObject,
  InputFrom,
  SnapshotFrom,
  StateValueFrom,
} from 'xstate'
import type { MachineCoverage } from './coverage.ts'
import type { EventOptions } from './payloads.ts'
import type { Invoked } from './children.ts'

export interface ExploreOptions<M extends AnyStateMachine> extends EventOptions {
  readonly input?: InputFrom<M>
  /**
   * How invoked and spawned actors may end, by their `src` or their id; they are never run. Default: where the machine
   * handles it, done without output and an `Error`.
   */
  readonly invoked?: Invoked
  /** Seeded samples of each schema or arbitrary, next to at most twice as many on its boundaries. Default 4. */
  readonly samples?: number
  /** Of the samples. Default 1. */
  readonly seed?: number
  /**
   * Two snapshots with the same text are one state. Default: value, history and context as JSON. Give one that leaves
   * out what grows or does not matter (counters, times). Armed timers and children are told apart in any case.
   */
  readonly identity?: (snapshot: SnapshotFrom<M>) => string
  /** States kept. Default 1,000. */
  readonly maxStates?: number
  /** Events from the first state. Default: no bound. */
  readonly maxDepth?: number
  /** Events sent in all. Default 100,000. */
  readonly maxEvents?: number
}

export type Bound = 'maxStates' | 'maxDepth' | 'maxEvents'

export interface PathStep {
  /** `pay {"amount":1}`, `after 1000 (light.green)`, `done load {"id":7}` */
  readonly label: string
  /** As it was sent, and as a real actor can be sent it. */
  readonly event: EventObject
}

export interface ExploredState<M extends AnyStateMachine> {
  /** Its place in `states`; the first state is 0. */
  readonly index: number
  /** `a.b`, and `a.b|c` for parallel regions. */
  readonly name: string
  readonly value: StateValueFrom<M>
  readonly context: ContextFrom<M>
  readonly status: 'active' | 'done' | 'error' | 'stopped'
  /** The shortest way here from the first state. */
  readonly path: readonly PathStep[]
}

export interface ExploredTransition {
  /** Indices in `states`; `to` is absent where it led beyond a bound. */
  readonly from: number
  readonly to: number | undefined
  readonly label: string
  /** The transitions taken, eventless ones included, named with their guards; none where the event was refused. */
  readonly taken: readonly string[]
}

/** A guard or an action that threw, or an action that changed the context it was given. */
export interface MachineFault {
  readonly from: number
  readonly label: string
  readonly message: string
}

export interface Exploration<M extends AnyStateMachine> {
  readonly machine: string
  /** No bound was hit: with these payloads there are no other states. */
  readonly complete: boolean
  readonly bounds: Readonly<Record<Bound, number>>
  /** The bounds that were hit. */
  readonly hit: readonly Bound[]
  /** Events sent. */
  readonly events: number
  readonly states: readonly ExploredState<M>[]
  readonly transitions: readonly ExploredTransition[]
  readonly coverage: MachineCoverage
  /** Ids of state nodes that were not reached; where a bound was hit, they may lie beyond it. */
  readonly unreachable: readonly string[]
  /** States that are not final and in which no event does anything, with these payloads: neither a change nor an action. */
  readonly deadEnds: readonly ExploredState<M>[]
  /** States from which the machine cannot be done. Only where no bound was hit and the machine has a final state. */
  readonly withoutEnd: readonly ExploredState<M>[] | undefined
  readonly faults: readonly MachineFault[]
  /** Wildcards, routes and snapshots of children that no event was given for. */
  readonly unsupported: readonly string[]
  /** The coverage map and the shortest paths, to be read. */
  format(): string
  toString(): string
}
