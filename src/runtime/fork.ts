/**
 * fork(): a new journal from the history of another, as that stood at a position: the same records, and what recovery needs beside
 * them. To ask "what if". The other one is only read; what it holds of later is left out. Runs no machine.
 */
import { z } from 'zod'
import { func, parse } from '../actors/schema.ts'
import { StatorError } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import { checkJournal } from './check-options.ts'
import { cursorAt, positionOf } from './cursor.ts'
import { Kept } from './fork-kept.ts'
import { Lives, type Mark } from './fork-lives.ts'
import { Mail } from './fork-mail.ts'
import { systemHost } from './host.ts'
import type { Batch, Checkpoint, Journal, Link, PendingMessage, Standing } from './journal.ts'
import { memory } from './memory-journal.ts'
import { decode, type JournalRecord } from './record.ts'
import { resultOf } from './turn.ts'

export interface ForkOptions {
  /** The last signal that the fork has: its cursor, from `cursorOf`; 'start', before all of them; or 'now', the last one. Default 'now'. */
  readonly at?: string
  /** An empty journal that is not open, which is returned. Default: one in memory. */
  readonly into?: Journal
  /** Makes the id of the new journal. Default: a random one. */
  readonly newId?: () => string
}

/** What a fork reads of a journal that is open. */
export type ForkReads = Pick<Journal, 'standing' | 'read' | 'checkpoints' | 'pending' | 'keys' | 'kept'>

/** A journal that somebody else may own and write, such as `readJournal(path)` gives it. */
export interface ForkReader extends ForkReads {
  /** All reads of the work see one state. */
  snapshot<T>(work: () => T): T
}

const optionsShape = z.strictObject({
  at: z.string().optional(),
  // It is checked with a code of its own.
  into: z.unknown().optional(),
  newId: func.optional(),
})

const PAGE = 1_000

/**
 * A journal with the history of `source` up to a position, ready for createRuntime(). It has an id of its own, so that effects of the
 * two are never taken for the same. `source` is a journal that is not open, or a reader, and is not changed.
 * @throws StatorError INPUT_INVALID (no such position, or options), DEFINITION_INVALID (no journal), FORK_IMPOSSIBLE (pruned),
 * JOURNAL_USED (`into` is not empty), and as opening the two journals does
 */
export function fork(source: Journal | ForkReader, options: ForkOptions = {}): Journal {
  checkForkOptions(options)
  if (isReader(source)) return source.snapshot(() => forkOf(source, options))
  checkJournal(source, 'source')
  source.open({ newId: systemHost.ids })
  try {
    return forkOf(source, options)
  } finally {
    source.close()
  }
}

/** @throws StatorError INPUT_INVALID */
export function checkForkOptions(options: unknown): void {
  parse(optionsShape, options, 'INPUT_INVALID', 'options of fork')
}

const isReader = (source: Journal | ForkReader): source is ForkReader =>
  typeof (source as Partial<ForkReader> | null)?.snapshot === 'function'

/** The same of a journal that is open, while nobody writes to it. */
export function forkOf(source: ForkReads, options: ForkOptions): Journal {
  const { at: cursor = 'now', into = memory(), newId = systemHost.ids } = options
  checkJournal(into, 'into')
  const standing = source.standing()
  const at = cursor === 'now' ? standing.last.seq : positionOf(cursor)
  if (at > standing.last.seq)
    throw new StatorError('INPUT_INVALID', { at: cursor, last: cursorAt(standing.last.seq) })
  const view = look(source, standing, at)
  const { anchor } = standing
  const end = at > anchor.seq ? source.read({ after: at - 1, limit: 1 })[0] : anchor
  const origin = { id: standing.id, seq: at, at: (end as Link).at }
  into.open({ newId, begin: { origin, anchor } })
  try {
    copy(source, into, at, view)
  } finally {
    into.close()
  }
  return into
}

/** What there is at a position beside the records. */
interface View {
  readonly tailAfter: number
  readonly lives: Lives
  readonly kept: Kept
  readonly pending: readonly PendingMessage[]
}

/** @throws StatorError FORK_IMPOSSIBLE */
function look(source: ForkReads, standing: Standing, wanted: number): View {
  const { anchor, last, tailAfter } = standing
  // Of what was dropped there is only what it had come to in the end.
  const at = wanted < last.seq && anchor.seq > 0 ? Math.max(wanted, anchor.seq + 1) : wanted
  const marks = new Map<Address, Mark>()
  for (const { address, seq, createdSeq } of source.checkpoints({})) marks.set(address, { seq, createdSeq })
  const lives = new Lives(at, marks)
  const mail = new Mail(at, address => lives.has(address))
  const kept = new Kept()
  for (const record of records(source, anchor.seq, last.seq)) {
    const signal = decode(record)
    const isErased = record.data === null && signal.refused === null
    lives.see(signal, isErased)
    if (signal.seq <= at) kept.see(signal)
    mail.see(signal)
    // As long as it was on its way it would have to be told again.
    if (signal.seq > at && record.data === null && signal.causationId > 0)
      lives.block(signal.causationId, signal.seq)
  }
  const first = lives.possible()
  if (first > wanted)
    throw new StatorError('FORK_IMPOSSIBLE', {
      at: wanted,
      ...(Number.isFinite(first) ? { first, from: cursorAt(first) } : { first: null }),
    })
  const left = source.pending()
  return {
    lives,
    kept,
    tailAfter: Math.min(tailAfter, at, (lives.needs() ?? Number.POSITIVE_INFINITY) - 1),
    pending: at === last.seq ? left : mail.list(left),
  }
}

/** Everything but the last records goes first: a copy that was not finished is found to be one by its end. */
function copy(source: ForkReads, into: Journal, at: number, { lives, kept, pending, tailAfter }: View): void {
  let page: JournalRecord[] = []
  for (const record of records(source, into.standing().anchor.seq, at)) {
    if (page.length === PAGE) {
      into.commit(batchOf(page))
      page = []
    }
    page.push(record)
  }
  const checkpoints: Checkpoint[] = []
  for (const checkpoint of source.checkpoints({}))
    if (lives.isTrue(checkpoint.address)) checkpoints.push(asAt(checkpoint, at))
  into.commit({
    ...batchOf(page),
    pending,
    checkpoints,
    tailAfter,
    keys: [...source.keys()].filter(({ seq }) => seq <= at),
    cached: [...kept.before(at, source.kept())],
    // What ran did not bring anybody down: it is not counted as an interruption.
    clean: true,
  })
}

/** Whom the hub came to hold later was not held yet. */
function asAt(checkpoint: Checkpoint, at: number): Checkpoint {
  const held = checkpoint.held as { readonly signal: number } | null
  return held !== null && held.signal > at ? { ...checkpoint, held: null } : checkpoint
}

function batchOf(page: readonly JournalRecord[]): Batch {
  const signals: Signal[] = page.map(decode)
  const recorded = signals.filter(
    ({ type, refused, data }) => type === 'task.recorded' && refused === null && data !== null,
  )
  return {
    records: page,
    signals,
    results: recorded.map(resultOf),
    pending: [],
    delivered: [],
    keys: [],
    cached: [],
    ended: [],
    checkpoints: [],
    tailAfter: null,
    clean: false,
  }
}

function* records(source: ForkReads, after: number, to: number): Iterable<JournalRecord> {
  for (let from = after; from < to;) {
    const page = source.read({ after: from, limit: Math.min(PAGE, to - from) })
    yield* page
    const last = page.at(-1)
    if (last === undefined) return
    from = last.seq
  }
}
