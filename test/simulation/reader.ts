/**
 * Reader: a client that reads everything, at its own pace, and goes on after a crash where it was. Each signal comes once, and none
 * is missing.
 */
import { cursorOf } from '../../src/runtime/cursor.ts'
import type { Life } from '../../src/testing/host/life.ts'
import { codeOf, OVER, type Clients } from './clients.ts'

export class Reader {
  readonly #clients: Clients
  #cursor = 'start'
  #last = 0

  constructor(clients: Clients) {
    this.#clients = clients
  }

  /** For one process life, as long as that lasts. */
  follow(life: Life): void {
    this.#read(life).catch((error: unknown) => {
      if (life.alive && !OVER.has(codeOf(error))) life.simulation.break('reader', String(error))
    })
  }

  async #read(life: Life): Promise<void> {
    const { dice } = life.simulation
    for await (const signal of life.runtime.signals({ from: this.#cursor })) {
      if (!life.alive) return
      // Where something was erased, the beginning may be missing.
      if (signal.seq !== this.#last + 1 && !(this.#clients.forgetful && signal.seq > this.#last))
        life.simulation.break('reader', `signal ${signal.seq} came after ${this.#last}`)
      this.#last = signal.seq
      this.#cursor = cursorOf(signal)
      if (dice.chance(0.05)) await life.wait(dice.below(30))
    }
  }
}
