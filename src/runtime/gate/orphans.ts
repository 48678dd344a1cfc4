/**
 * Orphans: gates whose task has ended: nobody waits for their answer any more, so they are cancelled, and the agents that they pause
 * go on. A decider: what it keeps is which tasks have open gates. It opens nothing, and answers nothing.
 */
import type { GateContext } from '../../machines/gate.ts'
import { HUB, type Address } from '../../messages/address.ts'
import type { Cell } from '../cell.ts'
import type { Decider, Gone } from '../decider.ts'
import { input, type Envelope } from '../envelope.ts'
import type { Journal } from '../journal.ts'
import type { Population } from '../population.ts'

const NONE: readonly Address[] = []

export class Orphans implements Decider {
  readonly wakeAt = Number.POSITIVE_INFINITY
  readonly #population: Population
  readonly #journal: Journal
  /** Open gates, by the task whose handler asks; and the other way round. */
  readonly #gates = new Map<Address, Set<Address>>()
  readonly #tasks = new Map<Address, Address>()
  /** To be told. */
  readonly #due: Address[] = []
  #looked = false

  constructor(population: Population, journal: Journal) {
    this.#population = population
    this.#journal = journal
  }

  observe({ address, definition, state, snapshot }: Cell): void {
    if (definition.kind.kind !== 'gate') return
    if (state === 'open') this.#enter(address, snapshot.context as GateContext)
    else this.#leave(address)
  }

  ended({ address, definition }: Gone): void {
    if (definition.kind.kind === 'gate') this.#leave(address)
    // Most tasks never ask.
    else for (const gate of this.#gates.get(address) ?? NONE) this.#due.push(gate)
  }

  next(): Envelope | undefined {
    this.#look()
    for (let gate = this.#due.pop(); gate !== undefined; gate = this.#due.pop()) {
      const cell = this.#tasks.has(gate) ? this.#population.find(gate) : undefined
      if (cell === undefined) continue
      const { correlationId, depth } = cell
      const data = { reason: 'the task that asked has ended' }
      return input({ type: 'gate.cancel', to: gate, from: HUB, data, correlationId }, { depth })
    }
    return undefined
  }

  hasWork(): boolean {
    return !this.#looked || this.#due.length > 0
  }

  /** Once in a process life: at gates that stay parked, and are observed by nobody. */
  #look(): void {
    if (this.#looked) return
    this.#looked = true
    for (const { address, state, snapshot } of this.#journal.checkpoints({ kind: 'gate' }))
      if (state === 'open' && this.#population.loaded(address) === undefined)
        this.#enter(address, (snapshot as unknown as { context: GateContext }).context)
  }

  #enter(gate: Address, { spec }: GateContext): void {
    const task = spec?.asker?.task
    if (task === undefined || this.#tasks.has(gate)) return
    this.#tasks.set(gate, task)
    this.#gates.set(task, (this.#gates.get(task) ?? new Set<Address>()).add(gate))
    // It may have ended while the question was on its way; or before the last process life did.
    if (!this.#population.lives(task)) this.#due.push(gate)
  }

  #leave(gate: Address): void {
    const task = this.#tasks.get(gate)
    if (task === undefined) return
    this.#tasks.delete(gate)
    const gates = this.#gates.get(task)
    gates?.delete(gate)
    if (gates?.size === 0) this.#gates.delete(task)
  }
}
