/** Progress of a run: how many of its steps stand how, while it lives and at its end. Pure. */
import type { Tally } from '../actors/kind.ts'
import type { RunOutcome } from './outcome.ts'

export interface Progress extends Tally {
  /** 0..100: steps that ended, of all steps. */
  readonly percent: number
  /** The state of the run, such as `running`, `paused`, `compensating`. */
  readonly status: string
}

export function progressOf(tally: Tally, status: string): Progress {
  const ended = tally.completed + tally.failed + tally.cancelled + tally.blocked
  return { percent: percentOf(ended, tally.total), ...tally, status }
}

/** What has ended has no more steps to come. */
export function runTotals(outcome: RunOutcome<unknown>): Progress {
  const steps = Object.values(outcome.steps)
  const count = (status: string): number => steps.filter(step => step.status === status).length
  const completed = Object.keys(outcome.outputs as object).length
  const total = completed + steps.length
  return {
    percent: 100,
    total,
    completed,
    running: 0,
    failed: count('failed'),
    cancelled: count('cancelled') + count('pending'),
    blocked: count('blocked'),
    status: outcome.status,
  }
}

const percentOf = (part: number, whole: number): number =>
  whole === 0 ? 100 : Math.floor((100 * part) / whole)
