/** Joining: a run or a task that is about to begin becomes part of its project first, so that nothing of it is missed. It begins nothing. */
import { StatorError } from '../../errors.ts'
import type { ProjectContext } from '../../machines/project.ts'
import { checkName, CLIENT, type Address } from '../../messages/address.ts'
import type { Door } from '../door.ts'
import type { HandleHost } from '../handles.ts'
import type { SendOptions } from '../options.ts'

export interface Joining {
  readonly member: Address
  readonly project: string
  /** What makes two submissions the same: one that is there already has joined before. */
  readonly key: string | undefined
}

/** @throws StatorError (rejects) ADDRESS_INVALID, NOT_FOUND: no such project; EVENT_REFUSED: it is closed */
export async function join(
  { door, handles }: { readonly door: Door; readonly handles: HandleHost },
  { member, project, key }: Joining,
  options: SendOptions,
): Promise<void> {
  if (key !== undefined && handles.journal.key(CLIENT, key) !== undefined) return
  // Nor does one that is another's, whatever is said of it now.
  if (handles.cell(member) !== undefined || handles.ending(member) !== undefined) return
  const to: Address = `project/${checkName(project, 'project')}`
  const cell = handles.cell(to)
  if (cell === undefined)
    throw new StatorError('NOT_FOUND', { project, reason: 'open it with runtime.projects.open()' })
  if ((cell.snapshot.context as ProjectContext).members.includes(member)) return
  const said = { type: 'project.join', to, from: CLIENT, data: { member }, correlationId: to } as const
  await door.submit(said, options)
}
