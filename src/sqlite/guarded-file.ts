/**
 * GuardedFile: a file that only the newest holder of a lock can write. Each write comes with the token of the lock; one that is lower
 * than any before it is refused, however late it comes and from whatever process. It knows no lock and no hub.
 */
import { randomUUID } from 'node:crypto'
import { renameSync } from 'node:fs'
import { open, realpath, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { StatorError } from '../errors.ts'
import { fence } from './fence.ts'
import { syncFolder } from './folder.ts'

export interface GuardedFile {
  readonly path: string
  /** The highest token that came; 0 where none did. @throws StatorError (rejects) STORE_FAILED */
  token(): Promise<number>
  /**
   * Replaces the whole file, durably, in one step: whoever reads it sees what was there, or all of this.
   * @throws StatorError (rejects) STALE_TOKEN: somebody newer has been here, and nothing was written; INPUT_INVALID: no token;
   * STORE_FAILED
   */
  write(data: string | Uint8Array, options: { readonly token: number }): Promise<void>
}

/**
 * The file at `path`, whose folder must be there. Beside it lives `<path>.fence`, which keeps the highest token and is not to be deleted.
 * Tokens of one lock guard it: always the same one. Put it on a local disk.
 */
export function guardedFile(path: string): GuardedFile {
  return {
    path,
    token: async () => fence(`${await place(path)}.fence`).highest(),
    write: async (data, { token }) => {
      const file = await place(path)
      // Of no process and no thread but this: what one has left that died, none meets again.
      const next = `${file}.${randomUUID()}.new`
      try {
        await put(next, data)
        fence(`${file}.fence`).pass(token, () => {
          renameSync(next, file)
          syncFolder(dirname(file))
        })
      } catch (error) {
        await rm(next, { force: true })
        throw error instanceof StatorError
          ? error
          : new StatorError('STORE_FAILED', { path }, { cause: error })
      }
    },
  }
}

/** The one real path of a file, so that links and relative paths meet the same fence. */
async function place(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    // It is not there yet.
  }
  try {
    return join(await realpath(dirname(path)), basename(path))
  } catch (error) {
    throw new StatorError('STORE_FAILED', { path }, { cause: error })
  }
}

async function put(path: string, data: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(data)
    await file.sync()
  } finally {
    await file.close()
  }
}
