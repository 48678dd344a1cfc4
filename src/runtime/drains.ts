/** Drains: who waits for a queue to be empty, in memory. */
import { StatorError } from '../errors.ts'
import type { Clock } from './clock.ts'
import type { Desk } from './desk.ts'

interface Waiter {
  readonly desk: Desk
  readonly done: (error?: StatorError) => void
}

export class Drains {
  readonly #clock: Clock
  readonly #waiters = new Set<Waiter>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @throws StatorError (rejects) TIMED_OUT, CANCELLED */
  async wait(desk: Desk, ms: number | undefined): Promise<void> {
    if (desk.isEmpty) return
    if (desk.state !== 'draining') throw resumed(desk)
    await new Promise<void>((resolve, reject) => {
      const late = (): void => waiter.done(new StatorError('TIMED_OUT', { queue: desk.name, ms }))
      const cancel = ms === undefined ? undefined : this.#clock.after(ms, late)
      const waiter: Waiter = {
        desk,
        done: error => {
          cancel?.()
          this.#waiters.delete(waiter)
          if (error === undefined) resolve()
          else reject(error)
        },
      }
      this.#waiters.add(waiter)
    })
  }

  /** Called after each turn. */
  tell(): void {
    for (const { desk, done } of this.#waiters)
      if (desk.isEmpty) done()
      else if (desk.state !== 'draining') done(resumed(desk))
  }

  /** Nothing moves any more. */
  fail(error: StatorError): void {
    for (const { done } of this.#waiters) done(error)
  }
}

const resumed = (desk: Desk): StatorError =>
  new StatorError('CANCELLED', { queue: desk.name, reason: 'it was resumed before it was empty' })
