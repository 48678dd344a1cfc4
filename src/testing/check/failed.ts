/** CheckFailed: what a test runner shows of a case that failed: the promise, the trace, and how to play it again. Text only. */
import type { ErrorCode } from '../../errors.ts'
import { PromiseBroken } from '../host/ends.ts'
import type { Case } from './case.ts'
import { formatCoverage, type Covered } from './coverage.ts'
import type { Kept } from './regressions.ts'

export interface Failing {
  readonly check: string
  readonly case: Case
  readonly error: Error
  readonly trace: string
  readonly token: string
  /** The agents are those of the user, and not drawn. */
  readonly ownAgents: boolean
  /** How it was found, such as `run 17 of 100, shrunk 23 times`. */
  readonly found: string
  readonly coverage: readonly Covered[]
  /** Where it is kept from now on; undefined where it is not to be. */
  readonly kept: Kept | undefined
}

export class CheckFailed extends Error {
  readonly code: ErrorCode = 'CHECK_FAILED'
  /** The number of the invariant, or the name of the property; undefined for an error of another kind. */
  readonly promise: number | string | undefined
  /** Plays this very case again: `replay(token, workflow, options)`. */
  readonly token: string
  /** What happened, line by line, up to the place where the promise broke. */
  readonly trace: string
  readonly case: Case

  constructor(failing: Failing) {
    super(messageOf(failing), { cause: failing.error })
    this.name = 'CheckFailed'
    this.promise = failing.error instanceof PromiseBroken ? failing.error.promise : undefined
    this.token = failing.token
    this.trace = failing.trace
    this.case = failing.case
  }
}

/** Longer inputs say nothing more to a reader. */
const LONGEST_INPUT = 1_000
/** No shell takes a longer word. */
const LONGEST_TOKEN = 100_000

function messageOf(failing: Failing): string {
  const { check, case: drawn, error, trace, found, coverage } = failing
  const given = drawn.inputs.map(input => JSON.stringify(input)).join(' and ')
  const shown = given.length > LONGEST_INPUT ? `${given.slice(0, LONGEST_INPUT)}…` : given
  const parts = [
    `CHECK_FAILED: ${check}: ${error.message} (${found})`,
    trace,
    [
      `input ${shown}; ${cast(failing)}; limits: ${drawn.actors.limits}`,
      ...(coverage.length === 0 ? [] : [formatCoverage(coverage)]),
    ].join('\n'),
    [...again(failing), ...keptLine(failing.kept)].join('\n'),
  ]
  return parts.join('\n\n')
}

function cast({ case: drawn, ownAgents }: Failing): string {
  if (ownAgents) return 'agents of its own'
  const { agents, capacity } = drawn.actors
  return `${agents} ${agents === 1 ? 'agent' : 'agents'} with room for ${capacity}`
}

function again({ token }: Failing): string[] {
  if (token.length > LONGEST_TOKEN)
    return [`Play it again: await replay(error.token, …): a word of ${token.length} letters`]
  return [`Play it again: STATOR_REPLAY=${token}`, `or in code:    await replay('${token}', …)`]
}

function keptLine(kept: Kept | undefined): string[] {
  if (kept === undefined) return []
  const { file, failed } = kept
  if (failed !== undefined) return [`It could not be kept in ${file}: ${failed}`]
  return [`It is kept in ${file}, and played first from now on.`]
}
