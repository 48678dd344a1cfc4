/** Plans: checks that hold for every task graph, whether declared in code or given as data. Pure. */
import { StatorError } from '../errors.ts'

/**
 * Looks for a cycle and spells it out: `a → b → a`. Iterative, so that a long chain does not end the stack.
 * @returns the names along the first cycle found, or null
 */
export function findCycle(names: readonly string[], after: readonly (readonly number[])[]): string[] | null {
  const done = new Uint8Array(names.length)
  for (let root = 0; root < names.length; root++) {
    const path: { node: number; next: number }[] = done[root] === 0 ? [{ node: root, next: 0 }] : []
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      done[top.node] = 1
      const next = after[top.node]?.[top.next++]
      if (next === undefined) {
        done[top.node] = 2
        path.pop()
      } else if (done[next] === 1) {
        const cycle = [
          ...path.slice(path.findIndex(entry => entry.node === next)).map(entry => entry.node),
          next,
        ]
        // "after" points back in time: turned round, it reads in the order of work.
        return cycle.toReversed().map(node => names[node] ?? '')
      } else if (done[next] === 0) path.push({ node: next, next: 0 })
    }
  }
  return null
}

/** @throws StatorError CYCLE, naming the steps along it */
export function refuseCycle(names: readonly string[], after: readonly (readonly number[])[]): void {
  const cycle = findCycle(names, after)
  if (cycle !== null) throw new StatorError('CYCLE', { cycle: cycle.join(' → ') })
}
