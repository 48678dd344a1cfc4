/**
 * Simulated scheduler: the turns that hubs asked for, taken when the simulation says so. Also `settled`, which lets
 * everything happen that promises have set off, and no more.
 */
import type { Scheduler } from '../../runtime/scheduler.ts'

export class SimulatedScheduler implements Scheduler {
  readonly #waiting: (() => void)[] = []

  soon(callback: () => void): void {
    this.#waiting.push(callback)
  }

  get size(): number {
    return this.#waiting.length
  }

  /** Takes the turn that was asked for first. False when none was. */
  run(): boolean {
    const callback = this.#waiting.shift()
    callback?.()
    return callback !== undefined
  }
}

/** Resolves when no promise has anything left to do. Two rounds: the first may itself start among microtasks. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 2; round++)
    await new Promise<void>(resolve => {
      process.nextTick(resolve)
    })
}
