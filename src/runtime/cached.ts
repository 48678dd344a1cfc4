/**
 * Cached results: where the result of a task is kept for others that ask for the same, and which of them is still good. It names the
 * record that holds the output; it copies nothing, writes nothing, and knows no clock but the time of the turn.
 */
import type { TaskContext } from '../machines/task-context.ts'
import type { Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import type { TaskCreate, TaskStamp } from '../messages/task.ts'
import type { Cell } from './cell.ts'
import { hashOf } from './hash.ts'
import type { CachedResult, Journal } from './journal.ts'
import { decode } from './record.ts'
import type { Turn } from './turn.ts'

/** Whose result a task was given at its creation, if it was. */
export function knownFrom({ type, stamp }: Signal): Address | undefined {
  if (type !== 'task.create' || stamp === null) return undefined
  const given = stamp as NonNullable<TaskStamp>
  return 'from' in given ? given.from : undefined
}

export const isKnown = (signal: Signal): boolean => knownFrom(signal) !== undefined

/** Its data as whoever sent it meant it: without the result that the hub put in. */
export function sentOf({ data, ...signal }: { readonly data: Json; readonly stamp?: Json }): Json {
  if (
    signal.stamp === undefined ||
    signal.stamp === null ||
    data === null ||
    !('from' in (signal.stamp as object))
  )
    return data
  const { output: _, ...sent } = data as Readonly<Record<string, Json>>
  return sent
}

/** What is there for a task that is created now: a result that has not expired and can still be read. */
export function knownResult(
  spec: TaskCreate,
  turn: Turn,
  journal: Journal,
): { readonly output: Json; readonly from: Address } | undefined {
  if (spec.cache === undefined || spec.cache.refresh === true || waits(spec, turn.at)) return undefined
  const key = keyOf(spec)
  const found = turn.cached.get(key) ?? journal.cached(key)
  if (found === undefined || found.expires <= turn.at) return undefined
  const signal = turn.signal(found.seq) ?? read(journal, found.seq)
  // A pruning erased it.
  if (signal === undefined || signal.data === null) return undefined
  return { output: (signal.data as { readonly output: Json }).output, from: signal.to }
}

/** A task has completed: from now on others may have its result, also in this turn. */
export function keepResult(cell: Cell, ended: Signal, turn: Turn): void {
  const { spec } = cell.snapshot.context as TaskContext
  const kept = spec === null ? undefined : keptOf(spec, ended)
  if (kept !== undefined) turn.cached.set(kept.key, kept)
}

/** Where a result is kept, from the record that completed its task; undefined where it is not. */
export function keptOf(spec: TaskCreate, { seq, at }: Pick<Signal, 'seq' | 'at'>): CachedResult | undefined {
  if (spec.cache === undefined) return undefined
  // A journal keeps whole numbers.
  const expires = Math.min(Math.ceil(at + spec.cache.ttl), Number.MAX_SAFE_INTEGER)
  return { key: keyOf(spec), seq, expires }
}

/** All that a result depends on. */
const keyOf = ({ task, input, cache }: TaskCreate): string => hashOf([task, cache?.version ?? '', input])

/** Whether what it waits for comes is not known yet, and its time has not come: it is not done before. */
const waits = ({ after, startAt }: TaskCreate, at: number): boolean =>
  (after !== undefined && after.length > 0) || (startAt ?? 0) > at

function read(journal: Journal, seq: number): Signal | undefined {
  const record = journal.get(seq)
  return record === undefined ? undefined : decode(record)
}
