/**
 * Samples: few values that stand for many. From a pool drawn with a seed: the first ones, then those that show something no
 * other shows (a key absent, an empty list, zero, one, the least, the greatest, each value of an enum). Knows no schema.
 */
import * as fc from 'fast-check'
import { featuresOf, type Features } from './features.ts'
import { safeText } from './text.ts'

const POOL = 400
/** `count` drawn values and at most twice as many boundary ones, without repetition; the same for the same seed. */
export function samplesOf(arbitrary: fc.Arbitrary<unknown>, count: number, seed: number): unknown[] {
  const pool = new Map<string, unknown>()
  // A property draws with a bias towards boundaries; fc.sample does not.
  fc.check(
    fc.property(arbitrary, value => {
      pool.set(safeText(value), value)
    }),
    { seed, numRuns: POOL },
  )
  const values = [...pool.values()]
  const features = featuresOf(values)
  const chosen = [...values.keys()].slice(0, count)
  const shown = { single: new Set<string>(), pairs: new Set<string>() }
  const show = ({ single, pairs }: Features): void => {
    for (const feature of single) shown.single.add(feature)
    for (const pair of pairs) shown.pairs.add(pair)
  }
  for (const index of chosen) show(features[index] as Features)
  while (chosen.length < count * 3) {
    const best = mostNew(features, shown)
    if (best === undefined) break
    chosen.push(best)
    show(features[best] as Features)
  }
  // The simplest first: those are the ones that shortest paths show.
  const texts = [...pool.keys()]
  const size = (index: number): number => texts[index]?.length ?? 0
  return chosen.toSorted((a, b) => size(a) - size(b)).map(index => values[index])
}

/** The value that shows most of what is not shown yet, pairs only where single features are equal; the first of equals. */
function mostNew(all: readonly Features[], shown: Features): number | undefined {
  const news = (own: ReadonlySet<string>, known: ReadonlySet<string>): number =>
    [...own].filter(feature => !known.has(feature)).length
  const scores = all.map(({ single, pairs }) => news(single, shown.single) * 1e6 + news(pairs, shown.pairs))
  const most = Math.max(0, ...scores)
  return most === 0 ? undefined : scores.indexOf(most)
}
