/**
 * Attempt: one run of a handler: what it knows of itself, and what it may still do. Once it is over every call of
 * its ctx is refused, and nothing it returns is used. It tells the hub by `report`; it knows nothing of the kernel, and
 * sets no timer of its own.
 */
import type { AttemptContext, DoOptions, Logger } from '../actors/task-context.ts'
import { StatorError, toFailure } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Resolution } from '../messages/task.ts'
import type { Deadline } from './deadlines.ts'
import type { Effect } from './effect.ts'

/** One for all attempts. */
export interface AttemptParts {
  readonly log: Logger
  /** Results of sub-steps that earlier attempts of a task recorded. */
  readonly recorded: (task: Address) => ReadonlyMap<string, Json>
  /** Sends a message about an attempt; resolves when it is durable, rejects when it was refused. */
  readonly report: (effect: Effect, type: string, data: Record<string, Json>) => Promise<void>
  readonly admit: (value: unknown) => Json
  readonly now: () => number
  /** Calls back after so many milliseconds; one timer for all attempts. */
  readonly later: (ms: number, call: () => void) => Deadline
  /** Milliseconds from one recorded progress to the next. */
  readonly progressInterval: number
}

/** What had become of a sub-step, and who says so. */
export interface Found {
  readonly value: Json
  readonly by: Resolution
}

/** What is told of how far it is. */
interface Telling {
  /** The latest that is not told yet. */
  next: Record<string, Json> | undefined
  /** One is on its way to the journal. */
  sending: boolean
  /** The next one may go from then on. */
  from: number
  timer: Deadline | undefined
}

export class Attempt implements AttemptContext {
  readonly effect: Effect
  readonly idempotencyKey: string
  protected readonly parts: AttemptParts
  #controller: AbortController | undefined
  #over: StatorError | undefined
  #recorded: ReadonlyMap<string, Json> | undefined
  #named: Set<string> | undefined
  #telling: Telling | undefined
  #log: Logger | undefined
  /** When it has taken too long, and when it has been silent for too long; the executor's. */
  deadline: Deadline | undefined
  pulse: Deadline | undefined
  /** Its handler has returned or thrown; the executor's. */
  isSettled = false
  /** The last sign of life, where any are asked for. */
  seen: number

