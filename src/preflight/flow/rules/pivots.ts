/** PIVOT_TWICE, PIVOT_REPEATED, PIVOT_IN_PARALLEL: points of no return that are none. */
import type { PreflightCode } from '../../codes.ts'
import type { Found } from '../../finding.ts'
import { isPivot } from '../contents.ts'
import { wayAlong, type Place } from '../places.ts'

export function pivots(places: readonly Place[]): Found[] {
  return places
    .filter(({ node }) => isPivot(node))
    .flatMap(place =>
      codesOf(place).map(code => ({ code, state: place.node.name, path: wayAlong(place.trail) })),
    )
}

const codesOf = ({ isAfterPivot, isRepeated, isBesideSaga }: Place): PreflightCode[] => [
  ...(isAfterPivot ? (['PIVOT_TWICE'] as const) : []),
  ...(isRepeated ? (['PIVOT_REPEATED'] as const) : []),
  ...(isBesideSaga ? (['PIVOT_IN_PARALLEL'] as const) : []),
]
