/**
 * Track: the postmaster's picture of one conversation: what its machine says of it, and what was said in it since. From the first
 * message of a turn to its end this is ahead of the machine, and then that is told. A projection.
 */
import { opensAt, taken } from '../../machines/bucket.ts'
import type { ConversationContext } from '../../machines/conversation.ts'
import type { Address } from '../../messages/address.ts'
import type { Rate } from '../../messages/queue.ts'

const MINUTE = 60_000

/** So many in a minute, all of them at once if need be. */
export const perMinute = (messages: number): Rate => ({ interval: MINUTE / messages, burst: messages })

export class Track {
  readonly address: Address
  readonly #rate: Rate
  messages = 0
  refused = 0
  resumed = 0
  /** Its bucket: see bucket.ts. */
  full = 0
  /** What its machine has not heard of. */
  #untold = { messages: 0, refused: 0 }
  /** Does its machine live? */
  lives = false
  /** Why it is stopped; null where it is not. */
  stop: Pick<ConversationContext, 'code' | 'reason' | 'loop' | 'stoppedAt'> | null = null

  constructor(address: Address, rate: Rate) {
    this.address = address
    this.#rate = rate
  }

  /** What its machine says. */
  follow(state: string, context: ConversationContext): void {
    const isAnew = context.resumed !== this.resumed
    const { messages, refused } = this.#untold
    this.lives = true
    this.resumed = context.resumed
    this.messages = isAnew ? context.messages + messages : Math.max(this.messages, context.messages)
    this.refused = isAnew ? context.refused + refused : Math.max(this.refused, context.refused)
    this.full = Math.max(this.full, context.full)
    this.stop = state === 'stopped' ? context : null
  }

  /** When the next message may come; at once where that is over. */
  get opensAt(): number {
    return opensAt(this.full, this.#rate)
  }

  said(at: number): void {
    this.messages++
    this.#untold.messages++
    this.full = taken(this.full, at, this.#rate)
  }

  wasRefused(): void {
    this.refused++
    this.#untold.refused++
  }

  get isTold(): boolean {
    return this.#untold.messages + this.#untold.refused === 0
  }

  /** What its machine must hear, once. */
  takeUntold(): { messages: number; refused: number; rate: Rate } {
    const told = this.#untold
    this.#untold = { messages: 0, refused: 0 }
    return { ...told, rate: this.#rate }
  }
}
