/**
 * checkWorkflow(): a property test of a workflow on the simulated host, with crashes and a world that goes wrong. What fails it says so
 * that a person can follow; how a case is found and played is not its business.
 */
import * as fc from 'fast-check'
import type { AnyWorkflow } from '../../actors/workflow.ts'
import type { Startable } from '../../actors/workflow-steps.ts'
import { StatorError } from '../../errors.ts'
import { today } from './again.ts'
import type { Case } from './case.ts'
import { plainCases, type Size } from './cases.ts'
import { Coverage } from './coverage.ts'
import { CheckFailed } from './failed.ts'
import { checkOf, type Check, type WorkflowCheckOptions } from './options.ts'
import { keepRegression, readRegressions, regressionFile } from './regressions.ts'
import { runCase } from './run-case.ts'
import { search } from './search.ts'
import { Tally, type Report } from './tally.ts'
import { fromToken, toToken } from './token.ts'
import { Trace } from './trace.ts'

/**
 * Plays the workflow through many cases, on virtual time: faults, crashes, agents, clients, inputs and schedules drawn by fast-check.
 * All invariants of the runtime that apply are checked beside the properties given. A token in the environment variable STATOR_REPLAY
 * that is for this check is played alone.
 * @throws CheckFailed (rejects) with a trace and a token; StatorError CHECK_VACUOUS, CHECK_INVALID, TOKEN_INVALID, ARBITRARY_UNKNOWN
 */
export async function checkWorkflow<Input, Outputs, Given>(
  workflow: Startable<Input, Outputs, Given>,
  options: WorkflowCheckOptions<Outputs, Given> = {},
): Promise<Report> {
  const check = checkOf(workflow as unknown as AnyWorkflow, options)
  const asked = process.env['STATOR_REPLAY']
  const token = asked === undefined || asked === '' ? undefined : fromToken(asked)
  if (token?.check === check.name) return replayed(check, token.case)
  const file = check.regressions === false ? undefined : regressionFile(check.regressions, check.name)
  const tally = new Tally()
  const coverage = new Coverage(check.workflow)
  if (file !== undefined) await regressions(check, file, tally, coverage)
  const size = await plain(check, tally, coverage)
  const found = await search(check, size, async drawn => {
    const ran = await runCase(check, drawn, [coverage.watcher])
    tally.add(ran)
    return ran
  })
  if (found !== undefined) throw await failed(check, found.case, found.error, found.how, coverage, file)
  return tally.report(check, coverage.report())
}

/**
 * Plays the one case of a token, as it was when it failed, under the check that it is for.
 * @throws CheckFailed (rejects) when it still fails; StatorError TOKEN_INVALID, CHECK_INVALID
 */
export async function replay<Input, Outputs, Given>(
  token: string,
  workflow: Startable<Input, Outputs, Given>,
  options: WorkflowCheckOptions<Outputs, Given> = {},
): Promise<Report> {
  const check = checkOf(workflow as unknown as AnyWorkflow, options)
  const { check: name, case: drawn } = fromToken(token)
  if (name !== check.name)
    throw new StatorError('TOKEN_INVALID', { reason: `it is for the check ${name}, this is ${check.name}` })
  return replayed(check, drawn)
}

async function replayed(check: Check, token: Case): Promise<Report> {
  const tally = new Tally()
  const coverage = new Coverage(check.workflow)
  const drawn = today(check, token)
  const ran = await runCase(check, drawn, [coverage.watcher])
  tally.add(ran)
  if (ran.error !== undefined) throw await failed(check, drawn, ran.error, 'replayed', coverage, undefined)
  // One case need not put every promise to the test.
  return tally.told(check, coverage.report())
}

/** What failed once is played first. */
async function regressions(check: Check, file: string, tally: Tally, coverage: Coverage): Promise<void> {
  for (const { token, broke } of readRegressions(file)) {
    const { check: name, case: kept } = fromToken(token, file)
    // Of a check whose name makes the same name of a file.
    if (name !== check.name) continue
    const drawn = today(check, kept, file)
    const ran = await runCase(check, drawn, [coverage.watcher])
    tally.add(ran)
    if (ran.error !== undefined)
      throw await failed(check, drawn, ran.error, `again: ${broke}`, coverage, file)
  }
}

/** An undisturbed run: it must be well before anything is disturbed, and tells how much there is to disturb. */
async function plain(check: Check, tally: Tally, coverage: Coverage): Promise<Size> {
  const [drawn] = fc.sample(plainCases(check), { numRuns: 1, seed: check.seed ?? 1 })
  if (drawn === undefined)
    throw new StatorError('CHECK_INVALID', { option: 'input', reason: 'it draws nothing' })
  const ran = await runCase(check, drawn, [coverage.watcher])
  tally.add(ran)
  if (ran.error !== undefined) throw await failed(check, drawn, ran.error, 'undisturbed', coverage, undefined)
  return { writes: ran.writes, calls: ran.world.calls }
}

/** Plays it once more, with somebody who writes along. */
async function failed(
  check: Check,
  drawn: Case,
  error: Error,
  found: string,
  coverage: Coverage,
  file: string | undefined,
): Promise<CheckFailed> {
  const trace = new Trace()
  const again = await runCase(check, drawn, [trace.watcher])
  const token = toToken({ check: check.name, case: drawn })
  const kept =
    file === undefined || again.error === undefined
      ? undefined
      : keepRegression(file, { broke: error.message, token })
  return new CheckFailed({
    check: check.name,
    case: drawn,
    error: again.error ?? unsteady(error),
    trace: trace.toString(),
    token,
    ownAgents: check.agents !== undefined,
    found,
    coverage: coverage.report(),
    kept,
  })
}

/** Nothing but code of the user can make a case go another way when it is played again. */
function unsteady(cause: Error): Error {
  const reason =
    'it failed so, and did not when it was played again: the workflow, a handler or a property depends on what is not simulated, such as Date.now(), Math.random(), a real timer, or what an earlier run left in a variable'
  return new Error(`${cause.message}; ${reason}`, { cause })
}
