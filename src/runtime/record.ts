/**
 * Record: a signal as the journal holds it: a header, a payload, and a checksum chained over the previous one.
 * Every journal stores these strings as they are, so that checksums agree between journals. Nothing here does I/O.
 */
import { crc32 } from 'node:zlib'
import type { Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Priority } from '../messages/message.ts'
import type { Refusal, Signal } from '../messages/signal.ts'

export interface JournalRecord {
  readonly seq: number
  readonly at: number
  /** JSON array of everything but seq, at and data. Kept when a payload is erased. */
  readonly head: string
  /** JSON of the data; null once erased by pruning. */
  readonly data: string | null
  /** CRC-32 over (previous sum, seq, at, header, payload's own CRC-32). */
  readonly sum: number
  /** CRC-32 of the payload, kept when the payload is erased. */
  readonly dataSum: number
}

type Head = [
  type: string,
  name: string,
  to: Address,
  from: Address,
  priority: Priority,
  correlationId: string,
  causationId: number,
  output: number,
  hops: number,
  depth: number,
  fromState: string | null,
  toState: string | null,
  final: 0 | 1,
  stamp?: Json,
  refused?: Refusal,
]

/** `text` is the JSON of the signal's data when the caller has it already. */
export function encode(signal: Signal, previousSum: number, text?: string): JournalRecord {
  const parts: Head = [
    signal.type,
    signal.name,
    signal.to,
    signal.from,
    signal.priority,
    signal.correlationId,
    signal.causationId,
    signal.output,
    signal.hops,
    signal.depth,
    signal.fromState,
    signal.toState,
    signal.final ? 1 : 0,
  ]
  if (signal.refused !== null) parts.push(signal.stamp, signal.refused)
  else if (signal.stamp !== null) parts.push(signal.stamp)
  const head = JSON.stringify(parts)
  const data = text ?? JSON.stringify(signal.data)
  const dataSum = crc32(data)
  return {
    seq: signal.seq,
    at: signal.at,
    head,
    data,
    dataSum,
    sum: chain(previousSum, signal.seq, signal.at, head, dataSum),
  }
}

/** The inverse of encode; an erased payload reads as null. */
export function decode(record: JournalRecord): Signal {
  const head = JSON.parse(record.head) as Head
  return {
    seq: record.seq,
    at: record.at,
    type: head[0],
    name: head[1],
    to: head[2],
    from: head[3],
    priority: head[4],
    correlationId: head[5],
    causationId: head[6],
    output: head[7],
    hops: head[8],
    depth: head[9],
    fromState: head[10],
    toState: head[11],
    final: head[12] === 1,
    stamp: head[13] ?? null,
    refused: head[14] ?? null,
    data: record.data === null ? null : (JSON.parse(record.data) as Json),
  }
}

/** True when the record is what was written after a record with that sum. */
export function intact(record: JournalRecord, previousSum: number): boolean {
  if (record.data !== null && crc32(record.data) !== record.dataSum) return false
  return chain(previousSum, record.seq, record.at, record.head, record.dataSum) === record.sum
}

function chain(previous: number, seq: number, at: number, head: string, dataSum: number): number {
  return crc32(`${seq},${at},${dataSum},${head}`, previous)
}
