/**
 * Buckets: what of the rates of a share is used up, reckoned from the starts that were recorded, in another way than the runtime does it:
 * as how many milliseconds each bucket needs to be full again. It starts nothing, and judges nothing.
 */
import type { Rate } from '../../messages/queue.ts'

export interface Opening {
  /** `maybe`: within what sums of fractions may be off by. */
  readonly open: 'yes' | 'no' | 'maybe'
  /** From when on it is `yes`, as things stand. */
  readonly from: number
}

/** Milliseconds that sums may be off by where an interval is no sum of small powers of two. */
const OFF = 0.05
const OPEN: Opening = { open: 'yes', from: 0 }

/** What a bucket holds: times are whole milliseconds, so it is at least what comes in one of them. */
const holds = ({ interval, burst }: Rate): number => Math.max(burst, Math.ceil(1 / interval))
const offOf = ({ interval }: Rate): number => (Number.isInteger(interval * 1024) ? 0 : OFF)

export class Buckets {
  #rates: readonly Rate[] = []
  #missing: number[] = []
  #at = 0

  /** Other rates begin anew, with full buckets. */
  share(rates: readonly Rate[] = []): void {
    if (JSON.stringify(rates) === JSON.stringify(this.#rates)) return
    this.#rates = rates
    this.#missing = rates.map(() => 0)
  }

  get isLimited(): boolean {
    return this.#rates.length > 0
  }

  /** One was started. */
  take(at: number): void {
    this.#come(at)
    for (const [index, { interval }] of this.#rates.entries())
      this.#missing[index] = (this.#missing[index] ?? 0) + interval
  }

  /** May one start then? */
  opening(at: number): Opening {
    if (this.#rates.length === 0) return OPEN
    // Only looked at: a clock may be set back afterwards.
    const passed = Math.max(0, at - this.#at)
    let worst = OPEN
    for (const [index, rate] of this.#rates.entries()) {
      const left = (holds(rate) - 1) * rate.interval - Math.max(0, (this.#missing[index] ?? 0) - passed)
      const off = offOf(rate)
      if (left >= off) continue
      const open = left < -off ? 'no' : 'maybe'
      const from = Math.ceil(at - left + off)
      if (open === 'no' || worst.open === 'yes')
        worst = { open: worst.open === 'no' ? 'no' : open, from: Math.max(from, worst.from) }
    }
    return worst
  }

  #come(at: number): void {
    const passed = at - this.#at
    if (passed <= 0) return
    this.#at = at
    for (const [index, missing] of this.#missing.entries())
      this.#missing[index] = Math.max(0, missing - passed)
  }
}
