/**
 * Decider: the port for whoever tells actors what no actor can know: which agent is free, which time has come, how another
 * task ended. A decider is not replayed. It keeps only a projection of committed state, rebuilt at a start by observing every
 * living actor; what it decides is an input, recorded like any other, which its recipient may refuse.
 */
import type { Definition, Why } from '../actors/kind.ts'
import type { Signal } from '../messages/signal.ts'
import type { Undelivered } from '../messages/task.ts'
import type { Cell } from './cell.ts'
import type { Envelope } from './envelope.ts'
import type { Checkpoint } from './journal.ts'

export interface Decider {
  /** An actor stands so now: after each delivery that moved it, and once at a start. Held ones that do not run are left out. */
  observe(cell: Cell, at: number): void
  /** An actor has just ended, with this signal. Called after `observe`. */
  ended?(actor: Gone, signal: Signal): void
  /** At a start: an actor that stays parked. True where this decider has all that it needs of it; else it is brought back. */
  rest?(checkpoint: Checkpoint): boolean
  /** At a start: an actor that stays parked, or may. One that is brought back nonetheless is observed. */
  parked?(checkpoint: Parked): void
  /** Why an input must not reach its recipient, who cannot know: a code of the catalogue, and details in words. */
  objection?(signal: Signal): Why | undefined
  /** A task that is a message comes to be: why it cannot be delivered, where nobody can be refused for that. It is stamped on it. */
  undeliverable?(signal: Signal): Undelivered | undefined
  /** At the end of each turn: what must be committed with it. What finds no room in it any more is pending. */
  closing?(at: number): readonly Envelope[]
  /** All that was seen is on disk. */
  committed?(): void
  /** The next input, if there is something to tell at that time; asked until there is none. */
  next(at: number): Envelope | undefined
  /** Would `next` give something? */
  hasWork(at: number): boolean
  /** When there will be something even if nothing happens, in milliseconds since the epoch; else Infinity. */
  readonly wakeAt: number
  /** The hub is draining: from now on nothing new begins. */
  close?(): void
}

/** One that has ended; of one that could not be brought back no more is known. */
export type Gone = Pick<Cell, 'address'> & { readonly definition: Pick<Definition, 'kind'> }

/** What is known of one that stays parked at a start. */
export type Parked = Pick<Checkpoint, 'address' | 'state' | 'correlationId'>

/** All of them as one, asked in order. */
export class Deciders implements Decider {
  readonly #all: readonly Decider[]

  constructor(all: readonly Decider[]) {
    this.#all = all
  }

  observe(cell: Cell, at: number): void {
    for (const decider of this.#all) decider.observe(cell, at)
  }

  ended(actor: Gone, signal: Signal): void {
    for (const decider of this.#all) decider.ended?.(actor, signal)
  }

  rest(checkpoint: Checkpoint): boolean {
    return this.#all.some(decider => decider.rest?.(checkpoint) === true)
  }

  parked(checkpoint: Parked): void {
    for (const decider of this.#all) decider.parked?.(checkpoint)
  }

  objection(signal: Signal): Why | undefined {
    for (const decider of this.#all) {
      const objection = decider.objection?.(signal)
      if (objection !== undefined) return objection
    }
    return undefined
  }

  undeliverable(signal: Signal): Undelivered | undefined {
    for (const decider of this.#all) {
      const reason = decider.undeliverable?.(signal)
      if (reason !== undefined) return reason
    }
    return undefined
  }

  closing(at: number): readonly Envelope[] {
    return this.#all.flatMap(decider => decider.closing?.(at) ?? [])
  }

  committed(): void {
    for (const decider of this.#all) decider.committed?.()
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
