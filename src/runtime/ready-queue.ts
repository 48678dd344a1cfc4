/** Ready queue: tasks that wait for an agent, by priority, then in the order in which they became ready. */
import type { Address } from '../messages/address.ts'
import { PRIORITIES, type Priority } from '../messages/message.ts'

export interface Ready {
  readonly task: Address
  readonly priority: Priority
  readonly seq: number
  /** It was running at two or more crashes: see the dispatcher. */
  readonly suspect: boolean
  /** Set when it no longer waits: entries are dropped lazily. */
  gone: boolean
}

/** A first-in first-out list that gives its memory back. */
class Fifo {
  #items: Ready[] = []
  #head = 0

  push(item: Ready): void {
    this.#items.push(item)
  }

  peek(): Ready | undefined {
    for (let item = this.#items[this.#head]; item !== undefined; item = this.#items[this.#head]) {
      if (!item.gone) return item
      this.#head++
    }
    this.#items = []
    this.#head = 0
    return undefined
  }

  shift(): void {
    this.#head++
    if (this.#head < 1024 || this.#head * 2 < this.#items.length) return
    this.#items = this.#items.slice(this.#head)
    this.#head = 0
  }
}

export class ReadyQueue {
  readonly #levels = new Map<Priority, Fifo>(PRIORITIES.map(priority => [priority, new Fifo()]))
  #size = 0

  get size(): number {
    return this.#size
  }

  push(item: Ready): void {
    this.#size++
    this.#levels.get(item.priority)?.push(item)
  }

  remove(item: Ready): void {
    if (item.gone) return
    item.gone = true
    this.#size--
  }

  /** Who goes first: by priority, or, where it is the turn of those who have waited longest, in the order of waiting. */
  peek(longest = false): Ready | undefined {
    let first: Ready | undefined
    for (const level of this.#levels.values()) {
      const item = level.peek()
      if (item === undefined) continue
      if (!longest) return item
      if (first === undefined || item.seq < first.seq) first = item
    }
    return first
  }

  /** Takes out what `peek` has shown. */
  take(item: Ready): void {
    this.#levels.get(item.priority)?.shift()
    this.#size--
  }
}

/** True when `a` goes before `b`. */
export function goesFirst(a: Ready, b: Ready, longest = false): boolean {
  if (longest) return a.seq < b.seq
  const byPriority = PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority)
  return byPriority < 0 || (byPriority === 0 && a.seq < b.seq)
}
