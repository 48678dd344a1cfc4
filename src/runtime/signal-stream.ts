/**
 * Signal stream: committed signals on their way to observers. `signals$` pushes and contains what subscribers throw;
 * `read` pulls from any past position and goes on live, holding a position and never a buffer. Nothing here can slow
 * the hub down.
 */
import { Observable, Subscriber, type Observer, type Operator, type Subscription } from 'rxjs'
import type { StatorError } from '../errors.ts'
import type { Logger } from '../actors/task-context.ts'
import type { Signal } from '../messages/signal.ts'
import { matches } from './history.ts'
import type { HistoryFilter, Journal } from './journal.ts'
import type { Scheduler } from './scheduler.ts'

type Read = Omit<HistoryFilter, 'order' | 'limit' | 'before' | 'until'>

const PAGE = 500

export interface SignalStreamParts {
  readonly journal: Journal
  /** So many of the latest signals are kept in memory. */
  readonly keep: number
  readonly log: Logger
  readonly scheduler: Scheduler
}

export class SignalStream {
  readonly signals$: Observable<Signal>
  readonly #journal: Journal
  readonly #keep: number
  readonly #log: Logger
  readonly #scheduler: Scheduler
  readonly #subscribers = new Set<Subscriber<Signal>>()
  #ring: Signal[] = []
  #released = 0
  #waiting: (() => void)[] = []
  #closed = false
  #failure: StatorError | undefined

  constructor(parts: SignalStreamParts) {
    const { log } = parts
    this.#journal = parts.journal
    this.#keep = parts.keep
    this.#log = log
    this.#scheduler = parts.scheduler
    this.signals$ = new ContainedObservable<Signal>(log, subscriber => {
      if (this.#failure !== undefined) subscriber.error(this.#failure)
      else if (this.#closed) subscriber.complete()
      this.#subscribers.add(subscriber)
      return () => this.#subscribers.delete(subscriber)
    })
  }

  /** The last position that observers may see. */
  get position(): number {
    return this.#released
  }

  /** What the journal holds already may be seen. */
  begin(released: number): void {
    this.#released = released
  }

  publish(signals: readonly Signal[]): void {
    const last = signals.at(-1)
    if (last === undefined) return
    this.#released = last.seq
    if (this.#keep > 0) {
      for (const signal of signals) this.#ring.push(signal)
      // Cut rarely: shifting one by one would copy the ring for every signal.
      if (this.#ring.length > 2 * this.#keep) this.#ring = this.#ring.slice(-this.#keep)
    }
    if (this.#subscribers.size > 0)
      for (const signal of signals) for (const subscriber of this.#subscribers) subscriber.next(signal)
    if (this.#waiting.length > 0) for (const wake of this.#waiting.splice(0)) wake()
  }

  /** The latest signals in memory that fit, oldest first. */
  recent(filter: HistoryFilter): Signal[] {
    return this.#ring
      .slice(-this.#keep)
      .filter(signal => matches(signal, filter))
      .slice(-(filter.limit ?? this.#keep))
  }

  /** From a position on, then live, without gap or duplicate; ends when the runtime closes. */
  async *read(filter: Read): AsyncGenerator<Signal, void, undefined> {
    let after = filter.after ?? 0
    for (;;) {
      const upTo = this.#released
      const page = after < upTo ? this.#page(filter, after, upTo) : []
      for (const signal of page) yield signal
      const last = page.at(-1)
      if (page.length === PAGE && last !== undefined) {
        after = last.seq
        // A long past is read between turns of the hub, not instead of them.
        await new Promise<void>(resolve => {
          this.#scheduler.soon(resolve)
        })
      } else {
        after = Math.max(after, upTo)
        if (this.#released > after) continue
        if (this.#failure !== undefined) throw this.#failure
        if (this.#closed) return
        await new Promise<void>(resolve => {
          this.#waiting.push(resolve)
        })
      }
    }
  }

  /** The same as an Observable; completes with the end of the actor or run that the filter names. */
  observe(filter: Read): Observable<Signal> {
    return new ContainedObservable<Signal>(this.#log, subscriber => {
      const reader = this.read({ ...filter, after: filter.after ?? 0 })
      const pump = async (): Promise<void> => {
        for await (const signal of reader) {
          if (subscriber.closed) return
          subscriber.next(signal)
          if (signal.final && signal.to === (filter.actor ?? filter.correlationId)) break
        }
        subscriber.complete()
      }
      pump().catch((error: unknown) => subscriber.error(error))
      return () => void reader.return()
    })
  }

  /** Nothing more will come: streams complete, readers end once they have read everything; with a failure, by it. */
  close(failure?: StatorError): void {
    if (this.#closed) return
    this.#closed = true
    this.#failure = failure
    for (const subscriber of this.#subscribers)
      if (failure === undefined) subscriber.complete()
      else subscriber.error(failure)
    this.#subscribers.clear()
    for (const wake of this.#waiting.splice(0)) wake()
  }

  #page(filter: Read, after: number, upTo: number): Signal[] {
    const oldest = this.#ring[0]
    if (oldest !== undefined && after >= oldest.seq - 1) {
      const found: Signal[] = []
      for (let i = after - oldest.seq + 1; i < this.#ring.length && found.length < PAGE; i++) {
        const signal = this.#ring[i] as Signal
        if (matches(signal, { ...filter, after })) found.push(signal)
      }
      return found
    }
    return this.#journal.query({ ...filter, after, before: upTo + 1, limit: PAGE })
  }
}

/** An Observable, and all that is piped from it, whose subscribers cannot throw into the process: plain rxjs would. */
export class ContainedObservable<T> extends Observable<T> {
  readonly #log: Logger

  constructor(log: Logger, subscribe?: (subscriber: Subscriber<T>) => (() => void) | void) {
    super(subscribe)
    this.#log = log
  }

  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new ContainedObservable<R>(this.#log)
    lifted.source = this as unknown as Observable<never>
    lifted.operator = operator as Operator<never, R>
    return lifted
  }

  override subscribe(
    first?: Partial<Observer<T>> | ((value: T) => void) | null,
    ...rest: unknown[]
  ): Subscription {
    if (first instanceof Subscriber) return super.subscribe(first)
    const [error, complete] = rest as [((error: unknown) => void)?, (() => void)?]
    const observer: Partial<Observer<T>> = typeof first === 'function' ? { next: first } : (first ?? {})
    const contained = (call: () => void): void => {
      try {
        call()
      } catch (thrown) {
        this.#log.error({ err: thrown }, 'a subscriber of signals threw; it is contained')
      }
    }
    return super.subscribe({
      next: value => contained(() => observer.next?.(value)),
      error: thrown =>
        contained(() => {
          const handle = observer.error?.bind(observer) ?? error
          if (handle === undefined) throw thrown
          handle(thrown)
        }),
      complete: () => contained(() => (observer.complete?.bind(observer) ?? complete)?.()),
    })
  }
}
