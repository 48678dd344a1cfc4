/** A binary heap of things that are due: the earliest first, ties in the order of arrival. Holds no clock. */
export interface Due {
  readonly due: number
  readonly order: number
}

/** Below this size nobody looks for what is no longer wanted. */
const SMALL = 512

/**
 * What is no longer wanted stays in it until it is due, or until it is more than half of all: so a heap of long deadlines that are
 * nearly always met holds what is under way, and not all that ever was.
 */
export class Heap<T extends Due> {
  #items: T[] = []
  #sweepAt = 2 * SMALL
  readonly #isWanted: (item: T) => boolean

  constructor(isWanted: (item: T) => boolean) {
    this.#isWanted = isWanted
  }

  get size(): number {
    return this.#items.length
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  /** All that is in it, in no order. */
  all(): readonly T[] {
    return this.#items
  }

  push(item: T): void {
    if (this.#items.length >= this.#sweepAt) this.#sweep()
    const items = this.#items
    let index = items.push(item) - 1
    while (index > 0) {
      const parent = (index - 1) >>> 1
      if (!before(item, items[parent] as T)) break
      items[index] = items[parent] as T
      index = parent
    }
    items[index] = item
  }

  pop(): T | undefined {
    const items = this.#items
    const top = items[0]
    const last = items.pop()
    if (last === undefined || items.length === 0) return top
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= items.length) break
      if (child + 1 < items.length && before(items[child + 1] as T, items[child] as T)) child++
      if (!before(items[child] as T, last)) break
      items[index] = items[child] as T
      index = child
    }
    items[index] = last
    return top
  }

  #sweep(): void {
    // Sorted, a list is a heap.
    this.#items = this.#items.filter(this.#isWanted).toSorted((a, b) => a.due - b.due || a.order - b.order)
    this.#sweepAt = 2 * Math.max(SMALL, this.#items.length)
  }
}

const before = (a: Due, b: Due): boolean => a.due < b.due || (a.due === b.due && a.order < b.order)
