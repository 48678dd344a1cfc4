/**
 * Fork mail: which messages were on their way at a position of a history: what the records up to it caused, and later ones delivered
 * or nobody has yet. It is shown every record that is left, oldest first. Reads and writes nothing.
 */
import { HUB, type Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import { sentOf } from './cached.ts'
import { faultOf } from './delivery.ts'
import type { PendingMessage } from './journal.ts'

type Sent = Omit<PendingMessage, 'id'>

/** What names a message; an input from outside has no cause, and is one of its kind. */
const nameOf = ({ causationId, output, to, from, type }: Sent): string =>
  JSON.stringify([causationId, output, to, from, type])

export class Mail {
  readonly #at: number
  readonly #lives: (address: Address) => boolean
  /** The position of what a held actor stumbled over. */
  readonly #held = new Map<Address, number>()
  /** What was refused as too long a chain, by sender. */
  readonly #overrun = new Map<Address, Signal[]>()
  /** What may be delivered again, by position. */
  readonly #stumbled = new Map<number, Signal>()
  readonly #stumbledNames = new Set<string>()
  /** Released, and not delivered again yet. */
  readonly #again = new Map<string, Sent>()
  readonly #late = new Map<string, Sent>()

  constructor(at: number, lives: (address: Address) => boolean) {
    this.#at = at
    this.#lives = lives
  }

  see(signal: Signal): void {
    if (signal.seq <= this.#at) {
      this.#before(signal)
      return
    }
    const { causationId } = signal
    const name = nameOf(signal)
    if (causationId === 0 || causationId > this.#at || this.#stumbledNames.has(name)) return
    // A further delivery of the same one follows a release.
    if (!this.#late.has(name)) this.#late.set(name, messageOf(signal, signal.hops))
  }

  /** All of them, in the order in which they are to be delivered. `left` is what nobody has delivered up to the end. */
  list(left: readonly PendingMessage[]): PendingMessage[] {
    const ours = left.filter(
      message =>
        message.causationId > 0 &&
        message.causationId <= this.#at &&
        !this.#stumbledNames.has(nameOf(message)) &&
        !this.#late.has(nameOf(message)),
    )
    const all: Sent[] = [...this.#again.values(), ...this.#late.values(), ...ours]
    return all.map((message, index) => ({ ...message, id: index + 1 }))
  }

  #before(signal: Signal): void {
    const { seq, type, to, from, refused } = signal
    if (this.#again.size > 0) this.#again.delete(nameOf(signal))
    if (refused?.code === 'HOPS_EXCEEDED') {
      const waits = this.#lives(from) ? from : to
      if (!this.#held.has(waits)) this.#held.set(waits, seq)
      this.#overrun.set(from, [...(this.#overrun.get(from) ?? []), signal])
      this.#stumble(signal)
    } else if (refused?.code === 'MACHINE_FAULT') {
      this.#held.set(to, seq)
      this.#stumble(signal)
    } else if (type === 'fault') {
      const fault = faultOf(signal)
      if (fault === undefined) this.#held.delete(to)
      else this.#held.set(to, fault.signal)
    }
    if (type === 'hub.release' && to === HUB && signal.data !== null)
      this.#release((signal.data as { address: Address }).address)
    if (signal.final) {
      this.#held.delete(to)
      this.#overrun.delete(to)
    }
  }

  #stumble(signal: Signal): void {
    this.#stumbled.set(signal.seq, signal)
    if (signal.causationId > 0) this.#stumbledNames.add(nameOf(signal))
  }

  /** As the hub does it: what it stumbled over, and what it had sent along too long a chain since. */
  #release(address: Address): void {
    const held = this.#held.get(address)
    if (held === undefined) return
    this.#held.delete(address)
    const over = (this.#overrun.get(address) ?? []).filter(({ seq }) => seq > held)
    const stumbled = this.#stumbled.get(held)
    for (const signal of stumbled === undefined ? over : [stumbled, ...over])
      if (signal.type !== 'task.start') this.#again.set(nameOf(signal), messageOf(signal, 0))
  }
}

/** What a record is of, as it was when it had no position yet. */
function messageOf(signal: Signal, hops: number): Sent {
  const { type, to, from, priority, correlationId, causationId, output, depth } = signal
  return { type, to, from, priority, correlationId, data: sentOf(signal), causationId, output, hops, depth }
}
