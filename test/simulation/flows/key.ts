/**
 * Key: what a task of a run is, by its address alone: which part of the tree, in which visit, as which item. Two keys are the same when the
 * same was done.
 */

export interface Key {
  /** Such as `step3#2`, `map4#1.0` for an item, `child5#1/step6#1` below another run. */
  readonly did: string
  readonly name: string
  readonly visit: number
  /** Counted from 1; 0 for what is no undoing. */
  readonly undo: number
}

const NUMBERS = /^(?:(undo)(?:\.|$))?(?:v?(\d+)(?:\.|$))?(?:i(\d+)(?:\.|$))?(?:t(\d+))?$/

export function keyOf(address: string): Key {
  const [, , ...parts] = address.split('/')
  const keys: Key[] = []
  for (const part of parts) {
    const { name = '' } = keys.at(-1) ?? {}
    const numbers = NUMBERS.exec(part)
    if (numbers === null) keys.push(made(part, 1, null, 0))
    else keys[keys.length - 1] = numbered(name, numbers)
  }
  const last = keys.at(-1) ?? made('', 1, null, 0)
  // Of a map without a number beside it, the number is that of an item.
  return { ...last, did: keys.map(({ did }) => did).join('/') }
}

function numbered(name: string, [, undo, first, item, tries]: RegExpExecArray): Key {
  const count = undo === undefined ? 0 : Number(tries ?? 1)
  const isItem = name.startsWith('map') && undo === undefined && item === undefined
  if (isItem) return made(name, 1, Number(first ?? 0), count)
  return made(name, Number(first ?? 1), item === undefined ? null : Number(item), count)
}

const made = (name: string, visit: number, item: number | null, undo: number): Key => ({
  did: `${name}#${visit}${item === null ? '' : `.${item}`}`,
  name,
  visit,
  undo,
})
