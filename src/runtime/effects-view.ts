/** runtime.effects: tasks that wait for an answer by hand, in a runtime in which the code of agents does not run. */
import { StatorError } from '../errors.ts'
import { checkId, type Address } from '../messages/address.ts'
import type { OpenEffect, StandIns } from './stand-ins.ts'

export class EffectsView {
  readonly #standIns: StandIns | undefined
  readonly #requireOpen: () => void

  constructor(standIns: StandIns | undefined, requireOpen: () => void) {
    this.#standIns = standIns
    this.#requireOpen = requireOpen
  }

  /** What runs and has no mock, in the order in which it began. Nothing where the agents' code runs. */
  open(): OpenEffect[] {
    return this.#standIns?.open() ?? []
  }

  /**
   * Answers for the code of the task's agent, by the id of the task (of a step: `run/step`). Settles when that is durable.
   * @throws StatorError (rejects) NOT_BY_HAND, OUTPUT_INVALID, NOT_JSON, MESSAGE_TOO_LARGE, STALE_ATTEMPT, HELD, CLOSED
   */
  async complete(task: string, output: unknown): Promise<void> {
    await this.#of(task).complete(addressOf(task), output)
  }

  /** The same with an error, of which the task's policies decide what follows. @throws as `complete`, but for what is said of outputs */
  async fail(task: string, error: unknown): Promise<void> {
    await this.#of(task).fail(addressOf(task), error)
  }

  #of(task: string): StandIns {
    this.#requireOpen()
    if (this.#standIns === undefined) throw new StatorError('NOT_BY_HAND', { task })
    return this.#standIns
  }
}

const addressOf = (task: string): Address => `task/${checkId(task, 'task id')}`
