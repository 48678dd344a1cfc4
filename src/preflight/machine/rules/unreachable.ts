/** UNREACHABLE: states that are never entered; of such as lie in each other the outermost. */
import type { AnyStateNode } from 'xstate'
import { listed, type Found } from '../../finding.ts'
import type { Analysis } from '../analysis.ts'
import { alwaysOf, live, nameOf, parentOf, targetsOf, transitionsOf } from '../chart.ts'

export function unreachable(analysis: Analysis): Found[] {
  const { nodes, reach } = analysis
  const isEntered = (node: AnyStateNode | undefined): boolean =>
    node !== undefined && (reach.entered.has(node) || reach.histories.has(node))
  const lost = nodes.filter(node => !isEntered(node) && isEntered(parentOf(node)))
  if (lost.length === 0) return []
  const sources = sourcesOf(analysis)
  return lost.map(node => {
    const from = [...(sources.get(node) ?? [])]
    return { code: 'UNREACHABLE', state: nameOf(node), path: [], because: reason(from, isEntered) }
  })
}

function reason(from: readonly AnyStateNode[], isEntered: (node: AnyStateNode) => boolean): string {
  const names = listed(from.map(nameOf))
  if (from.length === 0) return 'No transition leads to it.'
  if (from.some(isEntered)) return `What leads to it from ${names} is never taken.`
  return `Only ${names} lead${from.length === 1 ? 's' : ''} to it, and cannot be reached either.`
}

/** From where each state, or one in it, is a target. */
function sourcesOf({ nodes }: Analysis): Map<AnyStateNode, Set<AnyStateNode>> {
  const sources = new Map<AnyStateNode, Set<AnyStateNode>>()
  for (const node of nodes)
    for (const list of [alwaysOf(node), ...transitionsOf(node).values()])
      for (const target of live(list).flatMap(targetsOf))
        for (let at: AnyStateNode | undefined = target; at !== undefined; at = parentOf(at)) {
          const known = sources.get(at) ?? new Set()
          sources.set(at, known.add(node))
        }
  return sources
}
