/**
 * Handles: what all have in common that users hold of something in the hub, and a task as they hold it. A handle holds an address and
 * nothing that could be lost: the same one is had from any process life.
 */
import type { Observable } from 'rxjs'
import { fromFailure, StatorError } from '../errors.ts'
import type { TaskContext as TaskState } from '../machines/task.ts'
import type { Address } from '../messages/address.ts'
import { toMs, type Duration } from '../messages/duration.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import { knownFrom } from './cached.ts'
import { attemptsOf, type AttemptInfo } from './attempts.ts'
import type { Cell, Hold } from './cell.ts'
import { checkCall } from './check-options.ts'
import type { Ending } from './endings.ts'
import type { HistoryFilter, Journal } from './journal.ts'
import { taskOutcome, type TaskOutcome } from './outcome.ts'
import type { Clock } from './clock.ts'
import type { SayOptions } from './options.ts'

/** What handles need of the runtime. */
export interface HandleHost {
  readonly journal: Journal
  readonly clock: Clock
  ended(address: Address): Promise<Ending>
  cell(address: Address): Cell | undefined
  /** The signal with which it ended, if it did and is known. */
  ending(address: Address): Signal | undefined
  /** Why it cannot be brought back in this process life, if that is so. */
  stranded(address: Address): Hold | undefined
  /** A run as it stood when it ended with that signal; undefined where nobody knows any more. */
  past(ending: Signal): Cell | undefined
  send(type: string, to: Address, data: Json, options?: SayOptions): Promise<Signal>
  observe(filter: HistoryFilter): Observable<Signal>
  read(filter: HistoryFilter): AsyncIterable<Signal>
}

export interface WaitOptions {
  /** Rejects with TIMED_OUT when it takes longer; the work goes on. */
  readonly timeout?: Duration
}

/** Times in milliseconds since the epoch, 0 where it has not happened. */
export interface TaskInfo extends Omit<TaskState, 'spec' | 'turn' | 'delay'> {
  /** The name of the task's definition. */
  readonly task: string
  readonly status: string
  /** Milliseconds that the last attempt ran; 0 until it has ended, or when it never ran. */
  readonly duration: number
  readonly metadata: Readonly<Record<string, Json>>
  /** The task whose result it was given instead of being run; null where it had to run. */
  readonly cachedFrom: Address | null
  /** Null until it has ended. */
  readonly outcome: TaskOutcome | null
}

export abstract class Handle<Outcome> {
  readonly id: string
  readonly address: Address
  protected readonly host: HandleHost

  constructor(host: HandleHost, address: Address) {
    this.host = host
    this.address = address
    this.id = address.slice(address.indexOf('/') + 1)
  }

  /** How it ended. Rejects only where no outcome can be known: TIMED_OUT, HELD, CLOSED, NOT_FOUND, JOURNAL_FAILED. */
  async outcome(options: WaitOptions = {}): Promise<Outcome> {
    return this.read(await this.ended(options))
  }

  protected ended(options: WaitOptions): Promise<Ending> {
    checkCall(options)
    const { timeout } = options
    // Before anybody waits: a timeout that is none is an error of the caller alone.
    const ms = timeout === undefined ? undefined : toMs(timeout, 'timeout')
    const ended = this.host.ended(this.address)
    return ms === undefined ? ended : this.#within(ended, ms)
  }

  /** The present state, such as `running`. @throws StatorError NOT_FOUND */
  status(): string {
    const cell = this.host.cell(this.address)
    if (cell !== undefined) return cell.held === null ? cell.state : 'held'
    if (this.host.stranded(this.address) !== undefined) return 'held'
    const signal = this.host.ending(this.address)
    if (signal === undefined) throw new StatorError('NOT_FOUND', { address: this.address })
    return signal.toState ?? ''
  }

  protected abstract read(ending: Ending): Outcome

  async #within<T>(promise: Promise<T>, ms: number): Promise<T> {
    let cancel = (): void => {}
    const late = new Promise<never>((_, reject) => {
      cancel = this.host.clock.after(ms, () =>
        reject(new StatorError('TIMED_OUT', { address: this.address, ms })),
      )
    })
    try {
      return await Promise.race([promise, late])
    } finally {
      cancel()
    }
  }

  /** Asks it to end. One that has ended, or is about to for having been asked, is no error. */
  protected async askToEnd(type: string, data: Json): Promise<void> {
    const isEnding = (): boolean => {
      const cell = this.host.cell(this.address)
      return cell === undefined ? this.host.ending(this.address) !== undefined : cell.state === 'cancelling'
    }
    if (isEnding()) return
    try {
      await this.host.send(type, this.address, data)
    } catch (error) {
      // It ended while this was on its way.
      if (!isEnding()) throw error
    }
  }
}

export class TaskHandle<Output = Json> extends Handle<TaskOutcome<Output>> {
  /** Its signals: history, then live; completes with its end. */
  get signals$(): Observable<Signal> {
    return this.host.observe({ actor: this.address })
  }

  /** @throws StatorError (rejects) TASK_FAILED, CANCELLED, DEPENDENCY_FAILED, with the failure as cause */
  async result(options: WaitOptions = {}): Promise<Output> {
    const outcome = this.read(await this.ended(options))
    if (outcome.status === 'completed') return outcome.output as Output
    const failure = outcome.error ?? { name: 'Error', message: outcome.status, code: 'TASK_FAILED' }
    const code =
      outcome.status === 'cancelled'
        ? 'CANCELLED'
        : outcome.status === 'blocked'
          ? 'DEPENDENCY_FAILED'
          : 'TASK_FAILED'
    throw fromFailure(code, failure, { task: this.address })
  }

  /** Aborts its handler's signal and ends it. Settles when that is durable. */
  async cancel(reason?: string): Promise<void> {
    await this.askToEnd('task.cancel', reason === undefined ? {} : { reason })
  }

  /** How it goes or went, also after its end. @throws StatorError NOT_FOUND: it never was, or was pruned */
  info(): TaskInfo {
    const cell = this.host.cell(this.address)
    const ending = cell === undefined ? this.host.ending(this.address) : undefined
    const shown = cell ?? (ending === undefined ? undefined : this.host.past(ending))
    if (shown === undefined) throw new StatorError('NOT_FOUND', { address: this.address })
    const { spec, turn: _, delay: _delay, ...kept } = shown.snapshot.context as TaskState
    const { startedAt, endedAt } = kept
    return {
      ...kept,
      task: spec?.task ?? '',
      status: this.status(),
      duration: startedAt > 0 && endedAt > 0 ? endedAt - startedAt : 0,
      metadata: spec?.metadata ?? {},
      cachedFrom: (ending === undefined ? null : knownFrom(ending)) ?? null,
      outcome: ending === undefined ? null : taskOutcome(ending),
    }
  }

  /** Every run of its handler, oldest first, also after its end: see AttemptInfo. @throws StatorError NOT_FOUND, CLOSED */
  attempts(): AttemptInfo[] {
    this.status()
    const attempts = attemptsOf(this.host.journal, this.address)
    if (attempts === undefined) throw new StatorError('NOT_FOUND', { address: this.address })
    return attempts
  }

  protected read({ signal }: Ending): TaskOutcome<Output> {
    return taskOutcome(signal) as TaskOutcome<Output>
  }
}
