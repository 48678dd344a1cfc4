/**
 * Allowance: how much virtual time and how many steps all that is under way may still take, after the last word from outside: the
 * deadlines of its attempts, its timers, and a little for each thing that happens.
 */
import { HUB, type Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Batch } from '../../runtime/journal.ts'
import { leftOf } from './attempt.ts'
import type { Shadow } from './shadow.ts'

/** Virtual milliseconds that the hub may be late, for each thing that happens. */
const LATE = 100
/** Steps for each thing that happens: a signal, or an entry in the ledger of the outside. */
const STEPS = 1_000

interface Load {
  readonly messages: number
  readonly rate: { readonly interval: number }
}

export class Allowance {
  readonly #shadow: Shadow
  #begun = 0
  #steps = 0
  #happened = 0
  #time = 0
  #last = 0
  /** Deadlines and timers that are counted. */
  readonly #counted = new Set<object>()

  constructor(shadow: Shadow) {
    this.#shadow = shadow
  }

  /** Faults have ended, or somebody from outside had his last word. */
  begin(): void {
    const { stage, limits } = this.#shadow
    this.#begun = this.#last = stage.clock.now()
    this.#steps = stage.steps
    this.#happened = 1
    // A clock that was set back must come to where tokens are due.
    const { desks, mail } = this.#shadow.books
    this.#time = limits.idle + desks.behind(this.#begun) + mail.restsFor(this.#begun)
    this.#counted.clear()
    this.#count()
  }

  took({ signals }: Batch): void {
    if (signals.length === 0) return
    if (signals.some(isWord)) this.begin()
    this.#happened += signals.length
    // Who was started may have waited for a token.
    for (const { name, to } of signals) if (name === 'task.started') this.#time += this.#tokenOf(to)
    // A conversation ends when all that its rate gives is there again.
    for (const { type, data } of signals)
      if (type === 'conversation.load') {
        const { messages, rate } = data as unknown as Load
        this.#time += messages * rate.interval
      }
    // A handler that was given up settles whenever it likes.
    const isStale = signals.every(({ refused }) => refused?.code === 'STALE_ATTEMPT')
    if (!isStale) this.#last = this.#shadow.stage.clock.now()
    this.#count()
  }

  wrote(): void {
    this.#happened++
  }

  /** What took longer than all that was under way can explain. */
  exceeded(): string | undefined {
    const { stage } = this.#shadow
    const steps = stage.steps - this.#steps
    if (steps > this.#happened * STEPS) return `${steps} steps for ${this.#happened} things that happened`
    const time = this.#last - this.#begun
    const most = this.#time + this.#happened * LATE
    return time > most ? `took ${time} ms to come to rest, and had reason for ${most}` : undefined
  }

  #tokenOf(task: Address): number {
    const { works, desks } = this.#shadow.books
    const work = works.get(task)
    return work === undefined ? 0 : desks.of(work.spec).interval
  }

  #count(): void {
    const { timers, books, stage } = this.#shadow
    const now = stage.clock.now()
    for (const timer of timers) this.#add(timer, timer.due - now)
    for (const attempt of books.open) this.#add(attempt, leftOf(attempt, now))
  }

  #add(what: object, ms: number): void {
    if (this.#counted.has(what)) return
    this.#counted.add(what)
    this.#time += Math.max(0, ms)
  }
}

/** Clients, operators and code that comes and goes: not what the hub and its attempts say by themselves. */
const isWord = ({ from, type, causationId }: Signal): boolean =>
  causationId === 0 && (from.startsWith('client/') || (from === HUB && !type.startsWith('task.')))
