/** Outputs of steps: kept beside a run's snapshot while it is in memory, and read where they were recorded. */
import type { Look } from '../actors/kind.ts'
import { kindOf, type Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import type { Cell } from './cell.ts'
import type { Journal } from './journal.ts'
import { decode } from './record.ts'
import { scan } from './scan.ts'

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
      createdIn(cell, journal, address) ?? recent.findLast(signal => creates(signal, address))?.data ?? null,
  }
}

/** A task's output is in the signal that completed it, what came with a signal in that. */
function outputIn(data: Json): Json {
  const { output, data: sent } = (data ?? {}) as { readonly output?: Json; readonly data?: Json }
  return output ?? sent ?? null
}

const creates = ({ to, fromState, refused }: Signal, address: Address): boolean =>
  to === address && fromState === null && refused === null

/**
 * Where a run's tasks were created: its records are read through once, at the first question, and then only what came since. Its
 * addresses are never used again in its life, so what is known stays true.
 */
function createdIn(cell: Cell, journal: Journal, address: Address): Json | undefined {
  const made = (cell.made ??= { upTo: cell.createdSeq, seqs: new Map<Address, number>() })
  if (!made.seqs.has(address)) {
    const filter = { correlationId: cell.correlationId, types: ['task.create'], after: made.upTo }
    for (const signal of scan(journal, filter)) {
      made.upTo = signal.seq
      if (signal.from === cell.address && creates(signal, signal.to)) made.seqs.set(signal.to, signal.seq)
    }
  }
  const record = journal.get(made.seqs.get(address) ?? 0)
  return record === undefined ? undefined : decode(record).data
}

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
