/**
 * Fork kept: which results of tasks were kept for others at a position of a history, where later ones have taken their places since.
 * It is shown the records up to there, oldest first. Reads and writes nothing.
 */
import type { Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import type { TaskCreate } from '../messages/task.ts'
import { keptOf } from './cached.ts'
import type { CachedResult } from './journal.ts'

export class Kept {
  /** Tasks under way whose results are to be kept. */
  readonly #specs = new Map<Address, TaskCreate>()
  readonly #kept = new Map<string, CachedResult>()

  see(signal: Signal): void {
    const { type, to, data, refused, final } = signal
    if (type === 'task.create' && refused === null && data !== null) {
      const spec = data as unknown as TaskCreate
      if (spec.cache !== undefined) this.#specs.set(to, spec)
    }
    const spec = final ? this.#specs.get(to) : undefined
    if (spec === undefined) return
    this.#specs.delete(to)
    const kept = type === 'task.done' && data !== null ? keptOf(spec, signal) : undefined
    if (kept !== undefined) this.#kept.set(kept.key, kept)
  }

  /** What there was instead of these, which were there at the end. */
  *before(at: number, atEnd: Iterable<CachedResult>): Iterable<CachedResult> {
    for (const entry of atEnd) {
      const old = entry.seq <= at ? entry : this.#kept.get(entry.key)
      if (old !== undefined) yield old
    }
  }
}
