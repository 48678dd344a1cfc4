/**
 * Fork lives: who lives at a position of a history, from what each can be brought back there, and where nobody can be. It is shown
 * every record that is left, oldest first, and keeps no more than who lives and what is in the way. Reads and writes nothing.
 */
import { HUB, type Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import type { Checkpoint } from './journal.ts'

/** What is known of an actor's checkpoint without its snapshot. */
export type Mark = Pick<Checkpoint, 'seq' | 'createdSeq'>

/** Positions at which somebody cannot be brought back, the second one excluded. */
type Gap = readonly [from: number, to: number]

interface Life {
  /** The record that created it; 0 where that was dropped. */
  readonly birth: number
  /** The first of its records that was erased; 0 where none was. */
  hole: number
  /** Where it ended, after the position. */
  end: number
  /** The last that is not in its checkpoint by position, yet changed what a checkpoint has: a timer that it refused. */
  shaken: number
}

const bornAt = (birth: number): Life => ({ birth, hole: 0, end: Number.POSITIVE_INFINITY, shaken: 0 })

/** Somebody lives from there on: a creation that its machine threw at leaves one that is held. */
const isBirth = ({ fromState, toState, refused }: Signal): boolean =>
  fromState === null && toState !== null && (refused === null || refused.code === 'MACHINE_FAULT')

export class Lives {
  readonly #at: number
  readonly #marks: ReadonlyMap<Address, Mark>
  /** Who lives at the position. */
  readonly #lives = new Map<Address, Life>()
  /** Who came after it. */
  readonly #later = new Map<Address, Life>()
  /** The first record of an actor that is not in its checkpoint. */
  readonly #touched = new Map<Address, number>()
  readonly #gaps: Gap[] = []

  constructor(at: number, marks: ReadonlyMap<Address, Mark>) {
    this.#at = at
    this.#marks = marks
  }

  see(signal: Signal, isErased: boolean): void {
    if (signal.seq <= this.#at) this.#before(signal, isErased)
    else if (signal.to !== HUB) this.#after(signal, isErased)
  }

  /** Does somebody live there now, as far as was seen? */
  has(address: Address): boolean {
    return (
      this.#lives.has(address) ||
      (this.#marks.get(address)?.createdSeq ?? Number.POSITIVE_INFINITY) <= this.#at
    )
  }

  /** Positions from which on something else is in the way. */
  block(from: number, to: number): void {
    this.#gaps.push([from, to])
  }

  /** Is the checkpoint of this actor true at the position? */
  isTrue(address: Address): boolean {
    const mark = this.#marks.get(address)
    const life = this.#lives.get(address)
    return mark !== undefined && mark.seq <= this.#at && (life?.shaken ?? 0) === 0
  }

  /** The first record that somebody has to read to be brought back; undefined where nobody has to. */
  needs(): number | undefined {
    let first = Number.POSITIVE_INFINITY
    for (const [address, { birth }] of this.#lives) if (!this.isTrue(address)) first = Math.min(first, birth)
    for (const [address, seq] of this.#touched) if (this.isTrue(address)) first = Math.min(first, seq)
    return Number.isFinite(first) ? first : undefined
  }

  /** The first position, from this one on, at which everybody can be brought back. */
  possible(): number {
    for (const [address, life] of this.#lives) {
      if (this.isTrue(address) || (life.birth > 0 && life.hole === 0)) continue
      const mark = this.#marks.get(address)
      const known = mark === undefined || mark.createdSeq > this.#at ? Number.POSITIVE_INFINITY : mark.seq
      this.block(this.#at, Math.min(life.end, Math.max(known, life.shaken)))
    }
    let position = this.#at
    for (const [from, to] of this.#gaps.toSorted((a, b) => a[0] - b[0]))
      if (from <= position) position = Math.max(position, to)
    return position
  }

  #before(signal: Signal, isErased: boolean): void {
    const { seq, to, from, type, refused } = signal
    if (type === 'hub.release' && signal.data !== null)
      this.#touch((signal.data as { address: Address }).address, seq)
    if (to === HUB) return
    if (refused?.code === 'HOPS_EXCEEDED') this.#touch(from, seq)
    this.#touch(to, seq)
    if (isBirth(signal)) this.#lives.set(to, bornAt(seq))
    else if (signal.fromState !== null && !this.#lives.has(to)) this.#lives.set(to, bornAt(0))
    const life = this.#lives.get(to)
    if (life !== undefined && isErased && life.hole === 0) life.hole = seq
    if (signal.final) this.#lives.delete(to)
  }

  #after(signal: Signal, isErased: boolean): void {
    const { seq, to, type, refused, final } = signal
    const later = this.#later.get(to)
    const life = this.#lives.get(to)
    if (later !== undefined) {
      if (isErased && later.hole === 0) later.hole = seq
      if (final) this.#bury(to, later, seq)
    } else if (isBirth(signal)) {
      const born = { ...bornAt(seq), hole: isErased ? seq : 0 }
      if (final) this.#bury(to, born, seq)
      else this.#later.set(to, born)
    } else if (life === undefined || life.end < seq) {
      // It was there before the first record that is left.
      if (life === undefined && signal.fromState !== null)
        this.#lives.set(to, { ...bornAt(0), end: final ? seq : Number.POSITIVE_INFINITY })
    } else {
      if (final) life.end = seq
      if (type === 'hub.timer' && refused !== null && refused.code !== 'STALE_TIMER') life.shaken = seq
    }
  }

  /** One that came and went, all of it after the position. */
  #bury(address: Address, life: Life, end: number): void {
    this.#later.delete(address)
    if (life.hole > 0) this.block(life.hole, end)
  }

  #touch(address: Address, seq: number): void {
    const mark = this.#marks.get(address)
    if (mark !== undefined && seq > mark.seq && !this.#touched.has(address)) this.#touched.set(address, seq)
  }
}
