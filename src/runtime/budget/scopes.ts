/**
 * Scopes: which budget an attempt is charged to: that of the task itself, of the nearest run above it, or of the run that its
 * conversation belongs to. A projection of the budgets that live; it charges nothing.
 */
import { idOf, type Address } from '../../messages/address.ts'

export class Scopes {
  readonly #budgets = new Map<Address, Address>()

  get size(): number {
    return this.#budgets.size
  }

  /** Of those that are for the same, the first counts. */
  enter(of: Address, budget: Address): void {
    if (!this.#budgets.has(of)) this.#budgets.set(of, budget)
  }

  leave(of: Address, budget: Address): void {
    if (this.#budgets.get(of) === budget) this.#budgets.delete(of)
  }

  /** The budget that is for just this. */
  of(address: Address): Address | undefined {
    return this.#budgets.get(address)
  }

  /** The innermost one that covers a task. */
  covering(task: Address, correlationId: string): Address | undefined {
    if (this.#budgets.size === 0) return undefined
    const own = this.#budgets.get(task)
    if (own !== undefined) return own
    let id = idOf(task)
    for (let end = id.lastIndexOf('/'); end > 0; end = id.lastIndexOf('/')) {
      id = id.slice(0, end)
      const run = this.#budgets.get(`workflow/${id}`)
      if (run !== undefined) return run
    }
    return this.#budgets.get(correlationId as Address)
  }
}
