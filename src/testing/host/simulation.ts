/**
 * Simulation: one journal, and one process life after another on it, in virtual time. It decides when the hub takes its
 * turn, when time passes and when a process dies, all from its choices: the same choices give the same trace. What runs
 * is the production kernel; nothing here may know what its users promise.
 */
import { crc32 } from 'node:zlib'
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Batch } from '../../runtime/journal.ts'
import { limitsOf, type Limits } from '../../runtime/limits.ts'
import { emptyMemory, memory, type MemoryState } from '../../runtime/memory-journal.ts'
import { createRuntime } from '../../runtime/runtime.ts'
import type { Choices } from './choices.ts'
import { VirtualClock } from './clock.ts'
import { disk, type Crash } from './disk.ts'
import { Crashed, PromiseBroken, Stuck } from './ends.ts'
import { countedIds } from './ids.ts'
import { Ledger, type Entry } from './ledger.ts'
import { Life } from './life.ts'
import { Dice } from './random.ts'
import { settled, SimulatedScheduler } from './scheduler.ts'
import type { Setup, Stage } from './stage.ts'
import type { Said, Told, Wait, Watcher } from './watcher.ts'

export interface SimulationOptions {
  /** Of everything random in the runtime, and of the choices where none are given. */
  readonly seed: number
  readonly choices?: Choices
  readonly limits?: Partial<Limits>
  /** What a process knows. Called for each process life. */
  readonly setup: (life: Life) => Setup
  readonly watchers?: readonly Watcher[]
}

const START = Date.UTC(2030, 0, 1)
/** More than any simulation needs that comes to an end. */
const STEPS = 200_000
const STUCK =
  'somebody waits, and nothing will ever happen: a waiter without a waker, or code that waits for what is not simulated, such as a real timer'
/** The hub may be late by so much while its turn waits, in milliseconds. */
const LAG = 25

export class Simulation implements Stage {
  readonly clock = new VirtualClock(START)
  readonly scheduler = new SimulatedScheduler()
  readonly ids = countedIds()
  readonly ledger = new Ledger()
  readonly state: MemoryState
  /** Records in each commit, over all lives. */
  readonly batches: number[] = []
  readonly dice: Dice
  readonly choices: Choices
  /** What was found wrong, in the order in which it was found. */
  readonly broken: PromiseBroken[] = []
  readonly #options: SimulationOptions
  readonly #watchers: readonly Watcher[]
  readonly #setups = new WeakMap<Life, Setup>()
  #life: Life | undefined
  #lives = 0
  #writes = 0
  #position = 0
  #trace = 0
  #steps = 0

  constructor(options: SimulationOptions, state: MemoryState = emptyMemory()) {
    this.#options = options
    this.#watchers = options.watchers ?? []
    this.dice = new Dice(options.seed)
    this.choices = options.choices ?? this.dice
    this.state = state
    this.#position = state.records.at(-1)?.seq ?? state.anchor.seq
  }

  /** One number for everything that happened. */
  get trace(): number {
    return this.#trace
  }

  /** Writes to the journal in the present process life. */
  get writes(): number {
    return this.#writes
  }

