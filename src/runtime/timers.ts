/**
 * Timers: what is due when, over all actors. A timer lives in its actor's record; this heap is only an index over
 * them, rebuilt at a start. Entries are dropped lazily: one that its actor no longer knows is skipped.
 */
import type { Cell } from './cell.ts'
import type { Clock } from './clock.ts'
import { Heap, type Due } from './heap.ts'
import type { TimerRecord } from './journal.ts'

interface Entry extends Due {
  readonly cell: Cell
  readonly timer: TimerRecord
}

export interface DueTimer {
  readonly cell: Cell
  readonly timer: TimerRecord
}

export class Timers {
  readonly #clock: Clock
  readonly #wake: () => void
  readonly #heap = new Heap<Entry>(isWanted)
  #armedFor = Number.POSITIVE_INFINITY
  #disarm: (() => void) | undefined

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock
    this.#wake = wake
  }

  add(cell: Cell, timer: TimerRecord): void {
    this.#heap.push({ due: timer.due, order: timer.setSeq, cell, timer })
  }

  /** Takes the earliest timer that is due at `now` and still wanted, if it was set before a position. */
  take(now: number, before = Number.POSITIVE_INFINITY): DueTimer | undefined {
    for (let top = this.#heap.peek(); top !== undefined && top.due <= now; top = this.#heap.peek()) {
      if (isWanted(top) && top.timer.setSeq >= before) return undefined
      this.#heap.pop()
      if (isWanted(top)) return top
    }
    return undefined
  }

  isDue(now: number): boolean {
    const top = this.#heap.peek()
    return top !== undefined && top.due <= now
  }

  /** Makes sure that the hub is woken for the earliest one, or at `also`, whichever comes first. */
  arm(also: number): void {
    const next = Math.min(this.#heap.peek()?.due ?? Number.POSITIVE_INFINITY, also)
    if (next === this.#armedFor) return
    this.disarm()
    if (next === Number.POSITIVE_INFINITY) return
    this.#armedFor = next
    this.#disarm = this.#clock.after(Math.max(0, next - this.#clock.now()), () => {
      this.#armedFor = Number.POSITIVE_INFINITY
      this.#wake()
    })
  }

  disarm(): void {
    this.#disarm?.()
    this.#disarm = undefined
    this.#armedFor = Number.POSITIVE_INFINITY
  }
}

const isWanted = ({ cell, timer }: Entry): boolean => cell.timers?.get(timer.id) === timer
