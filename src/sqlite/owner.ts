/**
 * Owner: that one journal object at a time writes a file, in this process or any other. Ownership is an
 * exclusive transaction on `<file>.lock`, an empty SQLite database beside the journal: the operating system
 * ends it when the process dies, readers of the journal never meet it. The lock file stays when it is free;
 * deleting it while a journal is open would let a second owner in. Nothing here touches the journal file
 * itself, and nothing may open and close the lock file by other means in this process: POSIX would drop the
 * lock.
 */
import { closeSync, existsSync, mkdirSync, openSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StatorError } from '../errors.ts'
import { failed, isBusy } from './failure.ts'
import { syncFolder } from './folder.ts'

export interface Ownership {
  release(): void
}

/**
 * The one real path of a journal, so that links and relative paths meet the same lock. Makes the directory
 * and an empty file where there is none. @throws StatorError JOURNAL_FAILED
 */
export function place(path: string): string {
  try {
    if (!existsSync(path)) {
      const made = mkdirSync(dirname(resolve(path)), { recursive: true })
      closeSync(openSync(path, 'a'))
      syncFolder(dirname(resolve(path)))
      if (made !== undefined) syncFolder(dirname(made))
    }
    return realpathSync(path)
  } catch (error) {
    throw failed(error)
  }
}

/** @throws StatorError JOURNAL_OWNED, JOURNAL_FAILED */
export function own(file: string): Ownership {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(`${file}.lock`)
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock?.close()
    if (isBusy(error)) throw new StatorError('JOURNAL_OWNED', { file }, { cause: error })
    throw failed(error)
  }
  const held = lock
  return { release: () => held.close() }
}
