/** Patience: how long a close still waits for what runs. It can be cut short, and never grows. */
import type { Clock } from './clock.ts'

export class Patience {
  /** Resolves when the wait is over. */
  readonly over: Promise<void>
  readonly #clock: Clock
  #until = Number.POSITIVE_INFINITY
  #cancel = (): void => {}
  #resolve = (): void => {}

  constructor(clock: Clock) {
    this.#clock = clock
    this.over = new Promise<void>(resolve => {
      this.#resolve = resolve
    })
  }

  /** No longer than so many milliseconds from now. */
  shorten(ms: number): void {
    const until = this.#clock.now() + ms
    if (until >= this.#until) return
    this.#until = until
    this.#cancel()
    if (ms > 0) this.#cancel = this.#clock.after(ms, this.#resolve)
    else this.#resolve()
  }

  /** Nobody waits any more. */
  end(): void {
    this.#until = Number.NEGATIVE_INFINITY
    this.#cancel()
    this.#resolve()
  }
}
