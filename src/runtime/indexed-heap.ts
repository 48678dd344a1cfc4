/** A binary heap whose items know their place, so that any of them can be moved or taken out. Holds no order of its own. */
export interface Indexed {
  /** Where it is; -1 where it is not in the heap. The heap's to change. An item may be in one heap at a time. */
  heapIndex: number
}

export class IndexedHeap<T extends Indexed> {
  readonly #items: T[] = []
  readonly #before: (a: T, b: T) => boolean

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before
  }

  get size(): number {
    return this.#items.length
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  /** Puts it in, or where it belongs now. */
  put(item: T): void {
    if (item.heapIndex < 0) item.heapIndex = this.#items.push(item) - 1
    this.#settle(item)
  }

  /** Takes it out, if it is in. */
  remove(item: T): void {
    const index = item.heapIndex
    if (index < 0) return
    const last = this.#items.pop() as T
    item.heapIndex = -1
    if (last === item) return
    this.#set(index, last)
    this.#settle(last)
  }

  #settle(item: T): void {
    let index = item.heapIndex
    while (index > 0) {
      const above = (index - 1) >>> 1
      const parent = this.#items[above] as T
      if (!this.#before(item, parent)) break
      this.#set(index, parent)
      index = above
    }
    for (let child = 2 * index + 1; child < this.#items.length; child = 2 * index + 1) {
      if (
        child + 1 < this.#items.length &&
        this.#before(this.#items[child + 1] as T, this.#items[child] as T)
      )
        child++
      const below = this.#items[child] as T
      if (!this.#before(below, item)) break
      this.#set(index, below)
      index = child
    }
    this.#set(index, item)
  }

  #set(index: number, item: T): void {
    this.#items[index] = item
    item.heapIndex = index
  }
}
