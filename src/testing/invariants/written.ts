/**
 * Written: a batch as the hub hands it to the journal, and as the journal has it then: each signal a whole record in its place, and
 * nothing else than was said. Part of invariant 2.
 */
import type { ContextDelete } from '../../messages/context.ts'
import type { GroupAdd } from '../../messages/group.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Batch } from '../../runtime/journal.ts'
import { decode, intact } from '../../runtime/record.ts'
import type { Life } from '../host/life.ts'
import { Past, sameRecord, sameSignal } from './past.ts'

export function writtenAsSaid(batch: Batch, life: Life): void {
  const past = Past.of(life.simulation)
  wellWritten(batch, life, sumBefore(batch, past))
  past.take(batch)
  inPlace(batch, life, past)
  keysNamed(batch, life)
}

function say(life: Life, detail: string): void {
  life.simulation.break(2, detail)
}

/** Whoever else looks on may have written this batch down already. */
function sumBefore({ records }: Batch, { expected: { records: written, anchor } }: Past): number {
  const first = records[0]?.seq ?? anchor.seq + written.length + 1
  return written[first - anchor.seq - 2]?.sum ?? anchor.sum
}

/** Records are the signals, each in its place in the chain. */
function wellWritten({ records, signals }: Batch, life: Life, lastSum: number): void {
  if (records.length !== signals.length)
    say(life, `${signals.length} signals were written as ${records.length} records`)
  let previous = lastSum
  for (const [index, record] of records.entries()) {
    const signal = signals[index]
    if (signal === undefined || !sameSignal(decode(record), signal))
      say(life, `signal ${signal?.seq} was not written as it is: ${record.head} ${record.data}`)
    if (!intact(record, previous)) say(life, `record ${record.seq} does not follow the one before it`)
    previous = record.sum
  }
}

/** What a batch is about is in the journal as the batch has it. */
function inPlace(batch: Batch, life: Life, { expected }: Past): void {
  const { state } = life.simulation
  const differ = (what: string, named: string): void =>
    say(life, `${what} ${named} is not in the journal as it was written`)
  if (state.records.length !== expected.records.length) differ('the number of records', '')
  for (const record of batch.records)
    if (!sameRecord(record, state.records[record.seq - state.anchor.seq - 1]))
      differ('record', String(record.seq))
  for (const { address } of batch.checkpoints)
    if (state.checkpoints.get(address) !== expected.checkpoints.get(address))
      differ('the checkpoint of', address)
  for (const address of batch.ended)
    if (state.checkpoints.has(address) !== expected.checkpoints.has(address)) differ('the end of', address)
  for (const { id } of batch.pending)
    if (state.pending.get(id) !== expected.pending.get(id)) differ('pending message', String(id))
  for (const id of batch.delivered)
    if (state.pending.has(id) !== expected.pending.has(id)) differ('delivered message', String(id))
  for (const { owner, generation, name } of batch.results)
    if (
      state.results.get(owner)?.get(`${generation}/${name}`) !==
      expected.results.get(owner)?.get(`${generation}/${name}`)
    )
      differ('the result', `${owner} ${name}`)
  for (const { sender, key } of batch.keys)
    if (state.keys.get(`${sender}\n${key}`) !== expected.keys.get(`${sender}\n${key}`)) differ('the key', key)
  for (const { key } of batch.cached)
    if (state.cached.get(key) !== expected.cached.get(key)) differ('the cached result', key)
  if (state.tailAfter !== expected.tailAfter || state.clean !== expected.clean)
    differ('the start of', 'the tail')
}

/** What may have a key and goes to somebody who lives. */
const LIVING: ReadonlySet<string> = new Set([
  'group.add',
  'gate.approve',
  'gate.reject',
  'gate.reassign',
  'gate.escalate',
  'workflow.signal',
  'workflow.update',
  'budget.spend',
  'budget.charge',
  'context.set',
  'context.delete',
])

/** A key is kept with what it brought to life, or with the answer that it stands for, and with nothing that was refused. */
function keysNamed({ keys, signals }: Batch, life: Life): void {
  for (const { key, address, seq } of keys) {
    const signal = signals.find(other => other.seq === seq)
    const made = signal === undefined ? undefined : namedBy(signal)
    const isNew = LIVING.has(signal?.type ?? '') || signal?.fromState === null
    if (made !== address || signal?.refused !== null || !isNew)
      say(life, `the key ${key} names signal ${seq}, which did not bring ${address} to life`)
  }
}

/** What is added to a group is named by its first; what a task writes to a shared value goes with the task. */
function namedBy({ type, to, data }: Signal): string {
  if (type === 'group.add') return `task/${(data as unknown as GroupAdd).tasks[0]?.id ?? ''}`
  return to.startsWith('context/') ? ((data as ContextDelete).task ?? to) : to
}
