/**
 * The executor of this process: runs handlers of agents, with timeouts and abort, and reports how they end. A handler that is given
 * up has no slot any more; what it still says is reported once, for the task to refuse. Nothing it throws gets past here.
 */
import type { Handler } from '../actors/agent.ts'
import { retryAfterOf } from '../actors/retry-after.ts'
import { parse, type Schema } from '../actors/schema.ts'
import type { Logger } from '../actors/task-context.ts'
import { StatorError } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Clock } from './clock.ts'
import { Deadlines } from './deadlines.ts'
import type { Effect, Executor } from './effect.ts'
import { failedData } from './failed.ts'
import type { Random } from './random.ts'
import type { Seat } from './seat.ts'
import { Working, type WorkingParts } from './working.ts'

/** What does a task. */
export interface Code {
  readonly run: Handler<never, unknown>
  readonly output: Schema
}

export interface LocalExecutorParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** One that does not throw. */
  readonly warn: (details: object, message: string) => void
  readonly journalId: () => string
  readonly taskTimeout: number
  readonly progressInterval: number
  readonly codeFor: (effect: Effect) => Code | undefined
  readonly admit: (value: unknown) => Json
  readonly recorded: (task: Address) => ReadonlyMap<string, Json>
  readonly workplace: WorkingParts['workplace']
  readonly doubts: WorkingParts['doubts']
  /** What must be durable before a handler begins, if anything; rejects where it may not. `giveUp` ends the attempt later on. */
  readonly before: (seat: Seat, giveUp: (error: StatorError) => void) => Promise<void> | undefined
  /** Sends a message from the agent to the task. `settled` resolves when durable, rejects when refused. */
  readonly report: (effect: Effect, type: string, data: Json, wait: boolean) => Promise<void> | undefined
}

/** One for all: an error costs a stack trace, and this one is made for every attempt that just ends. */
const SETTLED = new StatorError('STALE_ATTEMPT', { reason: 'the handler has settled' })

export class LocalExecutor implements Executor {
  readonly #parts: LocalExecutorParts
  readonly #running = new Map<Address, Working>()
  readonly #deadlines: Deadlines
  readonly #shared: WorkingParts
  /** Handlers that were given up and have not settled. */
  #abandoned = 0
  #whenDrained: (() => void)[] = []
  #closed = false

