/** Places: where in a document of YAML something stands: a value, a key, or what should have had it. Reads nodes, and judges nothing. */
import { isMap, isPair, isScalar, isSeq, type Document, type Node } from 'yaml'

export type Path = readonly PropertyKey[]

/** An offset in the text. */
type Offset = number

/** What a path leads to: the key where `ofKey`, else the value; where there is none, the last on the way that has a name. */
export function offsetAt({ contents }: Document, path: Path, ofKey = false): Offset {
  let node: unknown = contents
  let found = startOf(contents)
  for (const [depth, part] of path.entries()) {
    const isLast = depth === path.length - 1
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => nameOf(key) === String(part))
      if (pair === undefined) return found
      found = startOf(pair.key as Node)
      node = pair.value
      if (isLast && !ofKey) return isEmpty(node) ? found : startOf(node as Node)
    } else if (isSeq(node)) {
      node = node.items[Number(part)]
      if (node === undefined) return found
      found = startOf((isPair(node) ? node.key : node) as Node)
    } else return found
  }
  return found
}

/** A value that is written by nothing at all. */
const isEmpty = (node: unknown): boolean =>
  node === null || node === undefined || (isScalar(node) && node.source === '')

/** Lines of a text; what is behind its end is at its end. */
export function linesOf(
  text: string,
): (offset: Offset) => { readonly line: number; readonly column: number } {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return offset => {
    const place = Math.min(offset, text.length)
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((starts[middle] ?? 0) <= place) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: place - (starts[low] ?? 0) + 1 }
  }
}

export const startOf = (node: Node | null | undefined): Offset => node?.range?.[0] ?? 0

const nameOf = (key: unknown): string => String(isScalar(key) ? key.value : key)
