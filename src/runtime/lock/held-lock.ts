/** HeldLock: a lock as its owner has it in this process life, until it is given back or lost. It asks the desk; it knows no hub. */
import type { Lock } from '../../actors/lock-calls.ts'
import type { StatorError } from '../../errors.ts'

export interface HeldLockParts {
  readonly name: string
  readonly token: number
  /** Milliseconds from one sign of life to the end. */
  readonly lease: number
  readonly at: number
  /** Settle when it is durable; reject with LOCK_LOST where it is not theirs any more. */
  readonly release: () => Promise<void>
  readonly renew: () => Promise<void>
}

export class HeldLock implements Lock {
  readonly name: string
  readonly token: number
  readonly #parts: HeldLockParts
  #controller: AbortController | undefined
  #lost: StatorError | undefined
  #released: Promise<void> | undefined
  /** When it was granted, or its lease began anew. */
  #renewed: number

  constructor(parts: HeldLockParts) {
    this.name = parts.name
    this.token = parts.token
    this.#parts = parts
    this.#renewed = parts.at
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#lost !== undefined) this.#controller.abort(this.#lost)
    return this.#controller.signal
  }

  /** Why it is not held any more, where it was not given back. */
  get lost(): StatorError | undefined {
    return this.#lost
  }

  readonly release = (): Promise<void> => {
    this.#released ??= this.#giveBack()
    // Whoever does not wait for it must not end the process by its rejection.
    this.#released.catch(() => {})
    return this.#released
  }

  readonly renew = async (): Promise<void> => {
    if (this.#lost !== undefined) throw this.#lost
    await this.#parts.renew()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release().catch(() => {})
  }

  /** A sign of life at that time: a third of the lease after the last one it is renewed. */
  felt(at: number): void {
    if (this.#released !== undefined || at - this.#renewed < this.#parts.lease / 3) return
    this.#renewed = at
    // Whoever has lost it hears of that by its signal.
    this.renew().catch(() => {})
  }

  /** It is not held any more; said once. */
  lose(error: StatorError): void {
    if (this.#lost !== undefined || this.#released !== undefined) return
    this.#lost = error
    this.#controller?.abort(error)
  }

  async #giveBack(): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost
    await this.#parts.release()
  }
}
