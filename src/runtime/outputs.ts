/** Outputs of steps: kept beside a run's snapshot while it is in memory, and read where they were recorded. */
import type { Look } from '../actors/kind.ts'
import { kindOf, type Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import type { Cell } from './cell.ts'
import type { Journal } from './journal.ts'
import { decode } from './record.ts'

/**
 * What was recorded, for a run: what it heard lately is at hand, the rest is one read each. `recent`: signals of the present turn, which
 * are in no journal yet.
 */
export function lookFor(cell: Cell, journal: Journal, recent: readonly Signal[] = []): Look {
  const data = (seq: number): Json => {
    const known = cell.heard?.get(seq)
    if (known !== undefined) return known
    const record = seq === 0 ? undefined : journal.get(seq)
    const read = record === undefined ? null : decode(record).data
    remember(cell, seq, read)
    return read
  }
  return {
    data,
    output: seq => outputIn(data(seq)),
    created: address =>
      (recent.findLast(signal => creates(signal, address)) ?? createdIn(journal, address))?.data ?? null,
  }
}

/** A task's output is in the signal that completed it, what came with a signal in that. */
function outputIn(data: Json): Json {
  const { output, data: sent } = (data ?? {}) as { readonly output?: Json; readonly data?: Json }
  return output ?? sent ?? null
}

const creates = ({ to, fromState, refused }: Signal, address: Address): boolean =>
  to === address && fromState === null && refused === null

/** The latest who lived there: an address may have been another's before. */
function createdIn(journal: Journal, address: Address): Signal | undefined {
  for (let before: number | undefined; ;) {
    const page = journal.query({
      actor: address,
      order: 'desc',
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
    })
    const created = page.find(signal => creates(signal, address))
    if (created !== undefined || page.length < PAGE) return created
    before = page.at(-1)?.seq
  }
}

const PAGE = 100

/** More than a turn can bring: what is not written yet is always at hand. */
const MOST = 20_000

/** Keeps what a run hears, for mappers and for the result: its own signal, and the one of the task that caused it. */
export function rememberHeard(cell: Cell, signal: Signal, cause: Signal | null): void {
  if (kindOf(cell.address) !== 'workflow' || !HEARD.has(signal.type)) return
  if (cell.definition.hearsOnce === true) return
  const { status, output } = signal.data as { readonly status?: string; readonly output?: Json }
  const isTold = signal.type !== 'step.done' || output !== undefined || status !== 'completed'
  const from = isTold ? signal : cause
  // Where a pruning erased it, there is nothing to keep.
  if (from !== null && from.data !== null) remember(cell, from.seq, from.data)
}

const HEARD: ReadonlySet<string> = new Set(['step.done', 'step.finish', 'flow.decided', 'workflow.signal'])

function remember(cell: Cell, seq: number, data: Json): void {
  cell.heard ??= new Map()
  cell.heard.set(seq, data)
  // The oldest goes first; it is written long since.
  if (cell.heard.size > MOST) for (const oldest of cell.heard.keys()) return void cell.heard.delete(oldest)
}
