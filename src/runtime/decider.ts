/**
 * Decider: the port for whoever tells actors what no actor can know: which agent is free, which time has come, how another
 * task ended. A decider is not replayed. It keeps only a projection of committed state, rebuilt at a start by observing every
 * living actor; what it decides is an input, recorded like any other, which its recipient may refuse.
 */
import type { Signal } from '../messages/signal.ts'
import type { Cell } from './cell.ts'
import type { Envelope } from './envelope.ts'

export interface Decider {
  /** An actor stands so now: after each delivery that moved it, and once at a start. Held ones that do not run are left out. */
  observe(cell: Cell, at: number): void
  /** An actor has just ended, with this signal. Called after `observe`. */
  ended?(cell: Cell, signal: Signal): void
  /** The next input, if there is something to tell at that time; asked until there is none. */
  next(at: number): Envelope | undefined
  /** Would `next` give something? */
  hasWork(at: number): boolean
  /** When there will be something even if nothing happens, in milliseconds since the epoch; else Infinity. */
  readonly wakeAt: number
  /** The hub is draining: from now on nothing new begins. */
  close?(): void
}

/** All of them as one, asked in order. */
export class Deciders implements Decider {
  readonly #all: readonly Decider[]

  constructor(all: readonly Decider[]) {
    this.#all = all
  }

  observe(cell: Cell, at: number): void {
    for (const decider of this.#all) decider.observe(cell, at)
  }

  ended(cell: Cell, signal: Signal): void {
    for (const decider of this.#all) decider.ended?.(cell, signal)
  }

  next(at: number): Envelope | undefined {
    for (const decider of this.#all) {
      const envelope = decider.next(at)
      if (envelope !== undefined) return envelope
    }
    return undefined
  }

  hasWork(at: number): boolean {
    return this.#all.some(decider => decider.hasWork(at))
  }

  get wakeAt(): number {
    return Math.min(...this.#all.map(decider => decider.wakeAt))
  }

  close(): void {
    for (const decider of this.#all) decider.close?.()
  }
}
