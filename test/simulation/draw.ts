/** Draw: words for what a campaign leaves to chance. It holds no chance of its own: the dice are given. */
import type { Dice } from '../../src/testing/host/random.ts'

/** So many of what is drawn. */
export const several = <T>(count: number, draw: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => draw(index))

/** From the first to the last, both included. */
export const from = (dice: Dice, first: number, last: number): number => first + dice.below(last - first + 1)

/** Those on whom the dice fall, in their order. */
export const some = <T>(dice: Dice, items: readonly T[], probability: number): T[] =>
  items.filter(() => dice.chance(probability))

/** One of the names, each as likely as its weight. */
export function weighed<Name extends string>(dice: Dice, weights: Readonly<Record<Name, number>>): Name {
  const entries = Object.entries<number>(weights) as [Name, number][]
  let left = dice.next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [name, weight] of entries) {
    left -= weight
    if (left < 0) return name
  }
  return entries[0]?.[0] as Name
}
