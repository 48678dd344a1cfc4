/** WAIT_WITHOUT_TIMEOUT: states that only somebody outside can end. */
import type { AnyStateNode } from 'xstate'
import { listed, type Found } from '../../finding.ts'
import type { Analysis } from '../analysis.ts'
import { isIn, nameOf, once, sharedBy, targetsOf, transitionsOf, upwards } from '../chart.ts'
import { covers, isFromOutside } from '../descriptors.ts'

export function waits(analysis: Analysis): Found[] {
  const raised = analysis.nodes.flatMap(raisedBy)
  const moving = analysis.nodes.filter(moves)
  const isMoving = once(moves)
  const outside = once(awaited)
  const isRaised = once(node => outside(node).some(event => raised.some(each => covers(event, each))))
  return analysis.resting.flatMap((leaf): Found[] => {
    const path = [...upwards(leaf)]
    const parallel = sharedBy(leaf)
    if (path.some(isMoving) || path.some(isRaised)) return []
    if (parallel !== undefined && moving.some(node => isIn(node, parallel))) return []
    const events = path.map(outside).find(list => list.length > 0)
    if (events === undefined) return []
    const because = `It waits for ${listed(events)}.`
    return [{ code: 'WAIT_WITHOUT_TIMEOUT', state: nameOf(leaf), path: analysis.way(leaf), because }]
  })
}

/** Does it go on by itself: after a time, or with the end of what it invokes? */
function moves(node: AnyStateNode): boolean {
  const delayed = node.entry.some(action => isRaise(action) && action.delay !== undefined)
  return node.after.length > 0 || node.invoke.length > 0 || delayed
}

/** What it leaves for when it comes from outside. */
const awaited = (node: AnyStateNode): string[] =>
  [...transitionsOf(node)]
    .filter(
      ([descriptor, list]) => isFromOutside(descriptor) && list.some(each => targetsOf(each).length > 0),
    )
    .map(([descriptor]) => descriptor)

interface Raise {
  readonly event?: { readonly type?: unknown }
  readonly delay?: unknown
}

const isRaise = (action: unknown): action is Raise =>
  typeof action === 'function' && (action as { type?: unknown }).type === 'xstate.raise'

/** Events that the machine sends to itself, as far as they are written down. */
function raisedBy(node: AnyStateNode): string[] {
  const lists = [...transitionsOf(node).values(), node.always ?? []].flat()
  const actions = [...node.entry, ...node.exit, ...lists.flatMap(({ actions: own }) => own)]
  return actions.flatMap((action: unknown) => {
    const type = isRaise(action) ? action.event?.type : undefined
    return typeof type === 'string' && isFromOutside(type) ? [type] : []
  })
}
