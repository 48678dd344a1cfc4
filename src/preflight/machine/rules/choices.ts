/** BRANCH_MATCHES_NOTHING: states that are there to choose, and may find nothing to choose. */
import type { AnyStateNode } from 'xstate'
import { listed, type Found } from '../../finding.ts'
import type { Analysis } from '../analysis.ts'
import { alwaysOf, nameOf, sharedBy, transitionsOf, upwards } from '../chart.ts'

export function choices(analysis: Analysis): Found[] {
  return analysis.resting.flatMap((leaf): Found[] => {
    const path = [...upwards(leaf)]
    const guards = path.flatMap(node => alwaysOf(node)).map(({ guard }) => guard as unknown)
    if (guards.length === 0 || isExhaustive(guards) || path.some(hears)) return []
    // What runs beside it may change what the guards say.
    if (sharedBy(leaf) !== undefined) return []
    const because = `It has only ${listed(guards.map(guardName))}.`
    return [{ code: 'BRANCH_MATCHES_NOTHING', state: nameOf(leaf), path: analysis.way(leaf), because }]
  })
}

/** Is there anything that it waits for? */
const hears = (node: AnyStateNode): boolean => transitionsOf(node).size > 0 || node.invoke.length > 0

/** One of them is the opposite of another, said by `not(…)`; what functions say of each other nobody knows. */
function isExhaustive(guards: readonly unknown[]): boolean {
  const opposites = guards.flatMap(guard => (isNot(guard) ? guard.guards : []))
  return guards.some(guard => opposites.some(other => isSame(guard, other)))
}

const isNot = (guard: unknown): guard is { readonly guards: readonly unknown[] } =>
  typeof guard === 'function' && (guard as { check?: { name?: unknown } }).check?.name === 'checkNot'

const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b))

function guardName(guard: unknown): string {
  if (typeof guard === 'string') return guard
  if (isNot(guard)) return `not ${guard.guards.map(guardName).join(', ')}`
  const { type, name } = guard as { readonly type?: unknown; readonly name?: unknown }
  const known = typeof type === 'string' ? type : name
  return typeof known === 'string' && known !== '' ? known : 'a guard'
}
