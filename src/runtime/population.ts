/**
 * Population: every living actor, in memory or parked in the journal, and which of them have moved since their last
 * checkpoint. It brings actors back on demand; it delivers nothing and commits nothing.
 */
import type { ActorRefLike } from 'xstate'
import type { Definition } from '../actors/kind.ts'
import { StatorError } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import { Cell, firstSnapshot, type Hold } from './cell.ts'
import { bringsItsOwn } from './identity.ts'
import type { Checkpoint, Journal } from './journal.ts'
import { definitionsIn, recordOf } from './migration.ts'
import { decode } from './record.ts'

/** Finds what an actor runs: from the message that creates it, or from what its checkpoint names. */
export interface Definitions {
  creating(message: Pick<Signal, 'type' | 'to' | 'data'>): Definition | undefined
  /** Undefined where the definition is not registered in this process life. */
  named(
    address: Address,
    ref: Checkpoint['definition'],
    create: () => Signal | undefined,
  ): Definition | undefined
  /** All that has the name of a definition, in the order in which it was registered. */
  alike(address: Address, ref: Checkpoint['definition']): readonly Definition[]
}

export class Population {
  readonly #cells = new Map<Address, Cell>()
  /** In the order of their first signal since the last checkpoint. */
  readonly #dirty = new Map<Address, Cell>()
  /** Actors that could not be brought to life: their checkpoints stay as they are. */
  readonly #stranded = new Map<Address, Hold>()
  /** Of these and of whom they hold up: the first record that no checkpoint covers. */
  readonly #needed = new Map<Address, number>()
  /** Of these the journal's tail holds something that their checkpoints do not. */
  readonly #behind = new Set<Address>()
  /** Ended, with a checkpoint that the next commit takes away: nobody comes back from it. */
  readonly #leaving = new Set<Address>()
  /** In the turn that is not committed yet. */
  readonly #checkpointed: Cell[] = []
  #strandedSince = Number.POSITIVE_INFINITY
  readonly #journal: Journal
  readonly #definitions: Definitions
  readonly #root: ActorRefLike
  /** False as long as nobody was ever found parked, or was parked. */
  #parked = false

  constructor(journal: Journal, definitions: Definitions, root: ActorRefLike) {
    this.#journal = journal
    this.#definitions = definitions
    this.#root = root
  }

  get size(): number {
    return this.#cells.size
  }

  get dirtyCount(): number {
    return this.#dirty.size
  }

  cells(): IterableIterator<Cell> {
    return this.#cells.values()
  }

  stranded(): ReadonlyMap<Address, Hold> {
    return this.#stranded
  }

  /** The first record that somebody stranded still needs: the journal's tail must not move past it. */
  get strandedSince(): number {
    return this.#strandedSince
  }

  loaded(address: Address): Cell | undefined {
    return this.#cells.get(address)
  }

  /** The actor at an address, brought back if it is parked. */
  find(address: Address): Cell | undefined {
    const loaded = this.#cells.get(address)
    if (loaded !== undefined) return loaded
    const checkpoint = this.#parkedAs(address)
    return checkpoint === undefined ? undefined : this.restore(checkpoint)
  }

  /** Is there an actor, wherever it is? Nobody is brought back for the answer. */
  lives(address: Address): boolean {
    return this.#cells.has(address) || this.#stranded.has(address) || this.#parkedAs(address) !== undefined
  }

  /** The actor at an address, to be read and not to be moved: one that is parked stays so. */
  look(address: Address): Cell | undefined {
    const loaded = this.#cells.get(address)
    if (loaded !== undefined) return loaded
    const checkpoint = this.#parkedAs(address)
    const cell = checkpoint === undefined ? undefined : this.#make(checkpoint)
    cell?.live.stop()
    return cell
  }

  /**
   * Who waits for a message that does not go on: its sender, also one that cannot be brought back. One that has ended holds nobody up:
   * then it is the recipient that would wait for ever.
   */
  whoWaits({ from, to }: Pick<Signal, 'from' | 'to'>): Address {
    return this.#stranded.has(from) || this.find(from) !== undefined ? from : to
  }

  /** A new actor for a message that creates one; undefined where no such definition is known. */
  create(message: Signal): Cell | undefined {
    const definition = this.#definitions.creating(message)
    if (definition === undefined) return undefined
    const cell = new Cell(definition, message, firstSnapshot(definition), this.#root)
    this.#cells.set(message.to, cell)
    return cell
  }

  /** Brings an actor back from its checkpoint; holds it where its definition is missing. */
  restore(checkpoint: Checkpoint): Cell | undefined {
    const cell = this.#make(checkpoint)
    if (cell !== undefined) this.#cells.set(cell.address, cell)
    return cell
  }

  #make(checkpoint: Checkpoint): Cell | undefined {
    const { address, definition: ref } = checkpoint
    const create = (): Signal | undefined => {
      const record = this.#journal.get(checkpoint.createdSeq)
      return record === undefined ? undefined : decode(record)
    }
    const definition = this.#definitions.named(address, ref, create)
    if (definition === undefined) {
      this.#strandMissing(address, ref)
      return undefined
    }
    return Cell.restored(definition, checkpoint, this.#root)
  }

  /** Finds out whether an actor that stays parked could be brought back; a graph brings its own definition. */
  check({ address, definition: ref }: Checkpoint): boolean {
    this.#parked = true
    const known = bringsItsOwn(ref) || this.#definitions.named(address, ref, () => undefined) !== undefined
    if (!known) this.#strandMissing(address, ref)
    return known
  }

  #strandMissing(address: Address, { name, version, hash }: Checkpoint['definition']): void {
    const reason = `${name} version ${version} (${hash}) is not registered`
    this.strand(address, { code: 'VERSION_MISSING', reason, signal: 0 })
  }

