/**
 * WAL: a look at the write-ahead log that a killed owner left, before SQLite recovers from it. SQLite takes
 * the first frame with a wrong checksum for the end, which is right for a commit that was cut short, and
 * silent loss when a bit rotted in the middle. Whole commits behind that end tell the two apart, since one
 * commit is synced before the next begins. Only reads; format: https://sqlite.org/fileformat2.html#walformat
 */
import { existsSync, readFileSync } from 'node:fs'
import { failed } from './failure.ts'

const HEADER = 32
const FRAME = 24
const MAGIC = 0x377f0682

/**
 * True when commits that were synced can no longer be reached. Means nothing for a log that was not synced.
 */
export function lostCommits(file: string): boolean {
  const bytes = read(file)
  if (bytes.length <= HEADER + FRAME || bytes.subarray(0, HEADER).every(byte => byte === 0)) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const little = view.getUint32(0) === MAGIC
  const header = sum(view, 0, HEADER - 8, [0, 0], little)
  if (view.getUint32(0) >>> 1 !== MAGIC >>> 1 || !fits(view, 24, header)) return true
  const size = FRAME + view.getUint32(8)
  const salted = (at: number): boolean =>
    view.getUint32(at + 8) === view.getUint32(16) && view.getUint32(at + 12) === view.getUint32(20)
  let [at, chain] = [HEADER, header]
  for (; at + size <= bytes.length && salted(at); at += size) {
    const next = sum(view, at + FRAME, size - FRAME, sum(view, at, 8, chain, little), little)
    if (!fits(view, at + 16, next)) break
    chain = next
  }
  let commits = 0
  for (; at + size <= bytes.length; at += size) if (salted(at) && view.getUint32(at + 4) !== 0) commits += 1
  return commits > 1
}

/** True when the file is empty although a log of it is there: SQLite would throw the log away. */
export function lostFile(file: string, length: number): boolean {
  return length === 0 && read(file).length > HEADER
}

function read(file: string): Buffer {
  const log = `${file}-wal`
  try {
    return existsSync(log) ? readFileSync(log) : Buffer.alloc(0)
  } catch (error) {
    throw failed(error)
  }
}

type Sum = readonly [number, number]

const fits = (view: DataView, at: number, [a, b]: Sum): boolean =>
  view.getUint32(at) === a && view.getUint32(at + 4) === b

function sum(view: DataView, from: number, length: number, [a, b]: Sum, little: boolean): Sum {
  for (let at = from; at < from + length; at += 8) {
    a = (a + view.getUint32(at, little) + b) >>> 0
    b = (b + view.getUint32(at + 4, little) + a) >>> 0
  }
  return [a, b]
}
