/**
 * stator/sqlite: the journal in one file, on the SQLite that Node brings. The only entry of this folder, and
 * the only one in which `node:sqlite` may be imported. Node 22 prints an ExperimentalWarning on its first
 * import; Node 24.21 prints none.
 */
import { StatorError } from '../errors.ts'
import type { Journal } from '../runtime/journal.ts'
import { SqliteJournal, TUNING, type Durability } from './journal.ts'
import { openReader, type JournalReader } from './reader.ts'

export { fence, type Fence } from './fence.ts'
export { guardedFile, type GuardedFile } from './guarded-file.ts'
export type { Durability, JournalReader }

export interface SqliteOptions {
  /**
   * When a commit counts as written. 'full', the default: once it was synced to the disk; nothing
   * acknowledged is lost, whatever fails but the disk. 'normal': once the operating system has it; the death
   * of the process loses nothing, but a loss of power or a crash of the machine can lose the commits since
   * the last checkpoint of the log, usually some megabytes of them. What remains is a gap-free beginning either
   * way.
   */
  readonly durability?: Durability
}

/**
 * A journal in the file at `path`; the file and its folder are made when it is opened and they are not there.
 * Beside it live `<path>-wal` and `<path>-shm`, which belong to it, and `<path>.lock`, which says who owns it
 * and stays when it is free. One runtime at a time owns a journal. Put it on a local disk: locks and logs do
 * not work on network file systems.
 *
 * @throws StatorError DEFINITION_INVALID for a path that names no file. Opening it throws JOURNAL_OWNED
 * (another runtime has it), JOURNAL_NEWER, JOURNAL_DAMAGED (also for a file that is not a journal),
 * JOURNAL_FAILED (it cannot be written).
 */
export function sqlite(path: string, options: SqliteOptions = {}): Journal {
  const { durability = 'full' } = options
  checkPath(path)
  if (durability !== 'full' && durability !== 'normal')
    throw new StatorError('DEFINITION_INVALID', { durability, expected: "'full' or 'normal'" })
  return new SqliteJournal(path, { ...TUNING, durability })
}

/**
 * Reads a journal that another process may own and write; never waits for it and never holds it up for long.
 * @throws StatorError JOURNAL_MISSING (there is no such file), JOURNAL_NEWER, JOURNAL_DAMAGED, JOURNAL_FAILED (it cannot be read)
 */
export function readJournal(path: string): JournalReader {
  checkPath(path)
  return openReader(path, TUNING)
}

function checkPath(path: unknown): void {
  if (
    typeof path === 'string' &&
    path !== '' &&
    !path.startsWith(':') &&
    !path.startsWith('file:') &&
    !path.includes('\0')
  )
    return
  throw new StatorError('DEFINITION_INVALID', {
    path,
    expected: 'the path of a file; memory() is the journal in memory',
  })
}
