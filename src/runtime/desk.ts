/** Desk: the dispatcher's picture of a queue: what it allows, who runs from it, how many are in it. A projection; it decides nothing. */
import type { QueueContext } from '../machines/queue.ts'
import type { Address } from '../messages/address.ts'
import type { QueueSpec, Starts } from '../messages/queue.ts'
import { Quota } from './quota.ts'

/** Keys are looked through when there are twice as many as were left the last time, and at least so many. */
const MANY_KEYS = 1_024

export class Desk {
  readonly name: string
  readonly quota = new Quota()
  spec: QueueSpec | null = null
  /** As its machine: active, paused, draining. */
  state = 'active'
  /** Living tasks of it, by state. */
  readonly counts = new Map<string, number>()
  readonly #keys = new Map<string, Quota>()
  #sweepAt = MANY_KEYS
  /** Starts that its machine has not heard of: of one time, because it hears of them in the turn that makes them. */
  #untold = new Map<string | null, number>()
  #untoldAt = 0
  #followed = false

  constructor(name: string) {
    this.name = name
  }

  get address(): Address {
    return `queue/${this.name}`
  }

  get isFifo(): boolean {
    return this.spec?.order !== 'critical-path'
  }

  /** Living tasks that do not run: what `maxWaiting` bounds. */
  get waiting(): number {
    let count = 0
    for (const [state, tasks] of this.counts) if (state !== 'running') count += tasks
    return count
  }

  /** Nothing of it lives any more. */
  get isEmpty(): boolean {
    for (const tasks of this.counts.values()) if (tasks > 0) return false
    return true
  }

  count(state: string, change: number): void {
    this.counts.set(state, (this.counts.get(state) ?? 0) + change)
  }

  /** What its machine says: its limits; and, at a start, what of its rates is used up. From then on this is ahead of it. */
  follow(state: string, { spec, full, keys }: QueueContext): void {
    this.state = state
    this.spec = spec
    this.quota.paused = state === 'paused'
    this.quota.share(spec ?? { rates: [] })
    for (const key of this.#keys.values()) key.share(spec?.perKey ?? { rates: [] })
    if (this.#followed) return
    this.#followed = true
    this.quota.full = full
    for (const drawer of keys) for (const [key, times] of Object.entries(drawer)) this.#key(key).full = times
  }

  /** What a key has for itself: everything, as long as its queue says nothing else, which may be after a task of it came. */
  key(name: string, at: number): Quota {
    if (this.#keys.size >= this.#sweepAt) this.#sweep(at)
    return this.#key(name)
  }

  keys(): IterableIterator<Quota> {
    return this.#keys.values()
  }

  /** Notes a start for its machine; false where that need not know. */
  started(key: string | undefined, at: number): boolean {
    const { spec } = this
    if (spec === null || (spec.rates.length === 0 && (spec.perKey?.rates.length ?? 0) === 0)) return false
    const name = spec.perKey === undefined ? null : (key ?? null)
    this.#untold.set(name, (this.#untold.get(name) ?? 0) + 1)
    this.#untoldAt = at
    return true
  }

  /** What its machine must be told; undefined where that is nothing. */
  untold(): { readonly at: number; readonly starts: Starts } | undefined {
    if (this.#untold.size === 0) return undefined
    const told = { at: this.#untoldAt, starts: [...this.#untold] }
    this.#untold = new Map()
    return told
  }

  /** Starts that its machine is about to hear of, after a restart. */
  fold({ at, starts }: { readonly at: number; readonly starts: Starts }): void {
    for (const [key, count] of starts)
      for (const quota of [this.quota, ...(key === null ? [] : [this.#key(key)])])
        for (let n = 0; n < count; n++) quota.spend(at)
  }

  #key(name: string): Quota {
    const known = this.#keys.get(name)
    if (known !== undefined) return known
    const quota = new Quota()
    quota.share(this.spec?.perKey ?? { rates: [] })
    this.#keys.set(name, quota)
    return quota
  }

  #sweep(at: number): void {
    for (const [name, quota] of this.#keys) if (quota.isIdleAt(at)) this.#keys.delete(name)
    this.#sweepAt = 2 * Math.max(MANY_KEYS, this.#keys.size)
  }
}