  /** The record of one that is not in memory and could be. */
  #parkedAs(address: Address): Checkpoint | undefined {
    if (!this.#parked || this.#stranded.has(address) || this.#leaving.has(address)) return undefined
    return this.#journal.checkpoint(address)
  }

  /** An actor that cannot live in this process life. What is in the journal of it stays. */
  strand(address: Address, hold: Hold): void {
    this.#stranded.set(address, hold)
    const cell = this.#cells.get(address)
    if (cell === undefined) return
    if (cell.dirtySince > 0) this.needs(address, cell.dirtySince)
    cell.live.stop()
    this.#cells.delete(address)
    this.#dirty.delete(address)
  }

  /** A record of somebody stranded that must be folded before anything else can become of him. */
  lacks(address: Address, seq: number): void {
    this.#behind.add(address)
    this.needs(address, seq)
  }

  isBehind(address: Address): boolean {
    return this.#behind.has(address)
  }

  /** Puts an actor onto the definition that a recorded migration names, as it says; undefined where that is not registered. */
  adopt(signal: Signal): Cell | undefined {
    const { to: address, seq } = signal
    this.#cells.get(address)?.live.stop()
    for (const known of [this.#cells, this.#dirty, this.#stranded, this.#behind]) known.delete(address)
    const cell = this.restore(recordOf(signal))
    if (cell === undefined) {
      this.lacks(address, seq)
      return undefined
    }
    if (cell.state !== definitionsIn(signal).state) cell.sinceSeq = seq
    this.moved(cell, seq)
    return cell
  }

  /** A record that no checkpoint of somebody stranded covers. */
  needs(address: Address, seq: number): void {
    this.#needed.set(address, Math.min(this.#needed.get(address) ?? seq, seq))
    this.#strandedSince = Math.min(this.#strandedSince, seq)
  }

  /** One that cannot be brought back, and never will be: the tail need not be kept for it any more. */
  abandon(address: Address): void {
    this.#leaving.add(address)
    for (const known of [this.#stranded, this.#behind, this.#needed]) known.delete(address)
    this.#strandedSince = Math.min(Number.POSITIVE_INFINITY, ...this.#needed.values())
  }

  moved(cell: Cell, seq: number): void {
    if (cell.dirtySince !== 0) return
    cell.dirtySince = seq
    this.#dirty.set(cell.address, cell)
  }

  ended(cell: Cell): void {
    if (cell.hasCheckpoint) this.#leaving.add(cell.address)
    this.#cells.delete(cell.address)
    this.#dirty.delete(cell.address)
    cell.timers = null
  }

  /** What ended is gone from the journal as well; what was checkpointed may leave memory, where more than `keep` live there. */
  committed(keep: number): void {
    this.#leaving.clear()
    for (const cell of this.#checkpointed.splice(0)) if (this.#cells.size > keep) this.parkOne(cell)
  }

  /** The oldest position that some living actor has not checkpointed; undefined when all are. */
  oldestDirty(): number | undefined {
    for (const cell of this.#dirty.values()) return cell.dirtySince
    return undefined
  }

  /** Checkpoints of up to `count` actors that have not had one since `upTo`, those first that moved longest ago. */
  checkpoint(count: number, upTo: number): Checkpoint[] {
    const made: Checkpoint[] = []
    for (const cell of this.#dirty.values()) {
      if (made.length >= count || cell.dirtySince > upTo) break
      made.push(cell.checkpoint())
      this.#checkpointed.push(cell)
      cell.dirtySince = 0
      cell.hasCheckpoint = true
      this.#dirty.delete(cell.address)
    }
    return made
  }

  /** Takes idle actors out of memory until at most `keep` live there. What runs or waits for a timer stays. */
  park(keep: number): number {
    let parked = 0
    for (const cell of this.#cells.values()) {
      if (this.#cells.size <= keep) break
      if (this.parkOne(cell)) parked++
    }
    return parked
  }

  /** True when the actor was clean and idle, and is now only in the journal. */
  parkOne(cell: Cell): boolean {
    if (cell.dirtySince !== 0 || !cell.hasCheckpoint || cell.held !== null) return false
    if (cell.timers !== null && cell.timers.size > 0) return false
    if (!cell.definition.kind.rests(cell.state)) return false
    cell.live.stop()
    this.#cells.delete(cell.address)
    this.#parked = true
    return true
  }

  /** @throws StatorError NOT_FOUND */
  require(address: Address): Cell {
    const cell = this.find(address)
    if (cell === undefined) throw new StatorError('NOT_FOUND', { address })
    return cell
  }
}
