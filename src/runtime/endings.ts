/** Endings: who waits for which actor to end, in memory. An ending that nobody waits for is found in the journal. */
import type { StatorError } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import type { Cell } from './cell.ts'

export interface Ending {
  readonly signal: Signal
  /** The actor as it ended; absent when it ended in the past. */
  readonly cell: Cell | undefined
}

interface Waiter {
  readonly resolve: (ending: Ending) => void
  readonly reject: (error: Error) => void
}

export class Endings {
  readonly #waiters = new Map<Address, Waiter[]>()

  wait(address: Address): Promise<Ending> {
    return new Promise((resolve, reject) => {
      const waiters = this.#waiters.get(address)
      if (waiters === undefined) this.#waiters.set(address, [{ resolve, reject }])
      else waiters.push({ resolve, reject })
    })
  }

  tell(address: Address, ending: Ending): void {
    const waiters = this.#waiters.get(address)
    if (waiters === undefined) return
    this.#waiters.delete(address)
    for (const waiter of waiters) waiter.resolve(ending)
  }

  /** The actor will not move in this process life, or nobody will. */
  fail(address: Address | undefined, error: StatorError): void {
    for (const [waited, waiters] of this.#waiters) {
      if (address !== undefined && waited !== address) continue
      this.#waiters.delete(waited)
      for (const waiter of waiters) waiter.reject(error)
    }
  }
}
