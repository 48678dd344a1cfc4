/**
 * Signal stream: committed signals on their way to observers. `signals$` pushes and contains what subscribers throw;
 * `read` pulls from any past position and goes on live, holding a position and never a buffer. Nothing here can slow
 * the hub down.
 */
import type { Observable, Subscriber } from 'rxjs'
import { StatorError } from '../errors.ts'
import type { Logger } from '../actors/task-context.ts'
import type { Signal } from '../messages/signal.ts'
import { ContainedObservable } from './contain.ts'
import { cursorAt } from './cursor.ts'
import { matches } from './history.ts'
import type { HistoryFilter, Journal } from './journal.ts'
import { decode } from './record.ts'
import type { Scheduler } from './scheduler.ts'

type Read = Omit<HistoryFilter, 'order' | 'limit' | 'before' | 'until'>

const PAGE = 500

/** Signals one after the other, for whoever asks. `return` settles at once, and ends a `next` that waits. */
export interface SignalReader extends AsyncIterableIterator<Signal, undefined, undefined> {
  return(): Promise<IteratorResult<Signal, undefined>>
}

/** How a reader is told that nobody waits for it any more. */
interface Stop {
  asked: boolean
  /** Ends its wait, while it waits. */
  wake: () => void
}

export interface SignalStreamParts {
  readonly journal: Journal
  /** So many of the latest signals are kept in memory. */
  readonly keep: number
  /** One that does not throw. */
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
  readonly #waiting = new Set<() => void>()
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
    this.#wakeAll()
  }

  /** What was erased from the journal is not told from memory either. */
  pruned(): void {
    this.#ring = this.#ring.flatMap(signal => {
      const record = this.#journal.get(signal.seq)
      if (record === undefined) return []
      return record.data === null && signal.data !== null ? [decode(record)] : [signal]
    })
  }

  /** The latest signals in memory that fit, oldest first unless the order says otherwise. */
  recent(filter: HistoryFilter): Signal[] {
    const found = this.#ring.slice(-this.#keep).filter(signal => matches(signal, filter))
    // Counted from the start: the last 0 would be all of them.
    const latest = found.slice(Math.max(0, found.length - (filter.limit ?? found.length)))
    return filter.order === 'desc' ? latest.toReversed() : latest
  }

  /**
   * From a position on, then live, without gap or duplicate. When the runtime has closed it ends where everything was read; where it
   * was behind by more than memory holds, it throws.
   * @throws StatorError (rejects) CLOSED with the cursor to go on from as `after`; JOURNAL_FAILED
   */
  read(filter: Read): SignalReader {
    const stop: Stop = { asked: false, wake: () => {} }
    const signals = this.#read(filter, stop)
    const reader: SignalReader = {
      next: async () => signals.next(),
      // A generator's own `return` would wait behind a `next` that waits.
      return: async () => {
        stop.asked = true
        stop.wake()
        return signals.return(undefined)
      },
      [Symbol.asyncIterator]: () => reader,
    }
    return reader
  }

  /** The same as an Observable; completes with the end of the actor or run that the filter names. */
  observe(filter: Read): Observable<Signal> {
    return new ContainedObservable<Signal>(this.#log, subscriber => {
      const reader = this.read(filter)
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

  /** Nothing more will come: streams complete, and readers once they have read everything; with a failure, by it. */
  close(failure?: StatorError): void {
    if (this.#closed) return
    this.#closed = true
    this.#failure = failure
    for (const subscriber of this.#subscribers)
      if (failure === undefined) subscriber.complete()
      else subscriber.error(failure)
    this.#subscribers.clear()
    this.#wakeAll()
  }

  async *#read(filter: Read, stop: Stop): AsyncGenerator<Signal, undefined, undefined> {
    let after = filter.after ?? 0
    while (!stop.asked) {
      const upTo = this.#released
      const page = after < upTo ? this.#page(filter, after, upTo) : []
      for (const signal of page) yield signal
      const last = page.at(-1)
      if (page.length === PAGE && last !== undefined) {
        after = last.seq
        // A long past is read between turns of the hub, not instead of them.
        await pause(stop, wake => this.#scheduler.soon(wake))
      } else {
        after = Math.max(after, upTo)
        if (this.#released > after) continue
        if (this.#failure !== undefined) throw this.#failure
        if (this.#closed) return undefined
        await pause(stop, wake => this.#waiting.add(wake))
        this.#waiting.delete(stop.wake)
      }
    }
    return undefined
  }

  #wakeAll(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
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
    try {
      return this.#journal.query({ ...filter, after, before: upTo + 1, limit: PAGE })
    } catch (error) {
      if (!(error instanceof StatorError && error.code === 'JOURNAL_CLOSED')) throw error
      // The journal closes with the runtime, and a close waits for no reader.
      throw new StatorError('CLOSED', { after: cursorAt(after) }, { cause: error })
    }
  }
}

/** Until it is woken, by what `wait` gives the call to or by its end. */
async function pause(stop: Stop, wait: (wake: () => void) => void): Promise<void> {
  await new Promise<void>(resolve => {
    stop.wake = resolve
    wait(resolve)
  })
}
