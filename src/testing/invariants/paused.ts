/** Paused: the runs of which nothing is to be started, as their signals say. */
import { kindOf, type Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'

export class Paused {
  readonly #runs = new Set<Address>()

  has(run: Address | undefined): boolean {
    return run !== undefined && this.#runs.has(run)
  }

  /** One that was taken. */
  apply({ to, type, data, toState, final }: Signal): void {
    if (kindOf(to) !== 'workflow') return
    const begins =
      type === 'workflow.start' && (data as { readonly paused?: boolean } | null)?.paused === true
    if (type === 'workflow.pause' || begins) this.#runs.add(to)
    // Who is done has nothing to start; who is called off is to come to its end.
    if (type === 'workflow.resume' || type === 'workflow.cancel' || toState === 'settled' || final)
      this.#runs.delete(to)
  }
}
