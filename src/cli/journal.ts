/** Journal: a journal file as commands read it, beside whoever owns it. */
import { resolve } from 'node:path'
import { readJournal, type JournalReader } from '../sqlite/index.ts'

/** @throws StatorError JOURNAL_FAILED (no such file), JOURNAL_DAMAGED, JOURNAL_NEWER; DEFINITION_INVALID (no path of a file) */
export function reading<T>(path: string, cwd: string, work: (journal: JournalReader) => T): T {
  // What is no path is refused there, by its own words.
  const journal = readJournal(/^(:|file:|$)/.test(path) ? path : resolve(cwd, path))
  try {
    return work(journal)
  } finally {
    journal.close()
  }
}
