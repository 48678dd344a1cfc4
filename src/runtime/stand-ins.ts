/**
 * Stand-ins: the executor of a runtime in which no code of an agent runs. A task that has a mock is done by that; for any other somebody
 * answers by hand, and until then it runs: no time limit of an attempt holds, for nobody works at it.
 */
import { parse, type Schema } from '../actors/schema.ts'
import { StatorError } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Effect, Executor } from './effect.ts'
import { failedData } from './failed.ts'
import type { Random } from './random.ts'

export interface StandInParts {
  /** Runs the mocks. */
  readonly mocks: Executor
  readonly isMocked: (task: string) => boolean
  readonly outputOf: (task: string) => Schema
  readonly admit: (value: unknown) => Json
  readonly random: Random
  /** Settles when it is durable; rejects when the task did not take it. */
  readonly report: (effect: Effect, type: string, data: Json) => Promise<void>
}

/** A task that runs, and waits for an answer by hand. */
export interface OpenEffect {
  readonly task: Address
  /** The name of the task's definition. */
  readonly name: string
  readonly input: Json
  readonly agent: Address
  /** From 1. */
  readonly attempt: number
}

export class StandIns implements Executor {
  readonly #parts: StandInParts
  readonly #open = new Map<Address, Effect>()
  #closed = false

  constructor(parts: StandInParts) {
    this.#parts = parts
  }

  get abandoned(): number {
    return this.#parts.mocks.abandoned
  }

  start(effect: Effect): void {
    if (this.#closed) return
    if (this.#parts.isMocked(effect.spec.task)) this.#parts.mocks.start(effect)
    else this.#open.set(effect.task, effect)
  }

  stop(task: Address, turn: number, reason: string): void {
    if (this.#open.get(task)?.turn === turn) this.#open.delete(task)
    else this.#parts.mocks.stop(task, turn, reason)
  }

  /** Who answers by hand is not waited for. */
  async drained(): Promise<void> {
    return this.#parts.mocks.drained()
  }

  close(): void {
    this.#closed = true
    this.#open.clear()
    this.#parts.mocks.close()
  }

  open(): OpenEffect[] {
    return [...this.#open.values()].map(({ task, agent, attempt, spec }) => ({
      task,
      name: spec.task,
      input: spec.input,
      agent,
      attempt,
    }))
  }

  async complete(task: Address, output: unknown): Promise<void> {
    const effect = this.#require(task)
    const { admit, outputOf } = this.#parts
    const { task: name } = effect.spec
    const value = parse(outputOf(name), output, 'OUTPUT_INVALID', `output of task ${name}`)
    await this.#answer(effect, 'task.done', { turn: effect.turn, output: admit(value) })
  }

  async fail(task: Address, error: unknown): Promise<void> {
    const effect = this.#require(task)
    await this.#answer(effect, 'task.failed', failedData(effect, error, this.#parts.random(), undefined))
  }

  async #answer(effect: Effect, type: string, data: Json): Promise<void> {
    await this.#parts.report(effect, type, data)
    // By now its next attempt may wait.
    if (this.#open.get(effect.task) === effect) this.#open.delete(effect.task)
  }

  #require(task: Address): Effect {
    const effect = this.#open.get(task)
    if (effect === undefined) throw new StatorError('NOT_BY_HAND', { task })
    return effect
  }
}
