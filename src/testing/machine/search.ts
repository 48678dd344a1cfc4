/**
 * Search: the states of a machine, breadth first, so that the first way to a state is a shortest one. Sends events and keeps
 * what comes of them; what that says of the machine is for conclude.ts.
 *
 * An event that no active state names is not tried: it changes nothing by the rules of XState (but for an eventless
 * transition whose guard looks at the event, which is not explored).
 */
import type { AnyStateMachine, SnapshotFrom } from 'xstate'
import { withActors } from './actors.ts'
import { transitionName } from './chart.ts'
import type { Input } from './children.ts'
import type { Kept, Searched } from './conclude.ts'
import { CoverageCount } from './coverage.ts'
import type { Bound, ExploredTransition, ExploreOptions, MachineFault } from './explored.ts'
import { drawnInputs, inputsIn } from './inputs.ts'
import { bound, wholeNumber } from './options.ts'
import { alphabetOf, type Alphabet } from './payloads.ts'
import { begin, futureOf, isOver, move, type Position } from './position.ts'
import { identityOf, messageOf } from './text.ts'

export class Search<M extends AnyStateMachine> {
  readonly #machine: AnyStateMachine
  readonly #options: ExploreOptions<M>
  readonly #alphabet: Alphabet
  readonly #bounds: Record<Bound, number>
  readonly #possible: (position: Position) => readonly Input[]
  readonly #kept: Kept[] = []
  readonly #known = new Map<string, number>()
  readonly #coverage: CoverageCount
  readonly #transitions: ExploredTransition[] = []
  readonly #faults: MachineFault[] = []
  readonly #hit = new Set<Bound>()
  #events = 0

  constructor(machine: M, options: ExploreOptions<M>) {
    const { samples = 4, seed = 1, maxStates = 1000, maxDepth = Infinity, maxEvents = 100_000 } = options
    this.#bounds = {
      maxStates: bound('maxStates', maxStates, 1),
      maxDepth: bound('maxDepth', maxDepth, 0),
      maxEvents: bound('maxEvents', maxEvents, 0),
    }
    wholeNumber('samples', samples, 1)
    wholeNumber('seed', seed, Number.MIN_SAFE_INTEGER)
    this.#machine = withActors(machine)
    this.#options = options
    this.#coverage = new CoverageCount(this.#machine)
    this.#alphabet = alphabetOf(this.#machine, options)
    const drawn = drawnInputs(this.#alphabet, samples, seed)
    this.#possible = position =>
      inputsIn(this.#machine, position, this.#alphabet, drawn, options.invoked ?? {})
  }

  run(): Searched {
    const first = begin(this.#machine, this.#options.input)
    this.#coverage.add(first)
    this.#keep(first.position, undefined, 0)
    // Grows while it is walked; the first that reaches a state has come by a shortest path.
    for (const kept of this.#kept) if (!isOver(kept.position) && !this.#expand(kept)) break
    return {
      machine: this.#machine,
      kept: this.#kept,
      transitions: this.#transitions,
      coverage: this.#coverage.result(),
      faults: this.#faults,
      bounds: this.#bounds,
      hit: [...this.#hit],
      events: this.#events,
      unsupported: this.#alphabet.unsupported,
    }
  }

  /** Sends a state all that may happen in it; false where no more events may be sent. */
  #expand(kept: Kept): boolean {
    const inputs = this.#possible(kept.position)
    if (kept.depth >= this.#bounds.maxDepth && inputs.length > 0) this.#hit.add('maxDepth')
    else {
      kept.tried = true
      for (const input of inputs) {
        if (this.#events >= this.#bounds.maxEvents) {
          kept.tried = false
          this.#hit.add('maxEvents')
          return false
        }
        this.#events++
        this.#try(kept, input)
      }
    }
    return true
  }

  #try(kept: Kept, input: Input): void {
    const { label } = input
    const from = kept.index
    const step = move(this.#machine, kept.position, input)
    if (step.thrown !== undefined) {
      this.#faults.push({ from, label, message: messageOf(step.thrown.error) })
      return
    }
    this.#coverage.add(step)
    if (step.taken.length > 0 && this.#identity(kept.position) !== kept.identity)
      this.#faults.push({ from, label, message: 'an action changed the context that it was given, in place' })
    const to = this.#keep(step.position, { from: kept, input }, kept.depth + 1)
    if (to !== from || step.actions.length > 0) kept.moves = true
    this.#transitions.push({ from, to, label, taken: step.taken.map(transitionName) })
  }

  /** The index of the state of this position; undefined where it is one too many. */
  #keep(position: Position, by: Kept['by'], depth: number): number | undefined {
    const identity = this.#identity(position)
    const known = this.#known.get(identity)
    if (known !== undefined) return known
    const index = this.#kept.length
    if (index >= this.#bounds.maxStates) {
      this.#hit.add('maxStates')
      return undefined
    }
    this.#known.set(identity, index)
    this.#kept.push({ index, position, identity, by, depth, tried: false, moves: false })
    return index
  }

  #identity(position: Position): string {
    const { identity = identityOf } = this.#options
    return `${identity(position.snapshot as SnapshotFrom<M>)} ${futureOf(position)}`
  }
}