  get limits(): Limits {
    return limitsOf(this.#options.limits)
  }

  /** The last durable position. */
  get position(): number {
    return this.#position
  }

  get lives(): number {
    return this.#lives
  }

  get steps(): number {
    return this.#steps
  }

  setup(life: Life): Setup {
    const setup = this.#setups.get(life) ?? this.#options.setup(life)
    this.#setups.set(life, setup)
    return setup
  }

  /** Ends the present process life, if there is one. */
  kill(): void {
    this.#life?.die()
  }

  /** Starts a process. @throws Crashed when it dies before it is up */
  async boot(crash?: Crash): Promise<Life> {
    const life = new Life(this, ++this.#lives)
    this.#life = life
    this.#writes = 0
    const { limits = {} } = this.#options
    this.#tell(watcher => watcher.starting?.(life))
    const journal = this.#disk(life, crash)
    const options = { ...this.setup(life), journal, limits, host: life.host, logger: QUIET }
    const runtime = await this.until(life, createRuntime(options))
    life.runtime = runtime
    runtime.signals$.subscribe(signal => {
      if (life.alive) this.#tell(watcher => watcher.seen?.(signal, life))
    })
    this.#tell(watcher => watcher.up?.(life))
    return life
  }

  /** Lets things happen until the promise settles. @throws Crashed, Stuck, PromiseBroken, and what the promise rejects with */
  async until<T>(life: Life, promise: Promise<T>): Promise<T> {
    let outcome: { value: T } | { error: unknown } | undefined
    // What a dead process would still say, nobody hears.
    promise.then(
      value => life.alive && (outcome = { value }),
      (error: unknown) => life.alive && (outcome = { error }),
    )
    for (;;) {
      await this.#pause(life)
      if (outcome !== undefined) break
      if (!life.alive) throw new Crashed(`process ${life.number} died`)
      if (this.step()) continue
      this.#tell(watcher => watcher.stuck?.(life))
      this.#complain()
      throw new Stuck(STUCK)
    }
    if ('error' in outcome) throw outcome.error
    return outcome.value
  }

  /** Lets things happen until nothing is left to happen. @throws Stuck, PromiseBroken */
  async drain(life: Life): Promise<void> {
    do await this.#pause(life)
    while (life.alive && this.step())
    if (life.isUp) for (const watcher of this.#watchers) await watcher.drained?.(life)
    this.#complain()
  }

  /** Lets virtual time pass, with everything that is due in it. */
  async pass(life: Life, ms: number): Promise<void> {
    await this.until(life, life.wait(ms))
  }

  /** One thing happens: the hub takes a turn, or time passes. False when there is nothing. */
  step(): boolean {
    if (++this.#steps > STEPS) throw new Stuck('this simulation does not come to an end')
    const { clock, scheduler, choices } = this
    const due = clock.next()
    const late = due !== undefined && due - clock.now() <= LAG && choices.below(5) === 4
    if (scheduler.size === 0 || late) return this.#contained(() => clock.fire())
    clock.pass(choices.below(4))
    return this.#contained(() => scheduler.run())
  }

  /** What nobody catches would have ended the process. Thrown on, where nobody complains of it. */
  #contained(happen: () => boolean): boolean {
    try {
      return happen()
    } catch (error) {
      const life = this.#life
      if (life !== undefined) this.#tell(watcher => watcher.escaped?.(error, life))
      if (this.broken.length === 0) throw error
      return true
    }
  }

  wrote(entry: Entry, life: Life): void {
    this.#tell(watcher => watcher.outside?.(entry, life))
    this.ledger.add(entry)
    this.#note(JSON.stringify(entry))
  }

  asked(said: Said, life: Life): void {
    this.#tell(watcher => watcher.asked?.(said.what, life, said))
  }

  acknowledged(to: Address, life: Life, said: Said, signal: Signal | undefined): void {
    this.#note(`acknowledged ${to}`)
    this.#tell(watcher => watcher.acknowledged?.(to, life, said, signal))
  }

  refused(said: Said, error: unknown, life: Life): void {
    this.#tell(watcher => watcher.refused?.(said, error, life))
  }

  waits(wait: Wait, life: Life): void {
    this.#tell(watcher => watcher.waits?.(wait, life))
  }

  answered(wait: Wait, life: Life, error: unknown): void {
    this.#tell(watcher => watcher.answered?.(wait, life, error))
  }

  prunes(options: unknown, life: Life): void {
    this.#tell(watcher => watcher.prunes?.(options, life))
  }

  told(told: Told, life: Life): void {
    this.#note(`told ${told.what} ${told.address}`)
    this.#tell(watcher => watcher.told?.(told, life))
  }

  /** A promise does not hold: the next wait ends with that. */
  break(promise: number | string, detail: string): void {
    const error = new PromiseBroken(promise, detail, this.#position)
    this.broken.push(error)
    this.#tell(watcher => watcher.broken?.(error))
  }

  /** All promises settle, whoever must die does, and everybody looks on. */
  async #pause(life: Life): Promise<void> {
    await settled()
    if (life.doomed) life.die()
    if (life.alive) this.#tell(watcher => watcher.between?.(life))
    this.#complain()
  }

  #complain(): void {
    const [first] = this.broken
    if (first !== undefined) throw first
  }

  #disk(life: Life, crash: Crash | undefined): ReturnType<typeof disk> {
    const crashed = (at: Crash): void => {
      this.#note(`crash ${at.point}`)
      this.#tell(watcher => watcher.crashed?.(at, life))
    }
    return disk({
      journal: memory(this.state),
      crash,
      alive: () => life.alive,
      torn: () => this.dice.next(),
      die: at => {
        crashed(at)
        life.die()
      },
      doom: at => {
        crashed(at)
        life.doom()
      },
      refused: at => {
        crashed(at)
        life.halt()
      },
      durable: batch => this.#durable(batch, life),
      pruned: () => {
        this.#writes++
        this.#tell(watcher => watcher.pruned?.(life))
      },
    })
  }

  #durable(batch: Batch, life: Life): void {
    this.#writes++
    this.batches.push(batch.records.length)
    this.#note(`commit ${batch.records.length} ${batch.records.at(-1)?.sum ?? ''}`)
    this.#tell(watcher => watcher.durable?.(batch, life))
    this.#position = batch.signals.at(-1)?.seq ?? this.#position
  }

  #tell(tell: (watcher: Watcher) => void): void {
    for (const watcher of this.#watchers) tell(watcher)
  }

  #note(line: string): void {
    this.#trace = crc32(`${this.#lives} ${this.clock.now()} ${line}\n`, this.#trace)
  }
}

const QUIET = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
