/**
 * Graceful: the mark that the last process closed in good order must be gone as soon as that is not true any more: else the next crash
 * is taken for a close, and nobody counts it. Part of invariant 2.
 */
import { HUB } from '../../messages/address.ts'
import type { Batch } from '../../runtime/journal.ts'
import type { Life } from '../host/life.ts'
import { Past } from './past.ts'

export class GracefulMark {
  /** As the journal had it when this process life began. */
  #found = false
  /** It was taken away since. */
  #gone = false
  #closed = false
  /** Tasks that ran at the last end, and have not been told. */
  #untold = new Set<string>()

  starting({ simulation }: Life): void {
    this.#found = simulation.state.clean
    this.#gone = false
    this.#closed = false
    this.#untold = new Set()
    for (const [address, { state, alive }] of Past.of(simulation).standing.actors)
      if (alive && state === 'running' && address.startsWith('task/')) this.#untold.add(address)
  }

  wrong({ signals, clean }: Batch): string | undefined {
    for (const { to, toState, type } of signals) {
      if (type === 'task.interrupted') this.#untold.delete(to)
      if (to === HUB && toState === 'closed') this.#closed = true
    }
    if (!clean) this.#gone = true
    if (!clean || this.#closed) return undefined
    if (!this.#found || this.#gone) return 'the journal is marked as closed gracefully, and the process lives'
    return this.#untold.size === 0
      ? 'the mark of a graceful close stays, and everybody who ran then was told'
      : undefined
  }
}
