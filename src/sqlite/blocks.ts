/**
 * Blocks: the secondary index. Every run of `BLOCK` consecutive records gets, in the commit that completes
 * it, one row per key with the positions of the records that have it; records themselves are appended by
 * position only. Keys are `t:<type or name>`, `c:<correlation id>`, and `a:<recipient>` where the correlation
 * does not lead to the recipient.
 */
import { rootOf, type Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import { damaged } from './failure.ts'

/** Records in a block. Part of the file format: never to be changed without a migration. */
export const BLOCK = 4096

/** The key under which a block posts positions: offsets from the block's first record. */
export type Postings = Map<string, number[]>

/** The block of a record; `size` differs from BLOCK in tests only. */
export const blockOf = (seq: number, size: number): number => Math.floor((seq - 1) / size)
/** The first record of a block. */
export const firstOf = (block: number, size: number): number => block * size + 1

/** What of a signal is posted. */
type Posted = Pick<Signal, 'type' | 'name' | 'correlationId' | 'to'>

export function post(postings: Postings, signal: Posted, offset: number): void {
  put(postings, `t:${signal.type}`, offset)
  if (signal.name !== signal.type) put(postings, `t:${signal.name}`, offset)
  put(postings, `c:${signal.correlationId}`, offset)
  if (rootOf(signal.to) !== signal.correlationId) put(postings, `a:${signal.to}`, offset)
}

/** Where the records of a recipient are posted. */
export const keysOfActor = (actor: Address): string[] => [`c:${rootOf(actor)}`, `a:${actor}`]

function put(postings: Postings, key: string, offset: number): void {
  const found = postings.get(key)
  if (found === undefined) postings.set(key, [offset])
  else found.push(offset)
}

/** Two bytes an offset, low byte first. */
export function pack(offsets: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(offsets.length * 2)
  let at = 0
  for (const offset of offsets) {
    bytes[at++] = offset & 0xff
    bytes[at++] = offset >> 8
  }
  return bytes
}

/** @throws StatorError JOURNAL_DAMAGED when the bytes are no rising offsets within a block */
export function unpack(bytes: unknown, block: number, size: number): number[] {
  const bad = (): Error => damaged(firstOf(block, size), 'postings')
  if (!(bytes instanceof Uint8Array) || bytes.length === 0 || bytes.length % 2 !== 0) throw bad()
  const offsets: number[] = []
  let previous = -1
  for (let i = 0; i < bytes.length; i += 2) {
    const offset = (bytes[i] as number) | ((bytes[i + 1] as number) << 8)
    if (offset <= previous || offset >= size) throw bad()
    offsets.push(offset)
    previous = offset
  }
  return offsets
}
