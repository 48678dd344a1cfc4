/** A binary heap of things that are due: the earliest first, ties in the order of arrival. Holds no clock. */
export interface Due {
  readonly due: number
  readonly order: number
}

export class Heap<T extends Due> {
  readonly #items: T[] = []

  get size(): number {
    return this.#items.length
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
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
}

const before = (a: Due, b: Due): boolean => a.due < b.due || (a.due === b.due && a.order < b.order)
