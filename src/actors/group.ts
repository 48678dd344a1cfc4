/** How a group runs: one definition for all of them, whose state lies in a checkpoint as plain lists. */
import type { GroupContext } from '../machines/group.ts'
import { Vector } from '../machines/vector.ts'
import type { Definition } from './kind.ts'
import { groupKind } from './kinds.ts'
import { plain } from './plain.ts'

export const groupDefinition: Definition = {
  ...plain(groupKind),
  thaw: context => {
    const frozen = context as unknown as Omit<GroupContext, 'status' | 'refs'> & {
      readonly status: number[]
      readonly refs: number[]
    }
    return { ...frozen, status: Vector.from(frozen.status), refs: Vector.from(frozen.refs) }
  },
}
