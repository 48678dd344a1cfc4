/**
 * Handles: a run and a task as their users hold them. A handle holds an address and nothing that could be lost: the
 * same one is had from any process life.
 */
import type { Observable } from 'rxjs'
import type { Tally } from '../actors/kind.ts'
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
import { heldError } from './ended.ts'
import type { Ending } from './endings.ts'
import type { HistoryFilter, Journal } from './journal.ts'
import {
  pastOutcome,
  resultOfRun,
  runOutcome,
  taskOutcome,
  type RunOutcome,
  type TaskOutcome,
} from './outcome.ts'
import type { Clock } from './clock.ts'

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
  send(type: string, to: Address, data: Json): Promise<Signal>
  observe(filter: HistoryFilter): Observable<Signal>
  read(filter: HistoryFilter): AsyncIterable<Signal>
}

export interface WaitOptions {
  /** Rejects with TIMED_OUT when it takes longer; the work goes on. */
  readonly timeout?: Duration
}

export interface Progress {
  /** 0..100: steps that ended, of all steps. */
  readonly percent: number
  readonly total: number
  readonly completed: number
  readonly running: number
  readonly failed: number
  readonly cancelled: number
  readonly blocked: number
  readonly status: string
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

export class Run<Outputs = Readonly<Record<string, Json>>> extends Handle<RunOutcome<Outputs>> {
  /** The signals of the run and of all its tasks: history, then live; completes with its end. */
  get signals$(): Observable<Signal> {
    return this.host.observe({ correlationId: this.address })
  }

  /** Outputs by step. @throws StatorError (rejects) WORKFLOW_FAILED, CANCELLED, with the steps in its details */
  async result(options: WaitOptions = {}): Promise<Outputs> {
    return resultOfRun(this.address, (await this.outcome(options)) as RunOutcome) as Outputs
  }

  /** Cancels what runs, starts nothing more; finished steps keep their outputs. Settles when that is durable. Again: no error. */
  async cancel(reason?: string): Promise<void> {
    await this.askToEnd('workflow.cancel', reason === undefined ? {} : { reason })
  }

  /** One of its tasks. */
  task(step: string): TaskHandle {
    return new TaskHandle(this.host, `task/${this.id}/${step}`)
  }

  /** Where it stands now; null once it has ended. @throws StatorError HELD: its definition is not registered */
  current(): Progress | null {
    const cell = this.host.cell(this.address)
    const hold = this.host.stranded(this.address)
    if (hold !== undefined) throw heldError(this.address, hold)
    const tally = cell?.definition.run?.tally(cell.snapshot.context)
    return cell === undefined || tally === undefined ? null : progressOf(tally, this.status())
  }

  /** Where it stands, now and whenever that changes; ends with the run. @throws StatorError HELD, NOT_FOUND */
  async *progress(): AsyncGenerator<Progress, void, undefined> {
    // Of a run that never was, nothing would ever come.
    this.status()
    let last = ''
    for await (const signal of this.host.read({ actor: this.address, after: 0 })) {
      const now = this.current()
      if (now !== null && last !== (last = JSON.stringify(now))) yield now
      if (signal.final) {
        const ended = runTotals(this.read({ signal, cell: undefined }))
        yield ended
        return
      }
    }
  }

  /** @throws StatorError NOT_FOUND: it was pruned since; what was erased must not read as if it had been nothing */
  protected read({ signal, cell }: Ending): RunOutcome<Outputs> {
    if ((this.host.journal.get(signal.seq)?.data ?? null) === null)
      throw new StatorError('NOT_FOUND', { address: this.address })
    const ended = cell ?? this.host.past(signal)
    const outcome =
      ended === undefined
        ? pastOutcome(this.host.journal, signal)
        : runOutcome(ended, signal, this.host.journal)
    return outcome as RunOutcome<Outputs>
  }
}

function progressOf(tally: Tally, status: string): Progress {
  const ended = tally.completed + tally.failed + tally.cancelled + tally.blocked
  return { percent: percentOf(ended, tally.total), ...tally, status }
}

function runTotals(outcome: RunOutcome<unknown>): Progress {
  const steps = Object.values(outcome.steps)
  const count = (status: string): number => steps.filter(step => step.status === status).length
  const completed = Object.keys(outcome.outputs as object).length
  const total = completed + steps.length
  return {
    percent: 100,
    total,
    completed,
    running: 0,
    failed: count('failed'),
    cancelled: count('cancelled') + count('pending'),
    blocked: count('blocked'),
    status: outcome.status,
  }
}

const percentOf = (part: number, whole: number): number =>
  whole === 0 ? 100 : Math.floor((100 * part) / whole)