  constructor(parts: LocalExecutorParts) {
    this.#parts = parts
    this.#deadlines = new Deadlines(parts.clock)
    const { log, admit, progressInterval, recorded, report, workplace, doubts } = parts
    this.#shared = {
      log,
      admit,
      progressInterval,
      recorded,
      workplace,
      doubts,
      now: () => parts.clock.now(),
      later: (ms, call) => this.#deadlines.add(ms, call),
      report: async (effect, type, data) => {
        await report(effect, type, { turn: effect.turn, ...data }, true)
      },
    }
  }

  get abandoned(): number {
    return this.#abandoned
  }

  start(effect: Effect): void {
    // What a closing hub still lets go is left for the next start.
    if (this.#closed) return
    const attempt = new Working(effect, `${this.#parts.journalId()}/${effect.task}/1`, this.#shared)
    this.#running.set(effect.task, attempt)
    const { timeout = this.#parts.taskTimeout, heartbeat } = effect.spec
    attempt.deadline = this.#deadlines.add(timeout, () => {
      this.#giveUp(attempt, new StatorError('TASK_TIMEOUT', { task: effect.task, timeout }))
    })
    if (heartbeat !== undefined) this.#feel(attempt, heartbeat, heartbeat)
    const before = this.#parts.before(attempt, error => {
      if (attempt.over === undefined) this.#giveUp(attempt, error)
    })
    if (before === undefined) this.#run(attempt)
    else void this.#runAfter(attempt, before)
  }

  stop(task: Address, turn: number, reason: string): void {
    const attempt = this.#running.get(task)
    if (attempt?.effect.turn !== turn) return
    this.#abandoned++
    this.#end(attempt, stopped(task, reason))
  }

  async drained(): Promise<void> {
    if (this.#running.size === 0) return
    await new Promise<void>(resolve => {
      this.#whenDrained.push(resolve)
    })
  }

  close(): void {
    this.#closed = true
    this.#deadlines.close()
    this.#abandoned += this.#running.size
    for (const attempt of this.#running.values())
      this.#end(attempt, new StatorError('CLOSED', { task: attempt.task }))
  }

  /** Looks for a sign of life when one is due by the last: however many come before that cost nothing. */
  #feel(attempt: Working, heartbeat: number, ms: number): void {
    attempt.pulse = this.#deadlines.add(ms, () => {
      const left = attempt.isSuspended ? heartbeat : attempt.seen + heartbeat - this.#parts.clock.now()
      if (left > 0) this.#feel(attempt, heartbeat, left)
      else this.#giveUp(attempt, new StatorError('HEARTBEAT_TIMEOUT', { task: attempt.task, heartbeat }))
    })
  }

  /** One that has ended before it could begin has no handler that settles. */
  async #runAfter(attempt: Working, before: Promise<void>): Promise<void> {
    try {
      await before
    } catch (error) {
      if (attempt.over === undefined && this.#settles(attempt)) this.#fail(attempt, error)
    }
    if (attempt.over === undefined) this.#run(attempt)
    else this.#settles(attempt)
  }

  #run(attempt: Working): void {
    const { effect } = attempt
    const code = this.#parts.codeFor(effect)
    if (code === undefined) {
      this.#fail(attempt, new StatorError('TASK_UNHANDLED', { agent: effect.agent, task: effect.spec.task }))
      return
    }
    try {
      const result: unknown = code.run(effect.spec.input as never, attempt)
      if (isPromise(result)) {
        result.then(
          output => this.#done(attempt, output, code.output),
          (error: unknown) => this.#threw(attempt, error),
        )
      } else this.#done(attempt, result, code.output)
    } catch (error) {
      this.#threw(attempt, error)
    }
  }

  #done(attempt: Working, output: unknown, schema: Schema): void {
    if (!this.#settles(attempt)) return
    const { effect } = attempt
    try {
      const value = this.#parts.admit(
        parse(schema, output, 'OUTPUT_INVALID', `output of task ${effect.spec.task}`),
      )
      this.#end(attempt, SETTLED)
      void this.#parts.report(effect, 'task.done', { turn: effect.turn, output: value }, false)
    } catch (error) {
      this.#fail(attempt, error)
    }
  }

  /** One that ends with what its signal was aborted with did as it was told: there is nothing to say of it. */
  #threw(attempt: Working, error: unknown): void {
    const { over } = attempt
    if (this.#settles(attempt) && (over === undefined || error !== over)) this.#fail(attempt, error)
  }

  /** May its end be reported? Once, and of one that was given up as well: its task refuses that. */
  #settles(attempt: Working): boolean {
    if (attempt.isSettled) return false
    attempt.isSettled = true
    if (attempt.over !== undefined) this.#abandoned--
    return !this.#closed
  }

  /** Its handler is not waited for any longer, and holds no slot. */
  #giveUp(attempt: Working, error: StatorError): void {
    this.#abandoned++
    this.#fail(attempt, error)
  }

  #fail(attempt: Working, error: unknown): void {
    const { effect } = attempt
    attempt.flush()
    const data = failedData(effect, error, this.#parts.random(), this.#retryAfter(attempt, error))
    this.#end(attempt, ownError(error) ?? SETTLED)
    void this.#parts.report(effect, 'task.failed', data, false)
  }

  #retryAfter(attempt: Working, error: unknown): number | undefined {
    try {
      return retryAfterOf(error)
    } catch (invalid) {
      const { task, effect } = attempt
      const err = ownError(invalid)
      if (err !== undefined)
        this.#parts.warn({ task, turn: effect.turn, err }, 'a retry-after is no duration: ignored')
      return undefined
    }
  }

  #end(attempt: Working, reason: StatorError): void {
    attempt.end(reason)
    if (this.#running.get(attempt.effect.task) === attempt) this.#running.delete(attempt.effect.task)
    if (this.#running.size > 0) return
    for (const resolve of this.#whenDrained.splice(0)) resolve()
  }
}

function stopped(task: Address, reason: string): StatorError {
  if (reason === 'expired') return new StatorError('TASK_EXPIRED', { task })
  // It did what it could: somebody else goes on with it.
  if (reason === 'handed over') return new StatorError('STALE_ATTEMPT', { task, reason })
  return new StatorError('CANCELLED', { task, reason })
}

/** What was thrown may refuse even to be looked at. */
function ownError(thrown: unknown): StatorError | undefined {
  try {
    return thrown instanceof StatorError ? thrown : undefined
  } catch {
    return undefined
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null)?.then === 'function'
}