  constructor(effect: Effect, key: string, parts: AttemptParts) {
    this.effect = effect
    this.idempotencyKey = key
    this.parts = parts
    this.seen = effect.spec.heartbeat === undefined ? 0 : parts.now()
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

  get metadata(): { readonly [key: string]: Json } {
    return this.effect.spec.metadata ?? {}
  }

  get log(): Logger {
    this.#log ??= childOf(this.parts.log, { task: this.task, agent: this.agent, attempt: this.attempt })
    return this.#log
  }

  /** Made when first asked for: most handlers never do. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#over !== undefined) this.#controller.abort(this.#over)
    return this.#controller.signal
  }

  /** Why it is over, if it is. */
  get over(): StatorError | undefined {
    return this.#over
  }

  /** Nothing that this attempt does counts from now on. Aborts its signal with the reason. */
  end(reason: StatorError): void {
    if (this.#over !== undefined) return
    this.#over = reason
    meet(this.deadline)
    meet(this.pulse)
    meet(this.#telling?.timer)
    this.#controller?.abort(reason)
  }

  /** Bound, like `do`: a handler may take it out of its ctx. A note of the time, and no more: it is looked at when due. */
  readonly heartbeat = (): void => {
    if (this.effect.spec.heartbeat !== undefined) this.seen = this.parts.now()
    this.alive()
  }

  /** Somebody may want to know that it gave a sign of life. */
  protected alive(): void {}

  readonly progress = (percent: number, note?: string): void => {
    this.heartbeat()
    if (this.#over !== undefined || !Number.isFinite(percent)) return
    this.#telling ??= { next: undefined, sending: false, from: 0, timer: undefined }
    const telling = this.#telling
    telling.next = {
      percent: Math.min(100, Math.max(0, percent)),
      ...(typeof note === 'string' ? { note: note.slice(0, 1000) } : {}),
    }
    if (telling.sending || telling.timer !== undefined) return
    const wait = telling.from - this.parts.now()
    if (wait > 0) this.#tellLater(telling, wait)
    else void this.#tell(telling)
  }

  /** What was not told yet is told now, for nothing can be told afterwards. */
  flush(): void {
    if (this.#over === undefined && this.#telling?.next !== undefined) void this.#tell(this.#telling)
  }

  readonly do = <T>(
    name: string,
    fn: (idempotencyKey: string) => Promise<T> | T,
    options: DoOptions<T> = {},
  ): Promise<T> => {
    const result = this.#do(name, fn, options)
    // A handler that ended without waiting for it must not end the process by its rejection.
    result.catch(() => {})
    return result
  }

  async #do<T>(
    name: string,
    fn: (idempotencyKey: string) => Promise<T> | T,
    options: DoOptions<T>,
  ): Promise<T> {
    this.requireCurrent()
    if (typeof name !== 'string' || name.length < 1 || name.length > 200)
      throw new StatorError('INPUT_INVALID', { task: this.task, name, expected: '1 to 200 characters' })
    this.#named ??= new Set()
    if (this.#named.has(name)) throw new StatorError('STEP_REPEATED', { task: this.task, name })
    this.#named.add(name)
    this.#recorded ??= this.parts.recorded(this.effect.task)
    const known = this.#recorded.get(name)
    if (known !== undefined) return known as T
    const key = `${this.idempotencyKey}/${name}`
    if (this.effect.spec.uncertain === undefined) return this.#keep(name, await fn(key))
    const found = await this.announce(name, key, options)
    this.requireCurrent()
    if (found !== undefined) return this.#keep(name, found.value as T, found.by)
    return this.#keep(name, await this.#attempted(name, () => fn(key), options))
  }

  /** Its result, once it is durable. */
  async #keep<T>(name: string, made: T, by: Partial<Resolution> = {}): Promise<T> {
    const value = this.parts.admit(made)
    this.requireCurrent()
    await this.parts.report(this.effect, 'task.recorded', { name, value, ...(by as Record<string, Json>) })
    return value as T
  }

  /** One that says that nothing happened has failed; whatever else is thrown leaves it open. */
  async #attempted<T>(
    name: string,
    fn: () => Promise<T> | T,
    { notDone }: Pick<DoOptions<T>, 'notDone'>,
  ): Promise<T> {
    try {
      return await fn()
    } catch (error) {
      if (this.#over === undefined && notDone?.(error) === true) {
        const reason = toFailure(error).message
        const said = { name, done: false, how: 'handler', by: this.agent, reason }
        await this.parts.report(this.effect, 'task.resolved', said)
      }
      throw error
    }
  }

  /** What an earlier attempt may have done already; undefined where it is to be done now, and that is written down. */
  protected async announce(
    _name: string,
    _key: string,
    _options: DoOptions<unknown>,
  ): Promise<Found | undefined> {
    return undefined
  }

  #tellLater(telling: Telling, wait: number): void {
    telling.timer = this.parts.later(wait, () => {
      telling.timer = undefined
      void this.#tell(telling)
    })
  }

  /** The interval begins when it is written, so that the journal has no two that are closer. */
  async #tell(telling: Telling): Promise<void> {
    const { next } = telling
    if (next === undefined) return
    telling.next = undefined
    telling.sending = true
    try {
      await this.parts.report(this.effect, 'task.progress', next)
    } catch {
      // Progress is told on a best effort: the attempt may be over by now.
    }
    telling.sending = false
    const { progressInterval, now } = this.parts
    telling.from = now() + progressInterval
    if (telling.next !== undefined && this.#over === undefined) this.#tellLater(telling, progressInterval)
  }

  /** @throws StatorError STALE_ATTEMPT */
  requireCurrent(): void {
    if (this.#over !== undefined)
      throw new StatorError(
        'STALE_ATTEMPT',
        { task: this.task, reason: this.#over.code },
        { cause: this.#over },
      )
  }
}

function meet(deadline: Deadline | undefined): void {
  if (deadline !== undefined) deadline.met = true
}

function childOf(log: Logger, names: object): Logger {
  const maker = log as Logger & { child?: (names: object) => Logger }
  return maker.child?.(names) ?? log
}
