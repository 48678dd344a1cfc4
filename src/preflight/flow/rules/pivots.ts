/** PIVOT_TWICE: points of no return that are none. One that would come again, or beside others, no definition takes. */
import type { Found } from '../../finding.ts'
import { isPivot } from '../contents.ts'
import { wayAlong, type Place } from '../places.ts'

export function pivots(places: readonly Place[]): Found[] {
  return places
    .filter(({ node, isAfterPivot }) => isPivot(node) && isAfterPivot)
    .map(({ node, trail }) => ({ code: 'PIVOT_TWICE', state: node.name, path: wayAlong(trail) }))
}
