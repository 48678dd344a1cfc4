/** Place: what an implementor of a journal gives to the suite. Knows no journal by name. */
import type { Journal } from '../../runtime/journal.ts'
import type { JournalRecord } from '../../runtime/record.ts'

/** Storage that outlasts every journal object on it. A test gets a place of its own, empty. */
export interface JournalPlace {
  /** Another journal on this storage, not yet opened. */
  readonly journal: () => Journal
  /**
   * Changes what is stored behind the back of the journal, which is closed: `change` gets the stored record
   * and returns what shall stand there instead, or null to remove it.
   */
  readonly tamper: (seq: number, change: (record: JournalRecord) => JournalRecord | null) => void
  /** Frees what the place took from the machine; called after each test, also a failed one. */
  readonly dispose: () => void
}

export interface JournalTest {
  /** The promise that it checks. */
  readonly name: string
  /** Throws when the promise is broken. */
  run(place: JournalPlace): void
}

/** The tests of one operation. */
export interface JournalGroup {
  readonly name: string
  readonly tests: readonly JournalTest[]
}
