/** FAILURE_UNHANDLED: invokes whose failure nobody takes. XState then ends the whole machine with that error. */
import type { AnyStateNode } from 'xstate'
import type { Found } from '../../finding.ts'
import type { Analysis } from '../analysis.ts'
import { isCertain, isIn, nameOf, sharedBy, transitionsOf, upwards } from '../chart.ts'
import { covers, errorOf } from '../descriptors.ts'

type Handling = 'always' | 'sometimes' | 'never'

export function failures(analysis: Analysis): Found[] {
  return [...analysis.reach.entered.keys()].flatMap(node =>
    node.invoke.flatMap(({ id }): Found[] => {
      const handling = handlingOf(analysis, node, errorOf(id))
      if (handling === 'always') return []
      const place = { state: nameOf(node), path: analysis.way(node) }
      if (handling === 'never')
        return [{ code: 'FAILURE_UNHANDLED', ...place, because: `The invoke is ${id}.` }]
      const because = `The failure of ${id} is handled where a guard holds, and may find none that does.`
      return [{ code: 'FAILURE_UNHANDLED', ...place, because }]
    }),
  )
}

function handlingOf(analysis: Analysis, invoking: AnyStateNode, event: string): Handling {
  const around = strongest([...upwards(invoking)].map(node => handledIn(node, event)))
  if (around === 'always') return around
  // It is there too while the machine stands in a state within; what runs in other regions hears of it as well.
  const parallel = sharedBy(invoking)
  if (parallel !== undefined) {
    const beside = [...analysis.reach.entered.keys()].filter(node => isIn(node, parallel))
    return strongest([around, ...beside.map(node => handledIn(node, event))])
  }
  const inside = analysis.resting
    .filter(leaf => leaf !== invoking && isIn(leaf, invoking))
    .map(leaf => strongest(below(leaf, invoking).map(node => handledIn(node, event))))
  if (inside.length > 0 && inside.every(handling => handling === 'always')) return 'always'
  return strongest([around, ...inside]) === 'never' ? 'never' : 'sometimes'
}

function handledIn(node: AnyStateNode, event: string): Handling {
  const lists = [...transitionsOf(node)].filter(([descriptor]) => covers(descriptor, event))
  if (lists.some(([, list]) => isCertain(list))) return 'always'
  return lists.length > 0 ? 'sometimes' : 'never'
}

const strongest = (all: readonly Handling[]): Handling =>
  all.includes('always') ? 'always' : all.includes('sometimes') ? 'sometimes' : 'never'

function below(leaf: AnyStateNode, outer: AnyStateNode): AnyStateNode[] {
  const path = [...upwards(leaf)]
  return path.slice(0, path.indexOf(outer))
}
