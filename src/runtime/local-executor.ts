/**
 * The executor of this process: runs handlers of agents, with timeout and abort, and reports how they end. Whatever a
 * handler does, it ends in one report or none; nothing it throws gets past here.
 */
import type { AgentDefinition } from '../actors/agent.ts'
import { parse } from '../actors/schema.ts'
import type { Logger } from '../actors/task-context.ts'
import { StatorError, toFailure } from '../errors.ts'
import { idOf, type Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import { Attempt } from './attempt.ts'
import type { Clock } from './clock.ts'
import { Deadlines } from './deadlines.ts'
import type { Effect, Executor } from './effect.ts'
import type { Random } from './random.ts'

export interface LocalExecutorParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly journalId: () => string
  readonly taskTimeout: number
  readonly agent: (id: string) => AgentDefinition | undefined
  readonly admit: (value: unknown) => Json
  readonly recorded: (task: Address) => ReadonlyMap<string, Json>
  /** Sends a message from the agent to the task. `settled` resolves when durable, rejects when refused. */
  readonly report: (effect: Effect, type: string, data: Json, wait: boolean) => Promise<void> | undefined
}

/** One for all: an error costs a stack trace, and this one is made for every attempt that just ends. */
const SETTLED = new StatorError('STALE_ATTEMPT', { reason: 'the handler has settled' })

export class LocalExecutor implements Executor {
  readonly #parts: LocalExecutorParts
  readonly #running = new Map<Address, Attempt>()
  readonly #deadlines: Deadlines
  #whenDrained: (() => void)[] = []
  #closed = false

  constructor(parts: LocalExecutorParts) {
    this.#parts = parts
    this.#deadlines = new Deadlines(parts.clock)
  }

  start(effect: Effect): void {
    // What a closing hub still lets go is left for the next start.
    if (this.#closed) return
    const { journalId, log, recorded, report, admit } = this.#parts
    const attempt = new Attempt(effect, {
      key: `${journalId()}/${effect.task}/1`,
      log,
      admit,
      recorded: () => recorded(effect.task),
      report: async (type, data) => {
        await report(effect, type, { turn: effect.turn, ...data }, true)
      },
    })
    this.#running.set(effect.task, attempt)
    const timeout = effect.spec.timeout ?? this.#parts.taskTimeout
    attempt.deadline = this.#deadlines.add(timeout, () => {
      this.#fail(attempt, new StatorError('TASK_TIMEOUT', { task: effect.task, timeout }))
    })
    this.#run(attempt)
  }

  stop(task: Address, turn: number, reason: string): void {
    const attempt = this.#running.get(task)
    if (attempt?.effect.turn === turn) this.#end(attempt, new StatorError('CANCELLED', { task, reason }))
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
    for (const attempt of this.#running.values())
      this.#end(attempt, new StatorError('CLOSED', { task: attempt.task }))
  }

  #run(attempt: Attempt): void {
    const { effect } = attempt
    const bound = this.#parts.agent(idOf(effect.agent))?.handlers.get(effect.spec.task)
    if (bound === undefined) {
      this.#fail(attempt, new StatorError('TASK_UNHANDLED', { agent: effect.agent, task: effect.spec.task }))
      return
    }
    try {
      const result: unknown = bound.run(effect.spec.input as never, attempt)
      if (isPromise(result)) {
        result.then(
          output => this.#done(attempt, output, bound.task.output),
          (error: unknown) => this.#fail(attempt, error),
        )
      } else this.#done(attempt, result, bound.task.output)
    } catch (error) {
      this.#fail(attempt, error)
    }
  }

  #done(attempt: Attempt, output: unknown, schema: Parameters<typeof parse>[0]): void {
    if (attempt.isOver) return
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

  #fail(attempt: Attempt, error: unknown): void {
    if (attempt.isOver) return
    const { effect } = attempt
    const failure = toFailure(error) as unknown as Json
    this.#end(attempt, ownError(error) ?? SETTLED)
    void this.#parts.report(
      effect,
      'task.failed',
      { turn: effect.turn, error: failure, random: this.#parts.random() },
      false,
    )
  }

  #end(attempt: Attempt, reason: StatorError): void {
    attempt.end(reason)
    if (this.#running.get(attempt.effect.task) === attempt) this.#running.delete(attempt.effect.task)
    if (this.#running.size > 0) return
    for (const resolve of this.#whenDrained.splice(0)) resolve()
  }
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
