/**
 * Quota: how many of something may run at once, and how often one may start: of a queue, of a key in it, of a lane, of a role.
 * It counts; who waits for it is told by the dispatcher. The clock is its owner's.
 */
import { allOpenAt, allTaken } from '../machines/bucket.ts'
import type { Rate, Share } from '../messages/queue.ts'

export class Quota {
  limit = Number.POSITIVE_INFINITY
  rates: readonly Rate[] = []
  /** Its buckets: see machines/bucket.ts. */
  full: readonly number[] | undefined
  paused = false
  running = 0
  /** As its owner last saw it. */
  open = true
  /** When its owner comes again for its rates; 0: it does not. */
  wake = 0
  /** Called when it opens or closes. */
  readonly watchers = new Set<() => void>()

  constructor(limit = Number.POSITIVE_INFINITY) {
    this.limit = limit
  }

  /** What is used up stays so as long as the rates do. */
  share({ concurrency, rates }: Share): void {
    this.limit = concurrency ?? Number.POSITIVE_INFINITY
    if (JSON.stringify(rates) !== JSON.stringify(this.rates)) this.full = undefined
    this.rates = rates
  }

  /** From when on its rates allow a start. */
  get opensAt(): number {
    return this.rates.length === 0 ? 0 : allOpenAt(this.full, this.rates)
  }

  get hasRoom(): boolean {
    return !this.paused && this.running < this.limit
  }

  isOpenAt(at: number): boolean {
    return this.hasRoom && this.opensAt <= at
  }

  /** One starts. */
  take(at: number): void {
    this.running++
    this.spend(at)
  }

  /** A token of each of its buckets is gone. */
  spend(at: number): void {
    if (this.rates.length > 0) this.full = allTaken(this.full, at, this.rates)
  }

  /** Nothing runs, nobody waits, and its buckets are full: it is like one that never was. */
  isIdleAt(at: number): boolean {
    return this.running === 0 && this.watchers.size === 0 && (this.full ?? []).every(time => time <= at)
  }
}
