/**
 * Heed: what becomes of an attempt that takes no heed of it that nothing more may be said: its conversation is stopped, or it is over
 * itself. The first of its tries are refused as any others; the next ones here, without a record, and not at once, so that a handler that
 * tries for ever neither fills the journal nor keeps the process from everything else. It is not ended for that: it may have other work.
 */
import type { Why } from '../../actors/kind.ts'
import { StatorError, type ErrorCode } from '../../errors.ts'
import type { Address } from '../../messages/address.ts'
import { conversationOf } from '../../messages/conversation.ts'
import type { Seat } from '../seat.ts'

/** Tries of one attempt that are refused as any others. */
const FIRST_TRIES = 3
/** Milliseconds that each of the next ones takes. */
const PAUSE = 1_000

const FINAL: ReadonlySet<string> = new Set(['CONVERSATION_STOPPED', 'STALE_ATTEMPT'])

export class Heed {
  readonly #seat: Seat
  readonly #stopped: (conversation: Address) => Why | undefined
  /** Calls of this attempt that are under way; those that were refused by the hub, and all that mean that nothing more may be said. */
  #open = 0
  #recorded = 0
  #refusals = 0
  /** Refused here. */
  readonly #own = new WeakSet<Error>()

  constructor(seat: Seat, stopped: (conversation: Address) => Why | undefined) {
    this.#seat = seat
    this.#stopped = stopped
  }

  /** Before something is said. @throws StatorError CONVERSATION_STOPPED */
  listen(conversation: string): void {
    const why = this.#stopped(conversationOf(conversation))
    // Whatever else is under way may be refused as well: it began before the conversation was stopped, or beside this one.
    if (why === undefined || this.#recorded + this.#open <= FIRST_TRIES) return
    const error = new StatorError(why.code as ErrorCode, { reason: why.message, ...why.details })
    this.#own.add(error)
    throw error
  }

  /** What comes of saying something; one refusal too many is heard later. */
  async of<T>(call: () => Promise<T>): Promise<T> {
    this.#open++
    try {
      return await call()
    } catch (error) {
      const isFinal = error instanceof StatorError && FINAL.has(error.code)
      if (isFinal && error.code === 'CONVERSATION_STOPPED' && !this.#own.has(error)) this.#recorded++
      if (isFinal && ++this.#refusals > FIRST_TRIES)
        await new Promise<void>(resolve => {
          this.#seat.later(PAUSE, resolve)
        })
      throw error
    } finally {
      this.#open--
    }
  }
}
