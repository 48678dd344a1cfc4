/** Ids: counted, so that the same simulation gives the same ones. */
import type { NewId } from '../../runtime/ids.ts'

export function countedIds(prefix = 'id'): NewId {
  let made = 0
  return () => `${prefix}-${++made}`
}
