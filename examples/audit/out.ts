// The output directory: made, opened with its journal, cleared to start over; all of it by one process at a time.
// Never in here: the files of the report, or what a run does.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRuntime, StatorError } from 'stator'
import type { Logger, Runtime } from 'stator'
import { sqlite } from 'stator/sqlite'
import { UsageError } from './cli.ts'
import { tasks } from './crew.ts'
import { filesOf } from './files.ts'
import { publish } from './publish.ts'
import { crewContext } from './shared.ts'

/** Another process has the journal, and kept it for as long as we were ready to wait. */
export class BusyError extends Error {
  readonly exitCode = 3
  constructor(out: string) {
    super(`Another process is at work in ${out}. Wait until it has ended, or give another --out.`)
    this.name = 'BusyError'
  }
}

export interface Patience {
  /** Seconds to wait for another process to leave. */
  wait: number
  /** Called once, when there is something to wait for. */
  waiting: () => void
  stop: AbortSignal
}

const poll = 100

const journalOf = (out: string): string => join(out, 'journal.db')

// What goes wrong ends a task, or the run, and is told there; lines between would tear the board.
const quiet: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

const whenFree = async <T>(
  out: string,
  { wait, waiting, stop }: Patience,
  use: () => T | Promise<T>,
): Promise<T> => {
  const until = performance.now() + wait * 1000
  for (let told = false; ; told = true) {
    try {
      return await use()
    } catch (error) {
      if (!(error instanceof StatorError && error.code === 'JOURNAL_OWNED')) throw error
      if (stop.aborted || performance.now() >= until) throw new BusyError(out)
      if (!told) waiting()
      await sleep(poll)
    }
  }
}

/** Makes the directory. */
export const makeOut = (out: string): void => {
  try {
    mkdirSync(out, { recursive: true })
  } catch (error) {
    throw new UsageError(`${out} cannot be the output directory: ${(error as Error).message}`)
  }
}

/** Stator on the journal of the directory. It has no agents yet: nothing runs before somebody looked what it is. */
export const openRuntime = (out: string, patience: Patience): Promise<Runtime> =>
  whenFree(out, patience, () =>
    createRuntime({
      journal: sqlite(journalOf(out)),
      tasks,
      workflows: [publish],
      contexts: [crewContext],
      logger: quiet,
    }),
  )

/** Removes journal and report, unless somebody is at work on them. The lock stays: it is what others wait for. */
export const clearOut = async (out: string, patience: Patience): Promise<void> => {
  const file = journalOf(out)
  await whenFree(out, patience, () => {
    const journal = sqlite(file)
    try {
      journal.open({ newId: () => 'cleared' })
    } catch (error) {
      // Damaged, or made by a newer version: what starting over is for.
      if (error instanceof StatorError && error.code === 'JOURNAL_OWNED') throw error
    } finally {
      journal.close()
    }
  })
  for (const path of [file, `${file}-wal`, `${file}-shm`, ...filesOf(out)]) rmSync(path, { force: true })
}
