/**
 * Run list: the runs of a journal, newest first, a page at a time, read from its records and checkpoints alone. It folds no machine,
 * and holds one page of what it reads.
 */
import { kindOf, idOf, type Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import { cursorAt, positionOf } from '../runtime/cursor.ts'
import type { Checkpoint } from '../runtime/journal.ts'
import { scan } from '../runtime/scan.ts'
import type { JournalReader } from '../sqlite/index.ts'
import { heldBy, lastTaken, type Held } from './standing.ts'

/** Signals that are read at once. */
const PAGE = 200

/** In which a run has ended: these are found by their records. */
const ENDINGS: readonly string[] = ['completed', 'failed', 'cancelled', 'compensated']
const ENDS = ENDINGS.map(state => `workflow.${state}`)
const STARTS_AND_ENDS = ['workflow.start', ...ENDS]

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
  readonly progress: { readonly done: number; readonly total: number | null } | null
  /** Position of its start. */
  readonly position: number
}

export interface RunPage {
  readonly runs: readonly RunSummary[]
  /** Give it as `after` for those that are older; null: that was all. */
  readonly next: string | null
}

export interface RunListOptions {
  readonly state?: string
  readonly limit: number
  readonly after?: string
  /** Also runs that are steps of others. */
  readonly all?: boolean
}

/**
 * By their start; where a state is asked for in which runs have ended, by their end.
 * @throws StatorError INPUT_INVALID (no cursor), JOURNAL_DAMAGED
 */
export function listRuns(journal: JournalReader, options: RunListOptions): RunPage {
  const { state, limit, all = false } = options
  const before = options.after === undefined ? Number.POSITIVE_INFINITY : positionOf(options.after)
  const runs: RunSummary[] = []
  let last = 0
  const isEnding = state !== undefined && ENDINGS.includes(state)
  for (const { run, at } of isEnding ? ended(journal, state, before) : candidates(journal, before)) {
    if (run === undefined || (!all && run.id.includes('/'))) continue
    if (state !== undefined && run.state !== state) continue
    // One more than asked for was found: the page has a next one.
    if (runs.length === limit) return { runs, next: cursorAt(last) }
    runs.push(run)
    last = at
  }
  return { runs, next: null }
}

interface Candidate {
  readonly run: RunSummary | undefined
  /** Where the reading goes on after it. */
  readonly at: number
}

/** Those that ended so, found by their end. */
function* ended(journal: JournalReader, state: string, before: number): Generator<Candidate> {
  for (const ending of newestFirst(journal, [`workflow.${state}`], before)) {
    const { to: actor, seq: at, final } = ending
    if (!final) continue
    const filter = { actor, types: ['workflow.start'], before: at + 1, order: 'desc', limit: PAGE } as const
    const start = journal.query(filter).find(isStart)
    yield { run: start && summary(journal, start, ending), at }
  }
}

function* newestFirst(journal: JournalReader, types: readonly string[], before: number): Generator<Signal> {
  for (let from = before; from > 0;) {
    const page = journal.query({ types, before: from, order: 'desc', limit: PAGE })
    yield* page
    from = page.length < PAGE ? 0 : (page.at(-1)?.seq ?? 0)
  }
}

/** One that was refused made nobody; of one that was erased nothing is known. */
const isStart = ({ to, refused, data }: Signal): boolean =>
  kindOf(to) === 'workflow' && refused === null && data !== null

/** Those whose start is recorded, then those that live on though its record was dropped. */
function* candidates(journal: JournalReader, before: number): Generator<Candidate> {
  const kept = journal.read({ after: 0, limit: 1 })[0]?.seq ?? Number.POSITIVE_INFINITY
  // Read backwards, an end comes before its start: so only of those that live at the same time one is kept.
  const endings = new Map<Address, Signal>()
  for (const signal of before > kept ? newestFirst(journal, STARTS_AND_ENDS, before) : []) {
    if (signal.type !== 'workflow.start') {
      if (signal.final) endings.set(signal.to, signal)
      continue
    }
    if (!isStart(signal)) continue
    const ending = signal.final ? signal : endings.get(signal.to)
    endings.delete(signal.to)
    const run = ending === undefined ? fromStart(journal, signal) : summary(journal, signal, ending)
    yield { run, at: signal.seq }
  }
  if (kept === 1) return
  const older: { address: Address; createdSeq: number }[] = []
  for (const { address, createdSeq } of journal.checkpoints({ kind: 'workflow' }))
    if (createdSeq < kept && createdSeq < before) older.push({ address, createdSeq })
  for (const { address, createdSeq: at } of older.toSorted((a, b) => b.createdSeq - a.createdSeq)) {
    const checkpoint = journal.checkpoint(address)
    yield { run: checkpoint && fromCheckpoint(journal, checkpoint), at }
  }
}

/** Of one whose end was not met on the way: it lives, or ended after the page began, or in a state of its own. */
function fromStart(journal: JournalReader, start: Signal): RunSummary {
  const { to: address, seq } = start
  // Who has a checkpoint lives; most others ended soon after they began.
  const checkpoint = journal.checkpoint(address)
  const filter = { actor: address, types: ENDS, after: seq - 1, limit: PAGE }
  const ending = checkpoint === undefined ? journal.query(filter).find(({ final }) => final) : undefined
  return summary(journal, start, ending ?? lastTaken(journal, address, seq - 1) ?? start, checkpoint)
}

function summary(journal: JournalReader, start: Signal, last: Signal, checkpoint?: Checkpoint): RunSummary {
  const { workflow, version } = start.data as { workflow: string; version: string }
  const standsAt = standing(journal, start.to, last, checkpoint, start.seq)
  return { ...standsAt, workflow, version, started: start.at }
}

function fromCheckpoint(journal: JournalReader, checkpoint: Checkpoint): RunSummary {
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
  const held = isOver ? null : heldBy(journal, address, checkpoint)
  const state = last?.toState ?? checkpoint?.state ?? ''
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

/** What its checkpoint counted, and what ended since. */
function progressOf(
  journal: JournalReader,
  address: Address,
  checkpoint: Checkpoint | undefined,
  created: number,
): RunSummary['progress'] {
  const counted = countsIn(checkpoint)
  if (checkpoint !== undefined && counted === null) return null
  const after = checkpoint?.seq ?? created
  let done = counted?.done ?? 0
  for (const { refused } of scan(journal, { actor: address, types: ['step.done'], after }))
    if (refused === null) done++
  return { done, total: counted?.total ?? null }
}

/** Of a task graph; other machines count in their own ways. */
function countsIn(checkpoint: Checkpoint | undefined): { done: number; total: number } | null {
  const { context } = (checkpoint?.snapshot ?? {}) as { context?: { graph?: unknown } }
  const graph = (context?.graph ?? null) as Readonly<Record<string, unknown>> | null
  if (graph === null || !Array.isArray(graph['status'])) return null
  const number = (key: string): number => (typeof graph[key] === 'number' ? graph[key] : 0)
  const done = number('completed') + number('failed') + number('cancelled') + number('blocked')
  return { done, total: graph['status'].length }
}
