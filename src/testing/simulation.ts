/**
 * Simulation: one journal, and one process life after another on it, in virtual time. It decides when the hub takes
 * its turn, when time passes and when a process dies, all from one seed: the same seed gives the same trace.
 */
import { crc32 } from 'node:zlib'
import type { Limits } from '../runtime/limits.ts'
import { emptyMemory, memory, type MemoryState } from '../runtime/memory-journal.ts'
import type { RuntimeOptions } from '../runtime/options.ts'
import { createRuntime } from '../runtime/runtime.ts'
import { VirtualClock } from './clock.ts'
import { crashingJournal, type Crash } from './crashing-journal.ts'
import { Crashed, Stuck } from './ends.ts'
import { countedIds } from './ids.ts'
import { Ledger, type Entry } from './ledger.ts'
import { Life } from './life.ts'
import { Dice } from './random.ts'
import { settled, SimulatedScheduler } from './scheduler.ts'

/** What a process of the simulation knows: agents, workflows, tasks. */
export type World = Pick<RuntimeOptions, 'agents' | 'workflows' | 'tasks'>

export interface SimulationOptions {
  readonly seed: number
  readonly limits?: Partial<Limits>
  /** Called for each process life. */
  readonly setup: (life: Life) => World
  /** Called between any two steps, with all promises settled. */
  readonly between?: (life: Life) => void
}

const START = Date.UTC(2030, 0, 1)
/** More than any simulation needs that comes to an end. */
const STEPS = 200_000
/** The hub may be late by so much while its turn waits. */
const LAG = 25

export class Simulation {
  readonly clock = new VirtualClock(START)
  readonly scheduler = new SimulatedScheduler()
  readonly ids = countedIds()
  readonly ledger = new Ledger()
  readonly state: MemoryState
  /** Records in each commit, over all lives. */
  readonly batches: number[] = []
  readonly dice: Dice
  readonly #options: SimulationOptions
  #lives = 0
  #commits = 0
  #trace = 0
  #steps = 0

  constructor(options: SimulationOptions, state: MemoryState = emptyMemory()) {
    this.#options = options
    this.dice = new Dice(options.seed)
    this.state = state
  }

  /** One number for everything that happened. */
  get trace(): number {
    return this.#trace
  }

  /** Commits of the present process life. */
  get commits(): number {
    return this.#commits
  }

  /** What a process knows: definitions, with handlers of that life. */
  setup(life: Life): World {
    return this.#options.setup(life)
  }

  /** Starts a process. @throws Crashed when it dies before it is up */
  async boot(crash?: Crash): Promise<Life> {
    const life = new Life(this, ++this.#lives)
    this.#commits = 0
    const journal = crashingJournal({
      journal: memory(this.state),
      crash,
      alive: () => life.alive,
      die: () => life.die(),
      doom: () => life.doom(),
      durable: batch => {
        this.#commits++
        this.batches.push(batch.records.length)
        this.ledger.durable(batch.signals)
        this.#note(`commit ${batch.records.length} ${batch.records.at(-1)?.sum ?? ''}`)
      },
    })
    const { limits = {} } = this.#options
    const options = { ...this.setup(life), journal, limits, host: life.host, logger: QUIET }
    const runtime = await this.until(life, createRuntime(options))
    life.runtime = runtime
    runtime.signals$.subscribe(({ seq }) => {
      if (life.alive && seq > this.ledger.position)
        this.ledger.wrongs.push(`signal ${seq} was seen too early`)
    })
    return life
  }

  /** Lets things happen until the promise settles. @throws Crashed, Stuck, and what the promise rejects with */
  async until<T>(life: Life, promise: Promise<T>): Promise<T> {
    let outcome: { value: T } | { error: unknown } | undefined
    // What a dead process would still say, nobody hears.
    promise.then(
      value => life.alive && (outcome = { value }),
      (error: unknown) => life.alive && (outcome = { error }),
    )
    for (;;) {
      await settled()
      if (life.doomed) life.die()
      if (outcome !== undefined) break
      if (!life.alive) throw new Crashed(`process ${life.number} died`)
      this.#options.between?.(life)
      if (!this.step()) throw new Stuck('somebody waits, and nothing will ever happen')
    }
    if ('error' in outcome) throw outcome.error
    return outcome.value
  }

  /** Lets things happen until nothing is left to happen. */
  async drain(life: Life): Promise<void> {
    do {
      await settled()
      if (life.doomed) life.die()
      if (life.alive) this.#options.between?.(life)
    } while (life.alive && this.step())
  }

  /** Lets virtual time pass, with everything that is due in it. */
  async pass(life: Life, ms: number): Promise<void> {
    await this.until(life, life.wait(ms))
  }

  /** One thing happens: the hub takes a turn, or time passes. False when there is nothing. */
  step(): boolean {
    if (++this.#steps > STEPS) throw new Stuck('this simulation does not come to an end')
    const { clock, scheduler, dice } = this
    const due = clock.next()
    const late = due !== undefined && due - clock.now() <= LAG && dice.chance(0.2)
    if (scheduler.size === 0 || late) return clock.fire()
    clock.pass(dice.below(4))
    return scheduler.run()
  }

  /** Something happened outside. */
  wrote(entry: Entry): void {
    this.ledger.add(entry)
    this.#note(JSON.stringify(entry))
  }

  #note(line: string): void {
    this.#trace = crc32(`${this.#lives} ${this.clock.now()} ${line}\n`, this.#trace)
  }
}

const QUIET = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
