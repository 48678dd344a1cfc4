/**
 * Virtual clock: time passes only when the simulation says so. What is due happens in the order of deadlines, ties in
 * the order in which they were set, and each sees its own deadline as the time. Nothing here waits.
 */
import type { Clock } from '../../runtime/clock.ts'
import { Heap, type Due } from '../../runtime/heap.ts'

interface Alarm extends Due {
  callback: (() => void) | undefined
}

export class VirtualClock implements Clock {
  #now: number
  #order = 0
  readonly #alarms = new Heap<Alarm>(({ callback }) => callback !== undefined)

  constructor(start: number) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  after(ms: number, callback: () => void): () => void {
    const alarm: Alarm = { due: this.#now + Math.max(0, ms), order: this.#order++, callback }
    this.#alarms.push(alarm)
    return () => {
      alarm.callback = undefined
    }
  }

  /** When the next thing is due; undefined when nothing is. */
  next(): number | undefined {
    for (let top = this.#alarms.peek(); top !== undefined; top = this.#alarms.peek()) {
      if (top.callback !== undefined) return top.due
      this.#alarms.pop()
    }
    return undefined
  }

  /** Lets time pass up to the next thing due, and that happen. False when nothing is due. */
  fire(): boolean {
    if (this.next() === undefined) return false
    const alarm = this.#alarms.pop()
    if (alarm === undefined) return false
    this.#now = Math.max(this.#now, alarm.due)
    alarm.callback?.()
    return true
  }

  /** Lets some time pass in which nothing happens: never past the next thing due. */
  pass(ms: number): void {
    this.#now = Math.max(this.#now, Math.min(this.#now + ms, this.next() ?? Number.POSITIVE_INFINITY))
  }

  /** Sets the time, also back: what a machine's clock may do. Deadlines stay where they are. */
  set(now: number): void {
    this.#now = now
  }
}
