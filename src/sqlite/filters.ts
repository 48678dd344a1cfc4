/**
 * Filters: for each complete block, which keys it surely has not: a Bloom filter (Bloom, 1970) of ten bits a key, kept as a row
 * beside its postings and in memory once it was asked for. So what is nowhere, such as the id of new work, is found to be nowhere
 * without asking every block. Right is right: a filter that is damaged is noticed, and a block without one is simply asked.
 */
import { crc32 } from 'node:zlib'
import { firstOf } from './blocks.ts'
import type { Connection } from './connection.ts'
import { damaged } from './failure.ts'

/** The key under which a block keeps its filter: no posting has an empty one. */
export const FILTER_KEY = ''

const BITS_A_KEY = 10
const PROBES = 5
const HEAD = 4

/** Checksum, then bits. */
export function filterOf(keys: Iterable<string>, count: number): Uint8Array {
  const bytes = new Uint8Array(HEAD + Math.max(8, Math.ceil((count * BITS_A_KEY) / 8)))
  const bits = bytes.subarray(HEAD)
  for (const key of keys)
    probes(key, bits.length * 8, bit => {
      bits[bit >>> 3] = (bits[bit >>> 3] ?? 0) | (1 << (bit & 7))
      return true
    })
  new DataView(bytes.buffer).setUint32(0, crc32(bits))
  return bytes
}

/** False where the key is not among them; true where it may be. */
export function mayHave(filter: Uint8Array, key: string): boolean {
  const bits = filter.subarray(HEAD)
  return probes(key, bits.length * 8, bit => ((bits[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0)
}

/** Visits the bits of a key, as long as `visit` says so. */
function probes(key: string, size: number, visit: (bit: number) => boolean): boolean {
  const [start, step] = hashesOf(key)
  for (let n = 0, at = start; n < PROBES; n++, at += step) if (!visit(at % size)) return false
  return true
}

/** The last few: one key is asked of one block after the other. */
const hashes = new Map<string, readonly [number, number]>()

function hashesOf(key: string): readonly [number, number] {
  const known = hashes.get(key)
  if (known !== undefined) return known
  let a = 0x81_1c_9d_c5
  let b = 0x9e_37_79_b9
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x01_00_01_93)
    b = Math.imul(b ^ unit, 0x85_eb_ca_6b) ^ (b >>> 13)
  }
  if (hashes.size >= 8) hashes.clear()
  const made = [a >>> 0, (b | 1) >>> 0] as const
  hashes.set(key, made)
  return made
}

/** Those of the blocks that were asked for: five kilobytes each. */
export class Filters {
  readonly #connection: Connection
  readonly #size: number
  /** Null: an older file has none for that block. */
  readonly #known = new Map<number, Uint8Array | null>()

  /** `size`: records in a block. */
  constructor(connection: Connection, size: number) {
    this.#connection = connection
    this.#size = size
  }

  /** @throws StatorError JOURNAL_DAMAGED */
  mayHave(block: number, key: string): boolean {
    let filter = this.#known.get(block)
    if (filter === undefined) {
      filter = this.#read(block)
      this.#known.set(block, filter)
    }
    return filter === null || mayHave(filter, key)
  }

  #read(block: number): Uint8Array | null {
    const find = this.#connection.sql('SELECT seqs FROM postings WHERE block = ? AND key = ?')
    const row = find.get(block, FILTER_KEY)
    return row === undefined ? null : checked(row['seqs'], firstOf(block, this.#size))
  }
}

/** @throws StatorError JOURNAL_DAMAGED */
export function checked(bytes: unknown, seq: number): Uint8Array {
  const isWhole =
    bytes instanceof Uint8Array &&
    bytes.length > HEAD &&
    new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === crc32(bytes.subarray(HEAD))
  if (!isWhole) throw damaged(seq, 'postings')
  return bytes
}
