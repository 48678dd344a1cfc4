/** Progress: how many steps of a run are done, as its last checkpoint and the records since then count them. */
import type { Address } from '../messages/address.ts'
import type { Checkpoint } from '../runtime/journal.ts'
import { scan } from '../runtime/scan.ts'
import type { JournalReader } from '../sqlite/index.ts'

export interface StepCount {
  /** Those that have ended, however they did. A step of a loop is counted once. */
  readonly done: number
  /** Null before the first checkpoint. */
  readonly total: number | null
}

/** Null where nothing is known: machines of users count in their own ways. */
export function progressOf(
  journal: JournalReader,
  run: Address,
  checkpoint: Checkpoint | undefined,
  created: number,
): StepCount | null {
  const status = checkpoint === undefined ? [] : statusIn(checkpoint)
  if (status === null) return null
  const isDone = status.map(state => ENDED.has(state))
  for (const { refused, data } of scan(journal, {
    actor: run,
    types: ['step.done'],
    after: checkpoint?.seq ?? created,
  })) {
    if (data === null) continue
    const { step, item, undo } = data as { step: number; item?: number; undo?: boolean }
    // An item is a part of its step; what undoes one does not bring the run further.
    if (refused === null && item === undefined && undo !== true) isDone[step] = true
  }
  const total = checkpoint === undefined ? null : status.length
  return { done: isDone.filter(Boolean).length, total }
}

/** Of a task graph: completed, failed, cancelled, blocked. Of a compiled workflow: the same, but that the last is skipped. */
const ENDED: ReadonlySet<unknown> = new Set([2, 3, 4, 5])

interface Kept {
  readonly status?: unknown
  readonly visits?: unknown
  readonly graph?: { readonly status?: unknown }
}

/** The state of each step, as both sorts of machines keep it. A machine of a user may have a `status` of its own. */
function statusIn({ snapshot }: Checkpoint): readonly unknown[] | null {
  const { context } = snapshot as { context?: Kept | null }
  const status = context?.graph?.status ?? (Array.isArray(context?.visits) ? context.status : undefined)
  return Array.isArray(status) ? status : null
}
