/**
 * Run list: the runs of a journal, newest first, a page at a time, read from its records and checkpoints alone. It folds no machine,
 * and holds one page of what it reads.
 */
import { kindOf, type Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import { cursorAt, positionOf } from '../runtime/cursor.ts'
import { isIn } from '../runtime/runs-view.ts'
import type { JournalReader } from '../sqlite/index.ts'
import { ENDINGS, ENDS, fromCheckpoint, fromStart, summary, type RunSummary } from './run-summary.ts'

/** Signals that are read at once. */
const PAGE = 200

const STARTS_AND_ENDS = ['workflow.start', ...ENDS]

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
    if (!isIn(run.state, state)) continue
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
