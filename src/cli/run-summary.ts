/** Run summary: what the records and the checkpoint of one run say of it. It folds no machine. */
import { idOf, type Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import { RUN_ENDINGS } from '../messages/workflow.ts'
import type { Checkpoint } from '../runtime/journal.ts'
import { versionAt } from '../runtime/migration.ts'
import type { JournalReader } from '../sqlite/index.ts'
import { progressOf, type StepCount } from './progress.ts'
import { heldAtStep, heldBy, lastTaken, type Held } from './standing.ts'

/** Ends that are looked at: one that is no run's end may bear the name of one. */
const FEW = 20

/** These are found by their records. */
export const ENDINGS: readonly string[] = RUN_ENDINGS
export const ENDS = RUN_ENDINGS.map(state => `workflow.${state}`)

export interface RunSummary {
  readonly id: string
  readonly address: Address
  readonly workflow: string
  readonly version: string
  readonly state: string
  readonly alive: boolean
  /** Why it does not move, if the journal says that it is held. */
  readonly held: Held | null
  /** Milliseconds since the epoch; null where the record of its start was dropped. */
  readonly started: number | null
  readonly ended: number | null
  /** Steps that have ended, and all, of one that lives; null where nothing is known of them. */
  readonly progress: StepCount | null
  /** Position of its start. */
  readonly position: number
}

/** Of one whose end was not met on the way: it lives, or ended after the page began, or in a state of its own. */
export function fromStart(journal: JournalReader, start: Signal): RunSummary {
  const { to: address, seq } = start
  // Who has a checkpoint lives; most others ended soon after they began.
  const checkpoint = journal.checkpoint(address)
  const filter = { actor: address, types: ENDS, after: seq - 1, limit: FEW }
  const ending = checkpoint === undefined ? journal.query(filter).find(({ final }) => final) : undefined
  return summary(journal, start, ending ?? lastTaken(journal, address, seq - 1) ?? start, checkpoint)
}

export function summary(
  journal: JournalReader,
  start: Signal,
  last: Signal,
  checkpoint?: Checkpoint,
): RunSummary {
  const { workflow } = start.data as { workflow: string }
  const standsAt = standing(journal, start.to, last, checkpoint, start.seq)
  const version = checkpoint?.definition.version ?? versionAt(journal, start, last.seq + 1)
  return { ...standsAt, workflow, version, started: start.at }
}

export function fromCheckpoint(journal: JournalReader, checkpoint: Checkpoint): RunSummary {
  const { address, definition, createdSeq } = checkpoint
  const last = lastTaken(journal, address, createdSeq)
  const { name: workflow, version } = definition
  return { ...standing(journal, address, last, checkpoint, createdSeq), workflow, version, started: null }
}

function standing(
  journal: JournalReader,
  address: Address,
  last: Signal | undefined,
  checkpoint: Checkpoint | undefined,
  position: number,
): Omit<RunSummary, 'workflow' | 'version' | 'started'> {
  const isOver = last?.final === true
  const state = last?.toState ?? checkpoint?.state ?? ''
  const byHub = isOver ? null : heldBy(journal, address, checkpoint)
  const held = byHub ?? (state === 'held' ? heldAtStep(journal, address) : null)
  return {
    id: idOf(address),
    address,
    state: held === null ? state : 'held',
    alive: !isOver,
    held,
    ended: isOver ? last.at : null,
    progress: isOver ? null : progressOf(journal, address, checkpoint, position),
    position,
  }
}
