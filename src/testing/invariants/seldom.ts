/**
 * Seldom: how often to look, where a look costs: after each of the first batches, then after every so-many-th, so that a long
 * simulation is not slowed down by its checks. Counts, and never chooses by chance.
 */
import type { Batch } from '../../runtime/journal.ts'

export class Seldom {
  readonly #often: number
  readonly #every: number
  #batches = 0
  #looked = 0

  constructor(often = 2, every = 8) {
    this.#often = often
    this.#every = every
  }

  happened(_batch: Batch): void {
    this.#batches++
  }

  /** Once after a batch that is to be looked at. */
  isTime(): boolean {
    if (this.#looked === this.#batches) return false
    const since = this.#batches - this.#looked
    if (this.#batches > this.#often && since < this.#every) return false
    this.#looked = this.#batches
    return true
  }
}
