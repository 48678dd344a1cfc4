/** NO_END, DONE_NEVER and NO_WAY_TO_END: what can never come to its end. */
import type { AnyStateNode } from 'xstate'
import { listed, type Found } from '../../finding.ts'
import type { Analysis } from '../analysis.ts'
import { isIn, nameOf, partsOf, transitionsOf, upwards } from '../chart.ts'
import { doneOf } from '../descriptors.ts'
import { trappedIn, trapsOf } from '../ends.ts'

export function ends(analysis: Analysis): Found[] {
  const never = doneNever(analysis)
  if (!hasEnd(analysis.root)) return [...never.map(found), noEnd(analysis)]
  const traps = trapsOf(trappedIn(analysis.reach))
    // Where a whole region cannot end, that is said of it, and not of each state beside it.
    .filter(([first]) => !never.some(({ node }) => first !== undefined && isIn(first.node, node)))
    .map((leaves): Found => {
      const [first, ...others] = leaves.map(({ node }) => node)
      const circle = `Nothing leads out of the circle with ${listed(others.map(nameOf))}.`
      return {
        code: 'NO_WAY_TO_END',
        state: first === undefined ? '' : nameOf(first),
        path: first === undefined ? [] : analysis.way(first),
        ...(others.length === 0 ? {} : { because: circle }),
      }
    })
  return [...never.map(found), ...traps]
}

const found = ({ finding }: Never): Found => finding

interface Never {
  readonly node: AnyStateNode
  readonly finding: Found
}

/** States whose end something waits for, and that cannot end. */
function doneNever(analysis: Analysis): Never[] {
  const { entered, completed } = analysis.reach
  return [...entered.keys()]
    .filter(node => !completed.has(node) && (isAwaited(node) || (node.type === 'parallel' && isTop(node))))
    .filter(node => node.parent !== undefined || hasEnd(node))
    .map(node => {
      const open = node.type === 'parallel' ? partsOf(node).filter(part => !completed.has(part)) : []
      const regions = `These regions cannot: ${listed(open.map(part => part.key))}.`
      const because = open.length === 0 ? {} : { because: regions }
      return {
        node,
        finding: { code: 'DONE_NEVER', state: nameOf(node), path: analysis.way(node), ...because },
      }
    })
}

const isTop = (node: AnyStateNode): boolean => node.parent === undefined

/** Is there a transition for its end, in it or around it? */
function isAwaited(node: AnyStateNode): boolean {
  const event = doneOf(node.id)
  return [...upwards(node)].some(each => transitionsOf(each).has(event))
}

/** Could the machine end at all? A parallel one ends with all of its regions. */
function hasEnd(node: AnyStateNode): boolean {
  const parts = partsOf(node)
  if (node.type === 'parallel')
    return parts.length > 0 && parts.every(part => part.type === 'final' || hasEnd(part))
  return parts.some(part => part.type === 'final')
}

function noEnd({ root }: Analysis): Found {
  return { code: 'NO_END', state: nameOf(root), path: [] }
}
