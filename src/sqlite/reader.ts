/**
 * Reader: a journal seen from a process that does not own it. Each call sees one state of the file, whatever
 * the owner writes meanwhile. Takes no ownership and writes nothing.
 */
import { existsSync } from 'node:fs'
import { StatorError } from '../errors.ts'
import { checkHistoryFilter } from '../runtime/check-filter.ts'
import { Connection } from './connection.ts'
import { damaged, reading, translated } from './failure.ts'
import type { Tuning } from './journal.ts'
import { Reads, type JournalReads } from './reads.ts'
import { identify } from './schema.ts'

export interface JournalReader extends JournalReads {
  /** All reads of the work see one state of the file, however long it takes: meanwhile the log of its owner grows. */
  snapshot<T>(work: () => T): T
  /** Closing twice is no error. */
  close(): void
}

export function openReader(path: string, tuning: Tuning): JournalReader {
  let connection: Connection | undefined
  try {
    connection = new Connection(path, { readOnly: true })
    if (identify(connection.db, tuning.migrations)) throw damaged(0, 'not a journal of Stator')
    return reader(connection, new Reads(connection, tuning.block))
  } catch (error) {
    connection?.close()
    const told = translated(error, 0)
    if (connection !== undefined || told.code !== 'JOURNAL_FAILED') throw told
    if (!existsSync(path)) throw new StatorError('JOURNAL_MISSING', { path }, { cause: error })
    // The text of the code speaks of writing: say what was tried.
    const details = { path, reason: `${String(told.details['reason'])}; it was only to be read` }
    throw new StatorError('JOURNAL_FAILED', details, { cause: error })
  }
}

function reader(connection: Connection, reads: Reads): JournalReader {
  let open = true
  let inside = false
  const use = <T>(work: () => T): T => {
    if (!open) throw new StatorError('JOURNAL_CLOSED', { journal: 'sqlite reader' })
    return reading(() => (inside ? work() : connection.snapshot(work)))
  }
  return {
    snapshot: work =>
      use(() => {
        inside = true
        try {
          return work()
        } finally {
          inside = false
        }
      }),
    standing: () => use(() => reads.standing()),
    read: options => use(() => reads.read(options)),
    get: seq => use(() => reads.get(seq)),
    query: filter => use(() => reads.query(checkHistoryFilter(filter))),
    checkpoint: address => use(() => reads.checkpoint(address)),
    // There may be many: in pages, each of which sees one state.
    checkpoints: filter => use(() => reads.checkpoints(filter)),
    pending: () => use(() => reads.pending()),
    results: owner => use(() => reads.results(owner)),
    key: (sender, key) => use(() => reads.key(sender, key)),
    keys: () => use(() => reads.keys()),
    kept: () => use(() => reads.kept()),
    verify: () => use(() => reads.verify()),
    close: () => {
      if (open) connection.close()
      open = false
    },
  }
}
