/** Sent: a message as whoever sent it meant it. Nothing here may be taken from the runtime. */
import type { Json } from '../../messages/json.ts'

/** Without the result that the hub has put in, where it says so. */
export function sentOf({ data, stamp }: { readonly data: Json; readonly stamp?: Json }): Json {
  if (stamp === undefined || stamp === null || data === null || !('from' in (stamp as object))) return data
  const { output: _, ...sent } = data as Readonly<Record<string, Json>>
  return sent
}

/** Does the hub make it of outputs and users' code: what a step is created with, what is decided, what came of a run? */
export function isMade(isCompiled: boolean, event: string, data: Json): boolean {
  if (!isCompiled) return event === 'task.create'
  if (event !== 'step.done') return MADE.has(event)
  const { status, undo } = data as { readonly status: string; readonly undo?: boolean }
  return status === 'completed' && undo !== true
}

const MADE: ReadonlySet<string> = new Set(['task.create', 'workflow.start', 'gate.open', 'flow.decided'])
