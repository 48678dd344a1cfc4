/**
 * Session: one attempt in one thread, as the hub's thread sees it: starts the thread, does for it what only this side can,
 * and ends it when it has answered, died, taken too much, or not stopped when it was told to. Runs no code of users.
 */
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads'
import type { TaskContext } from '../actors/task-context.ts'
import { NonRetryableError, StatorError, type ErrorCode } from '../errors.ts'
import { heapLimit, watchMemory } from './memory.ts'
import { flagsFor, type Settings } from './options.ts'
import { errorOf, thrownOf, type Order, type Said, type Told } from './protocol.ts'

/** This package runs from its sources too, as its tests do. */
const THREAD = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

export class Session {
  readonly #settings: Settings
  readonly #ctx: TaskContext
  readonly #worker: Worker
  /** Not the thread's own: what the module posts by itself, or another part of it, is not for us. */
  readonly #port: MessagePort
  readonly #underWay = new Int32Array(new SharedArrayBuffer(4))
  /** Sub-steps that run in the thread, by number. */
  readonly #steps = new Map<number, Waiting>()
  #answer: Waiting | undefined
  #over = false
  #endWatch = (): void => {}
  #endGrace = (): void => {}

  /** @throws what the signal was aborted with, if it was: then there is no thread */
  constructor(settings: Settings, input: unknown, ctx: TaskContext) {
    ctx.signal.throwIfAborted()
    this.#settings = settings
    this.#ctx = ctx
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    const { task, agent, attempt, idempotencyKey, metadata } = ctx
    const about = { task, agent, attempt, idempotencyKey, metadata }
    const work = { module: settings.module, export: settings.export, input }
    const order: Order = { ...about, ...work, port: port2, underWay: this.#underWay }
    const execArgv = flagsFor(process.execArgv)
    this.#worker = new Worker(THREAD, {
      name: task,
      workerData: order,
      transferList: [port2],
      resourceLimits: { maxOldGenerationSizeMb: heapLimit(settings.bytes, Worker) },
      ...(execArgv === undefined ? {} : { execArgv }),
    })
  }

  /** Resolves with what the module's function gave, as soon as it did; the thread may end a little later. */
  async run(): Promise<unknown> {
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#answer = { resolve, reject }
    })
    this.#port.on('message', (said: Said) => this.#take(said))
    this.#port.on('messageerror', (error: Error) => this.#fail('NOT_JSON', { reason: error.message }))
    this.#worker.on('error', (error: Error & { code?: unknown }) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') this.#outOfMemory()
      else this.#end(({ reject }) => reject(error))
    })
    this.#worker.on('exit', exitCode => {
      // The end may be heard of before what was said last.
      for (let last = this.#rest(); last !== undefined; last = this.#rest()) this.#take(last)
      this.#fail('WORKER_DIED', { exitCode })
    })
    this.#ctx.signal.addEventListener('abort', this.#abort)
    return answer
  }

  /** Told first, so that it can tidy up; what does not listen is ended. */
  readonly #abort = (): void => {
    const reason: unknown = this.#ctx.signal.reason
    this.#tell({ type: 'abort', reason: thrownOf(reason) })
    this.#endGrace = this.#settings.clock.after(this.#settings.grace, () =>
      this.#end(({ reject }) => reject(reason)),
    )
  }

  #rest(): Said | undefined {
    return (receiveMessageOnPort(this.#port) as { message: Said } | undefined)?.message
  }

  /** A logger that throws fails the attempt, as it would in the hub's thread, and not the hub. */
  #take(said: Said): void {
    Atomics.sub(this.#underWay, 0, 1)
    Atomics.notify(this.#underWay, 0)
    if (this.#over) return
    try {
      this.#obey(said)
    } catch (error) {
      this.#end(({ reject }) => reject(error))
    }
  }

  #obey(said: Said): void {
    switch (said.type) {
      case 'ready':
        this.#endWatch = watchMemory(this.#worker, this.#settings.bytes, this.#settings.clock, () =>
          this.#outOfMemory(),
        )
        break
      case 'done':
        this.#end(({ resolve }) => resolve(said.output))
        break
      case 'failed':
        this.#end(({ reject }) => reject(errorOf(said.error)))
        break
      case 'invalid':
        this.#invalid(said.reason)
        break
      case 'progress':
        this.#ctx.progress(said.percent, said.note)
        break
      case 'heartbeat':
        ;(this.#ctx as { heartbeat?: () => void }).heartbeat?.()
        break
      case 'log':
        this.#ctx.log[said.level](said.details, said.message)
        break
      case 'do':
        void this.#do(said.step, said.name)
        break
      case 'ran':
        this.#settle(said.step)?.resolve(said.value)
        break
      case 'threw':
        this.#settle(said.step)?.reject(errorOf(said.error))
        break
    }
  }

  /** The hub decides whether it is run, and records what it gave; the thread only runs it. */
  async #do(step: number, name: string): Promise<void> {
    try {
      const value = await this.#ctx.do(name, key => this.#runStep(step, key))
      this.#tell({ type: 'recorded', step, value })
    } catch (error) {
      this.#tell({ type: 'refused', step, error: thrownOf(error) })
    }
  }

  async #runStep(step: number, key: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#steps.set(step, { resolve, reject })
      this.#tell({ type: 'run', step, key })
    })
  }

  #settle(step: number): Waiting | undefined {
    const waiting = this.#steps.get(step)
    this.#steps.delete(step)
    return waiting
  }

  #outOfMemory(): void {
    this.#fail('WORKER_OUT_OF_MEMORY', { megabytes: this.#settings.bytes / 2 ** 20 })
  }

  /** No retry makes a module of it. */
  #invalid(reason: string): void {
    const { module, export: name } = this.#settings
    const cause = new StatorError('WORKER_MODULE_INVALID', { module, export: name, reason })
    this.#end(({ reject }) =>
      reject(new NonRetryableError(cause.message, { code: 'WORKER_MODULE_INVALID', cause })),
    )
  }

  #fail(code: ErrorCode, details: Record<string, unknown>): void {
    if (this.#over) return
    const error = new StatorError(code, { task: this.#ctx.task, module: this.#settings.module, ...details })
    this.#end(({ reject }) => reject(error))
  }

  #tell(told: Told): void {
    if (!this.#over) this.#port.postMessage(told, [])
  }

  /** Once, and for whatever reason: nothing of it is left, and the thread does not go on. */
  #end(answer: (waiting: Waiting) => void): void {
    if (this.#over || this.#answer === undefined) return
    this.#over = true
    this.#endWatch()
    this.#endGrace()
    this.#ctx.signal.removeEventListener('abort', this.#abort)
    this.#port.close()
    void this.#worker.terminate()
    answer(this.#answer)
  }
}
