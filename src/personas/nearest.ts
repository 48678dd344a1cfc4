/** Nearest: what somebody may have meant who has misspelled a name. Pure. */

/** The known name that takes the fewest changes of a letter; undefined where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const close = known
    .map(other => ({ other, changes: changes(name.toLowerCase(), other.toLowerCase()) }))
    .filter(({ other, changes: count }) => count <= Math.max(2, Math.floor(other.length / 3)))
    .toSorted((a, b) => a.changes - b.changes)
  return close[0]?.other
}

/** Letters put in, taken out or changed; of names that are longer than any known one no more is asked than that. */
function changes(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > to.length) return to.length + 1
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < to.length; j++) {
      const kept = (row[j] ?? 0) + (from[i] === to[j] ? 0 : 1)
      next.push(Math.min(kept, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? to.length
}
