/**
 * Attempt: one run of a handler: what it is given as `ctx`, and what it may still do. Once it is over every call of
 * its ctx is refused, and nothing it returns is used. It tells the hub by `report`; it knows nothing of the kernel.
 */
import type { Logger, TaskContext } from '../actors/task-context.ts'
import { StatorError } from '../errors.ts'
import type { Json } from '../messages/json.ts'
import type { Deadline } from './deadlines.ts'
import type { Effect } from './effect.ts'

export interface AttemptParts {
  readonly key: string
  readonly log: Logger
  /** Results of sub-steps that earlier attempts recorded. */
  readonly recorded: () => ReadonlyMap<string, Json>
  /** Sends a message about this attempt; resolves when it is durable, rejects when it was refused. */
  readonly report: (type: string, data: Record<string, Json>) => Promise<void>
  readonly admit: (value: unknown) => Json
}

export class Attempt implements TaskContext {
  readonly effect: Effect
  readonly #parts: AttemptParts
  #controller: AbortController | undefined
  #over: StatorError | undefined
  #recorded: ReadonlyMap<string, Json> | undefined
  #named: Set<string> | undefined
  #progress: { sending: boolean; next: Record<string, Json> | undefined } | undefined
  #log: Logger | undefined
  /** When it has taken too long; the executor's. */
  deadline: Deadline | undefined

  constructor(effect: Effect, parts: AttemptParts) {
    this.effect = effect
    this.#parts = parts
  }

  get task(): string {
    return this.effect.task
  }

  get agent(): string {
    return this.effect.agent
  }

  get attempt(): number {
    return this.effect.attempt
  }

  get idempotencyKey(): string {
    return this.#parts.key
  }

  get metadata(): { readonly [key: string]: Json } {
    return this.effect.spec.metadata ?? {}
  }

  get log(): Logger {
    this.#log ??= childOf(this.#parts.log, { task: this.task, agent: this.agent, attempt: this.attempt })
    return this.#log
  }

  /** Made when first asked for: most handlers never do. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#over !== undefined) this.#controller.abort(this.#over)
    return this.#controller.signal
  }

  get isOver(): boolean {
    return this.#over !== undefined
  }

  /** Nothing that this attempt does counts from now on. Aborts its signal with the reason. */
  end(reason: StatorError): void {
    if (this.#over !== undefined) return
    this.#over = reason
    if (this.deadline !== undefined) this.deadline.met = true
    this.#controller?.abort(reason)
  }

  /** Bound, like `do`: a handler may take it out of its ctx. */
  readonly progress = (percent: number, note?: string): void => {
    if (this.#over !== undefined || !Number.isFinite(percent)) return
    const data = {
      percent: Math.min(100, Math.max(0, percent)),
      ...(typeof note === 'string' ? { note: note.slice(0, 1000) } : {}),
    }
    this.#progress ??= { sending: false, next: undefined }
    this.#progress.next = data
    if (!this.#progress.sending) void this.#sendProgress(this.#progress)
  }

  readonly do = <T>(name: string, fn: (idempotencyKey: string) => Promise<T> | T): Promise<T> => {
    const result = this.#do(name, fn)
    // A handler that ended without waiting for it must not end the process by its rejection.
    result.catch(() => {})
    return result
  }

  async #do<T>(name: string, fn: (idempotencyKey: string) => Promise<T> | T): Promise<T> {
    this.#refuseStale()
    if (typeof name !== 'string' || name.length < 1 || name.length > 200)
      throw new StatorError('INPUT_INVALID', { task: this.task, name, expected: '1 to 200 characters' })
    this.#named ??= new Set()
    if (this.#named.has(name)) throw new StatorError('STEP_REPEATED', { task: this.task, name })
    this.#named.add(name)
    this.#recorded ??= this.#parts.recorded()
    const known = this.#recorded.get(name)
    if (known !== undefined) return known as T
    const value = this.#parts.admit(await fn(`${this.#parts.key}/${name}`))
    this.#refuseStale()
    await this.#parts.report('task.recorded', { name, value })
    return value as T
  }

  /** One on its way at a time; while it is, only the latest waits. */
  async #sendProgress(state: { sending: boolean; next: Record<string, Json> | undefined }): Promise<void> {
    state.sending = true
    try {
      for (let data = state.next; data !== undefined; data = state.next) {
        state.next = undefined
        await this.#parts.report('task.progress', data)
      }
    } catch {
      // Progress is told on a best effort: the attempt may be over by now.
    } finally {
      state.sending = false
    }
  }

  #refuseStale(): void {
    if (this.#over !== undefined)
      throw new StatorError(
        'STALE_ATTEMPT',
        { task: this.task, reason: this.#over.code },
        { cause: this.#over },
      )
  }
}

function childOf(log: Logger, names: object): Logger {
  const maker = log as Logger & { child?: (names: object) => Logger }
  return maker.child?.(names) ?? log
}
