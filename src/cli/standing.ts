/** Standing: where an actor stands by what the journal says of it, without its machine. */
import type { Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import type { Checkpoint } from '../runtime/journal.ts'
import type { JournalReader } from '../sqlite/index.ts'

const PAGE = 20

export interface Held {
  readonly code: string
  readonly reason: string
}

/** The last signal that it took after a position: what came later was refused. */
export function lastTaken(journal: JournalReader, address: Address, after: number): Signal | undefined {
  return newest(journal, address, signal => signal.refused === null, after)
}

/**
 * Why it is held, as far as it is recorded: that its definition is not registered shows at a start only, and in no journal.
 */
export function heldBy(
  journal: JournalReader,
  address: Address,
  checkpoint: Checkpoint | undefined,
): Held | null {
  const kept = (checkpoint?.held ?? null) as Held | null
  const after = checkpoint?.seq ?? 0
  const stumbled = newest(journal, address, isFault, after)
  const since = stumbled?.seq ?? after
  if (stumbled === undefined && kept === null) return null
  const released = newest(
    journal,
    'system/hub',
    ({ type, data }) => type === 'hub.release' && (data as { address?: string } | null)?.address === address,
    since,
  )
  if (released !== undefined) return null
  if (stumbled === undefined) return kept && { code: kept.code, reason: kept.reason }
  return { code: 'MACHINE_FAULT', reason: stumbled.refused?.message ?? '' }
}

/** Why a run has stopped by itself, for an operator: the step that failed where nothing can be undone, or what should undo it. */
export function heldAtStep(journal: JournalReader, address: Address): Held | null {
  const stopped = newest(journal, address, isStop)
  if (stopped === undefined) return null
  const { undo, error } = (stopped.data ?? {}) as { undo?: boolean; error?: { message?: string } }
  const code = undo === true ? 'COMPENSATION_HELD' : 'STEP_HELD'
  return { code, reason: `${stopped.from}: ${error?.message ?? 'no reason was given'}` }
}

/** One that was paused while it is held comes back to that by another word. */
const isStop = ({ type, fromState, toState }: Signal): boolean =>
  toState === 'held' && fromState !== 'held' && (type === 'step.done' || type === 'fault')

/** Its machine threw, and it could not be told so, or did not take that. */
function isFault({ type, refused }: Signal): boolean {
  if (refused === null) return false
  return type === 'fault' || (refused.code === 'MACHINE_FAULT' && !refused.allowed.includes('fault'))
}

function newest(
  journal: JournalReader,
  actor: Address,
  fits: (signal: Signal) => boolean,
  after = 0,
): Signal | undefined {
  for (let before = Number.POSITIVE_INFINITY; ;) {
    const page = journal.query({ actor, after, before, order: 'desc', limit: PAGE })
    const found = page.find(fits)
    if (found !== undefined || page.length < PAGE) return found
    before = page.at(-1)?.seq ?? 0
  }
}
