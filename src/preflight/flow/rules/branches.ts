/** CASE_NEVER_TAKEN, CONDITION_NEVER_HOLDS, BRANCH_MATCHES_NOTHING: branches. */
import type { Found } from '../../finding.ts'
import { casesOf, mayMatchNothing } from '../cases.ts'
import { extend, wayAlong, type Place } from '../places.ts'

export function branches(places: readonly Place[]): Found[] {
  return places.flatMap(({ node, trail }): Found[] => {
    if (node.kind !== 'branch') return []
    const cases = casesOf(node).flatMap(({ name, verdict, by }): Found[] => {
      const place = { state: `${node.name}.${name}`, path: wayAlong(extend(trail, name)) }
      if (verdict === 'behind')
        return [{ code: 'CASE_NEVER_TAKEN', ...place, because: `It is behind ${String(by)}.` }]
      return verdict === 'never holds' ? [{ code: 'CONDITION_NEVER_HOLDS', ...place }] : []
    })
    if (!mayMatchNothing(node)) return cases
    // Unlike a state of a machine, which would stand still, a branch then fails, and what was done is undone.
    const because = 'Then the branch fails.'
    const none: Found = {
      code: 'BRANCH_MATCHES_NOTHING',
      state: node.name,
      path: wayAlong(trail),
      severity: 'warning',
      because,
    }
    return [...cases, none]
  })
}
