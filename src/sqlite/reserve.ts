/**
 * Reserve: keeps the write-ahead log's file a little longer than what is in it. A sync of a file that grew must write
 * the file system's own books too, which nearly doubles the price of a commit; bytes that are there already cost one
 * write. (PostgreSQL recycles its log segments, etcd allocates its own ahead, for the same reason.) Only ever appends
 * zeros, which SQLite takes for the end of the log: https://sqlite.org/fileformat2.html#walformat. Nothing depends on it.
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'

/** The most that is added at once, in bytes. Less while the log is small: it is doubled. */
const STEP = 1024 * 1024
/** More than a page and the header of its frame, so one that was written shows in it. */
const FRAME = 4200
const NOTHING = Buffer.alloc(FRAME)

export class Reserve {
  readonly #file: string
  #handle: number | undefined
  #zeros = Buffer.alloc(0)
  readonly #seen = Buffer.alloc(FRAME)
  /** Where to look, after a commit, whether the log has come so far. */
  #mark = -1
  #off = false

  constructor(journal: string) {
    this.#file = `${journal}-wal`
  }

  /** Called after a commit: where the log has come near the end of its file, makes room for what is to come. */
  extend(): void {
    if (this.#off) return
    try {
      this.#handle ??= openSync(this.#file, 'r+')
      if (this.#mark >= 0 && !this.#isWritten(this.#handle)) return
      // Not for every commit: Linux gives the first write after a look at the length a time of its own, which must be synced.
      const { size } = fstatSync(this.#handle)
      const step = Math.min(size, STEP)
      if (this.#zeros.length < step) this.#zeros = Buffer.alloc(step)
      const added = writeSync(this.#handle, this.#zeros, 0, step, size)
      this.#mark = Math.max(0, size + added - step / 2 - FRAME)
    } catch {
      // A full disk, a limit, a system that will not share the file: commits are slower, and nothing else.
      this.close()
      this.#off = true
    }
  }

  /** Before the connection closes, which deletes the log. No lock of SQLite's is on this file, so none is lost. */
  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle)
    this.#handle = undefined
  }

  #isWritten(handle: number): boolean {
    // Nothing to read: the log was cut off.
    const length = readSync(handle, this.#seen, 0, FRAME, this.#mark)
    return length < FRAME || !this.#seen.equals(NOTHING)
  }
}
