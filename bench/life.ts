/** What the lives of W6 and W9 have in common: when they may be killed, and, of W6, the log outside of what is measured that counts executions. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sample } from './case.ts'

/** Steps that each workflow has done when it hangs (hold), or of all of them half (mid). */
export const DONE_BEFORE = 5

/** One line of the outside log for each execution of a step that ended: the life, the workflow, the step. */
export const logOf = (dir: string): string => join(dir, 'outside.log')

/** The first life's word that it may be killed, and what it has to report. */
export function readyToDie(samples: readonly Sample[] = []): void {
  process.send?.({ samples })
}

export function readLog(dir: string): { life: string; step: string }[] {
  const lines = readFileSync(logOf(dir), 'utf8').split('\n')
  return lines.slice(0, -1).map(line => {
    const [life = '', step = ''] = line.split(' ')
    return { life, step }
  })
}
