/** Sent: a message as whoever sent it meant it. Nothing here may be taken from the runtime. */
import type { Json } from '../../messages/json.ts'
import type { Shade } from './shade.ts'

/** Without the result that the hub has put in, where it says so. */
export function sentOf({ data, stamp }: { readonly data: Json; readonly stamp?: Json }): Json {
  if (stamp === undefined || stamp === null || data === null || !('from' in (stamp as object))) return data
  const { output: _, ...sent } = data as Readonly<Record<string, Json>>
  return sent
}

/** What a step is created with, what is decided, what came of a run: the hub makes it of outputs and users' code. */
export function isMadeByHub(
  { sort, kind }: Pick<Shade, 'sort' | 'kind'>,
  event: string,
  data: Json,
): boolean {
  if (sort !== 'workflow') return false
  if (kind.flow === undefined) return event === 'task.create'
  if (event !== 'step.done') return MADE.has(event)
  const { status, undo } = data as { readonly status: string; readonly undo?: boolean }
  return status === 'completed' && undo !== true
}

const MADE: ReadonlySet<string> = new Set(['task.create', 'workflow.start', 'gate.open', 'flow.decided'])
