/**
 * Vector: a persistent array of numbers. `set` copies one path of a 32-way trie and shares the rest, so a change
 * costs the same in a graph of ten steps and of a hundred thousand, and the old state stays whole for a rollback.
 * Idea: Bagwell and Rompf, "RRB-Trees" (2011), without the relaxed part. Its JSON is a flat array.
 */
type Node = readonly number[] | readonly Node[]

const BITS = 5
const WIDTH = 1 << BITS
const MASK = WIDTH - 1

export class Vector {
  readonly length: number
  readonly #shift: number
  readonly #root: Node

  private constructor(length: number, shift: number, root: Node) {
    this.length = length
    this.#shift = shift
    this.#root = root
  }

  static from(values: readonly number[]): Vector {
    let level: Node[] = []
    for (let i = 0; i < values.length; i += WIDTH) level.push(values.slice(i, i + WIDTH))
    let shift = 0
    while (level.length > 1) {
      const above: Node[] = []
      for (let i = 0; i < level.length; i += WIDTH) above.push(level.slice(i, i + WIDTH) as readonly Node[])
      level = above
      shift += BITS
    }
    return new Vector(values.length, shift, level[0] ?? [])
  }

  static filled(length: number, value: number): Vector {
    return Vector.from(Array.from({ length }, () => value))
  }

  /** The number there; 0 before the start and beyond the end. */
  get(index: number): number {
    if (index < 0 || index >= this.length) return 0
    let node = this.#root
    for (let shift = this.#shift; shift > 0; shift -= BITS)
      node = (node as readonly Node[])[(index >>> shift) & MASK] ?? []
    return (node as readonly number[])[index & MASK] ?? 0
  }

  set(index: number, value: number): Vector {
    if (index < 0 || index >= this.length) return this
    return new Vector(this.length, this.#shift, replace(this.#root, this.#shift, index, value))
  }

  toJSON(): number[] {
    const flat: number[] = []
    collect(this.#root, this.#shift, flat)
    return flat
  }
}

function replace(node: Node, shift: number, index: number, value: number): Node {
  const slot = (index >>> shift) & MASK
  if (shift === 0) {
    const leaf = (node as readonly number[]).slice()
    leaf[slot] = value
    return leaf
  }
  const branch = (node as readonly Node[]).slice()
  branch[slot] = replace(branch[slot] as Node, shift - BITS, index, value)
  return branch
}

function collect(node: Node, shift: number, into: number[]): void {
  if (shift === 0) for (const value of node as readonly number[]) into.push(value)
  else for (const child of node as readonly Node[]) collect(child, shift - BITS, into)
}
