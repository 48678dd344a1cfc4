/** EFFECT_WITHOUT_UNDO and UNDO_NEVER_USED: what can be undone, and when. A flow without a pivot and without anything to undo is no saga. */
import type { Found } from '../../finding.ts'
import { hasUndo, isPivot } from '../contents.ts'
import { wayAlong, type Place } from '../places.ts'

export function saga(places: readonly Place[]): Found[] {
  const undoable = places.filter(({ node }) => hasUndo(node))
  if (undoable.length === 0 && !places.some(({ node }) => isPivot(node))) return []
  const useless = undoable
    .filter(({ isAfterPivot }) => isAfterPivot)
    .map((place): Found => ({ code: 'UNDO_NEVER_USED', ...at(place) }))
  const gaps = places.filter(isGap).map((place): Found => {
    if (!place.isBeforePivot) return { code: 'EFFECT_WITHOUT_UNDO', ...at(place) }
    // Whoever names a pivot says that all before it can be taken back.
    return { code: 'EFFECT_WITHOUT_UNDO', ...at(place), severity: 'error', because: 'A pivot comes later.' }
  })
  return [...gaps, ...useless]
}

const isGap = ({ node, isAtRisk }: Place): boolean =>
  isAtRisk && (node.kind === 'step' || node.kind === 'workflow') && !hasUndo(node) && !isPivot(node)

const at = ({ node, trail }: Place): { state: string; path: readonly string[] } => ({
  state: node.name,
  path: wayAlong(trail),
})
