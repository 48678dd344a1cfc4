/**
 * Reserve: keeps the write-ahead log's file a little longer than what is in it. A sync of a file that grew must write
 * the file system's own books too, which nearly doubles the price of a small commit; bytes that are there already cost
 * one write. (PostgreSQL recycles its log segments, etcd allocates its own ahead, for the same reason.) Only ever appends
 * zeros, which SQLite takes for the end of the log: https://sqlite.org/fileformat2.html#walformat. Nothing depends on it.
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'

/** The most that is added at once, in bytes. Less while the log is small: it is doubled. */
const STEP = 1024 * 1024
/** Where fewer commits filled a step, each was so large that its own bytes are what it costs: nothing is added then. */
const SMALL_COMMITS = 16
/** More than a page and the header of its frame, so one that was written shows in it. */
const FRAME = 4200
const NOTHING = Buffer.alloc(FRAME)

export class Reserve {
  readonly #file: string
  #handle: number | undefined
  #zeros = Buffer.alloc(0)
  readonly #seen = Buffer.alloc(FRAME)
  /** When the log has come so far, it is time to see to it. */
  #mark = -1
  /** Since then. */
  #commits = 0
  #off = false

  constructor(journal: string) {
    this.#file = `${journal}-wal`
  }

  /** Called after a commit: where the log has come near the end of its file, makes room for what is to come. */
  extend(): void {
    if (this.#off) return
    this.#commits++
    try {
      this.#handle ??= openSync(this.#file, 'r+')
      if (this.#mark < 0 || this.#isReached(this.#handle)) this.#extend(this.#handle)
    } catch {
      // A full disk, a limit, a system that will not share the file: commits are slower, and nothing else.
      this.close()
      this.#off = true
    }
  }

  /** The log was cut off. */
  cut(): void {
    this.#mark = -1
  }

  /** Before the connection closes, which deletes the log. No lock of SQLite's is on this file, so none is lost. */
  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle)
    this.#handle = undefined
  }

  #isReached(handle: number): boolean {
    const length = readSync(handle, this.#seen, 0, FRAME, this.#mark)
    return length === FRAME && !this.#seen.equals(NOTHING)
  }

  #extend(handle: number): void {
    // Not for every commit: Linux gives the first write after a look at the length a time of its own, which must be synced.
    const { size } = fstatSync(handle)
    const step = Math.min(size, STEP)
    if (this.#commits >= SMALL_COMMITS) {
      if (this.#zeros.length < step) this.#zeros = Buffer.alloc(step)
      const added = writeSync(handle, this.#zeros, 0, step, size)
      this.#mark = size + Math.floor(added / 2)
    } else this.#mark = size + Math.floor(step / 2)
    this.#commits = 0
  }
}
