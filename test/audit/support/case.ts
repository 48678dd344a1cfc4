// The shape of a rule's test case: what it must find, and the nearest thing it must not find.
// Never in here: cases.
import type { Files } from './repository.ts'

export interface Case {
  rule: string
  /** Committed one after the other; the rule must find something in the last state. */
  bad: Files | Files[]
  /** Where the first finding must be: `path` or `path:line`; left out for findings about the whole repository. */
  at?: string
  /** As near to `bad` as can be; the rule must find nothing. */
  good: Files | Files[]
}
