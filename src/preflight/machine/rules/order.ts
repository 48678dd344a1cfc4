/** TRANSITION_NEVER_TAKEN: transitions behind one that is always taken. */
import type { Found } from '../../finding.ts'
import type { Analysis } from '../analysis.ts'
import { alwaysOf, live, nameOf, transitionsOf } from '../chart.ts'
import { eventName } from '../descriptors.ts'

export function order(analysis: Analysis): Found[] {
  return [...analysis.reach.entered.keys()].flatMap(node =>
    [...transitionsOf(node), ['', alwaysOf(node)] as const].flatMap(([descriptor, list]): Found[] => {
      const taken = live(list).length
      if (taken === list.length) return []
      const which = taken + 1 === list.length ? `number ${list.length}` : `${taken + 1} to ${list.length}`
      const because = `It is ${which} for ${eventName(descriptor)}.`
      return [{ code: 'TRANSITION_NEVER_TAKEN', state: nameOf(node), path: analysis.way(node), because }]
    }),
  )
}
