/**
 * Backlog: messages that are committed but not delivered: what was left of a cascade that was too long for its turn,
 * and the mail of actors that are held. It delivers nothing itself.
 */
import type { Address } from '../messages/address.ts'
import type { Envelope } from './envelope.ts'
import type { PendingMessage } from './journal.ts'
import type { Turn } from './turn.ts'

export class Backlog {
  #next: Envelope[] = []
  readonly #mail = new Map<Address, Envelope[]>()
  #lastId = 0

  /** Nothing waits for the next turn. Mail does not count: it waits for an operator. */
  get isEmpty(): boolean {
    return this.#next.length === 0
  }

  /** What the journal holds, at a start. */
  load(messages: readonly PendingMessage[]): void {
    for (const { id, ...message } of messages) {
      this.#lastId = Math.max(this.#lastId, id)
      const absent = { cause: null, text: undefined, key: undefined, ack: undefined }
      this.#next.push({ ...message, ...absent, pendingId: id })
    }
  }

  /** All that goes first in this turn. */
  take(): Envelope[] {
    const taken = this.#next
    this.#next = []
    return taken
  }

  /** What did not fit in this turn goes first in the next, and is committed with this one. */
  keepRest(turn: Turn): void {
    for (const envelope of turn.rest()) this.#next.push(this.#keep(envelope, turn))
  }

  /** Mail of an actor that does not move. */
  keepMail(envelope: Envelope, turn: Turn): void {
    const mail = this.#mail.get(envelope.to) ?? []
    this.#mail.set(envelope.to, mail)
    mail.push(this.#keep(envelope, turn))
  }

  /** The actor moves again: its mail. What was kept in this very turn was never pending. */
  takeMail(address: Address, turn: Turn): Envelope[] {
    const mail = this.#mail.get(address) ?? []
    this.#mail.delete(address)
    return mail.map(envelope => {
      const kept = turn.pending.findIndex(({ id }) => id === envelope.pendingId)
      if (kept < 0) return envelope
      turn.pending.splice(kept, 1)
      return { ...envelope, pendingId: 0 }
    })
  }

  #keep(envelope: Envelope, turn: Turn): Envelope {
    if (envelope.pendingId > 0) return envelope
    const { type, to, from, priority, correlationId, data, causationId, output, hops, depth } = envelope
    const id = ++this.#lastId
    turn.pending.push({ id, type, to, from, priority, correlationId, data, causationId, output, hops, depth })
    return { ...envelope, pendingId: id }
  }
}
