/** runtime.actors: who lives, in memory or parked, and who is held. Reads only. */
import { kindOf, rootOf, type Address, type Kind } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Cell } from './cell.ts'
import { checkActorsFilter, checkLookup } from './check-filter.ts'
import type { Checkpoint, Journal } from './journal.ts'
import type { Lifetime } from './lifetime.ts'
import { endingOf } from './outcome.ts'
import type { Population } from './population.ts'

export interface ActorInfo {
  readonly address: Address
  readonly kind: Kind
  readonly state: string
  /** False once it has ended. */
  readonly alive: boolean
  readonly correlationId: string
  readonly definition: { readonly name: string; readonly version: string; readonly hash: string } | null
  /** Why it does not move, if it is held. */
  readonly held: { readonly code: string; readonly reason: string } | null
  /** The machine's context as JSON; null once it has ended. */
  readonly context: Json
}

export interface HeldActor {
  readonly address: Address
  readonly code: string
  readonly reason: string
}

export class ActorsView {
  readonly #population: Population
  readonly #journal: Journal
  readonly #lifetime: Pick<Lifetime, 'requireJournal' | 'requireTruth'>

  constructor(
    population: Population,
    journal: Journal,
    lifetime: Pick<Lifetime, 'requireJournal' | 'requireTruth'>,
  ) {
    this.#population = population
    this.#journal = journal
    this.#lifetime = lifetime
  }

  /**
   * An actor that lives or ever lived; undefined for one that never did, or was pruned.
   * @throws StatorError INPUT_INVALID: no address; CLOSED, JOURNAL_FAILED
   */
  get(address: Address): ActorInfo | undefined {
    checkLookup(address)
    this.#lifetime.requireJournal()
    this.#lifetime.requireTruth()
    return this.#find(address)
  }

  #find(address: Address): ActorInfo | undefined {
    const cell = this.#population.look(address)
    if (cell !== undefined) return infoOf(cell)
    const held = this.#population.stranded().get(address)
    if (held !== undefined) return { ...bare(address), held }
    const ending = endingOf(this.#journal, address)
    if (ending === undefined) return undefined
    const { correlationId, toState } = ending
    return { ...bare(address), state: toState ?? '', alive: false, correlationId }
  }

  /** Living actors, parked ones included, ordered by address. @throws StatorError INPUT_INVALID, CLOSED, JOURNAL_FAILED */
  list(filter: { kind?: Kind; state?: string } = {}): ActorInfo[] {
    checkActorsFilter(filter)
    this.#lifetime.requireJournal()
    this.#lifetime.requireTruth()
    const found = new Map<Address, ActorInfo>()
    for (const cell of this.#population.cells()) {
      if (filter.kind !== undefined && cell.definition.kind.kind !== filter.kind) continue
      found.set(cell.address, infoOf(cell))
    }
    for (const checkpoint of this.#journal.checkpoints(
      filter.kind === undefined ? {} : { kind: filter.kind },
    )) {
      const { address, definition, state, correlationId, snapshot } = checkpoint
      if (found.has(address)) continue
      const held = this.#population.stranded().get(address) ?? null
      const { context } = snapshot as { context: Json }
      const shown = held === null ? state : 'held'
      found.set(address, { ...bare(address), state: shown, correlationId, definition, held, context })
    }
    for (const [address, hold] of this.#population.stranded())
      if (!found.has(address) && (filter.kind ?? kindOf(address)) === kindOf(address))
        found.set(address, { ...bare(address), held: hold })
    return [...found.values()]
      .filter(info => filter.state === undefined || info.state === filter.state)
      .toSorted((a, b) => (a.address < b.address ? -1 : 1))
  }

  /** What checkpoints of the actors in memory would hold now. For simulations: a replay must give the same. */
  records(): Checkpoint[] {
    return [...this.#population.cells()].map(cell => cell.checkpoint())
  }

  /** Takes the idle actors that are chosen out of memory. Nobody can tell; for simulations, which prove that. */
  park(chosen: (address: Address) => boolean): number {
    const cells = [...this.#population.cells()].filter(cell => chosen(cell.address))
    return cells.filter(cell => this.#population.parkOne(cell)).length
  }

  /** How many are held: also after a failed commit, when nobody can say which. */
  get heldCount(): number {
    return this.#allHeld().length
  }

  /** Actors that do not move until somebody acts. @throws StatorError JOURNAL_FAILED */
  held(): HeldActor[] {
    this.#lifetime.requireTruth()
    return this.#allHeld()
  }

  #allHeld(): HeldActor[] {
    const held: HeldActor[] = []
    for (const [address, { code, reason }] of this.#population.stranded())
      held.push({ address, code, reason })
    for (const cell of this.#population.cells()) {
      const { address, hold } = cell
      if (hold !== null) held.push({ address, code: hold.code, reason: hold.reason })
    }
    return held.toSorted((a, b) => (a.address < b.address ? -1 : 1))
  }
}

/** All that is known of one that cannot be loaded. */
function bare(address: Address): ActorInfo {
  return {
    address,
    kind: kindOf(address),
    state: 'held',
    alive: true,
    correlationId: rootOf(address),
    definition: null,
    held: null,
    context: null,
  }
}

function infoOf(cell: Cell): ActorInfo {
  const { address, definition, hold: held, correlationId } = cell
  const context = JSON.parse(JSON.stringify(definition.freeze(cell.snapshot.context))) as Json
  const state = held === null ? cell.state : 'held'
  return { ...bare(address), state, correlationId, definition: definition.ref, held, context }
}
