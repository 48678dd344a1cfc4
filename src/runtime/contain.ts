/**
 * Contain: calls users' code whose failure is nobody else's: subscribers and loggers. What it throws, at once or later by a
 * promise, is told to one place and goes no further.
 */
import { Observable, Subscriber, type Observer, type Operator, type Subscription } from 'rxjs'
import type { Logger } from '../actors/task-context.ts'

/** `told` must not throw. */
export function contain(call: () => unknown, told: (thrown: unknown) => void): void {
  try {
    const result = call()
    // An async function throws by the promise that it returns, which would end the process.
    if (isThenable(result)) Promise.resolve(result).catch(told)
  } catch (thrown) {
    told(thrown)
  }
}

/** The same logger, for the runtime's own words: one that throws is not heard, and harms nobody. */
export function containedLogger(log: Logger): Logger {
  type Said = Parameters<Logger['error']>
  return {
    debug: (...said: Said) => contain(() => log.debug(...said), ignore),
    info: (...said: Said) => contain(() => log.info(...said), ignore),
    warn: (...said: Said) => contain(() => log.warn(...said), ignore),
    error: (...said: Said) => contain(() => log.error(...said), ignore),
  }
}

/**
 * An Observable, and all that is piped from it, whose subscribers cannot throw into the process: plain rxjs would. The logger is a
 * contained one.
 */
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
    const told = (thrown: unknown): void =>
      this.#log.error({ err: thrown }, 'a subscriber of signals threw; it is contained')
    return super.subscribe({
      next: value => contain(() => observer.next?.(value), told),
      error: thrown =>
        contain(() => {
          const handle = observer.error?.bind(observer) ?? error
          if (handle === undefined) throw thrown
          return handle(thrown)
        }, told),
      complete: () => contain(() => (observer.complete?.bind(observer) ?? complete)?.(), told),
    })
  }
}

const ignore = (): void => {}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
