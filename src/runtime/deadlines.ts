/** Deadlines: one timer of the clock for any number of things that may take too long. */
import type { Clock } from './clock.ts'
import { Heap, type Due } from './heap.ts'

export interface Deadline extends Due {
  readonly expire: () => void
  /** Set when it no longer matters. */
  met: boolean
}

export class Deadlines {
  readonly #clock: Clock
  readonly #heap = new Heap<Deadline>(({ met }) => !met)
  #order = 0
  #armedFor = Number.POSITIVE_INFINITY
  #disarm: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(ms: number, expire: () => void): Deadline {
    const deadline: Deadline = { due: this.#clock.now() + ms, order: this.#order++, expire, met: false }
    this.#heap.push(deadline)
    if (deadline.due < this.#armedFor) this.#arm(deadline.due)
    return deadline
  }

  close(): void {
    this.#disarm?.()
  }

  #arm(due: number): void {
    this.#disarm?.()
    this.#armedFor = due
    this.#disarm = this.#clock.after(Math.max(0, due - this.#clock.now()), () => this.#fire())
  }

  #fire(): void {
    this.#armedFor = Number.POSITIVE_INFINITY
    const now = this.#clock.now()
    for (let top = this.#heap.peek(); top !== undefined; top = this.#heap.peek()) {
      if (top.due > now && !top.met) break
      this.#heap.pop()
      if (!top.met) top.expire()
    }
    const next = this.#heap.peek()
    if (next !== undefined) this.#arm(next.due)
  }
}
