/** Outcome: how a task or a run ended, read from what was recorded. Never runs anything. */
import { blockage } from '../actors/graph-runtime.ts'
import type { StepReport } from '../actors/kind.ts'
import { StatorError, type Failure } from '../errors.ts'
import { blockedBy as blockedByEvent, overdue, type TaskEvent } from '../machines/task-context.ts'
import { rootOf, type Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import type { RUN_ENDINGS } from '../messages/workflow.ts'
import type { Cell } from './cell.ts'
import type { Journal } from './journal.ts'
import { lookFor } from './outputs.ts'
import { scan } from './scan.ts'

export interface TaskOutcome<O = Json> {
  readonly status: 'completed' | 'failed' | 'cancelled' | 'blocked'
  /** Present when completed. */
  readonly output?: O
  /** Present otherwise. */
  readonly error?: Failure
}

export interface RunOutcome<O = Readonly<Record<string, Json>>> {
  /** `compensated`: it failed, or was cancelled, and what it did is undone; `terminated`: it was ended as it stood. */
  readonly status: (typeof RUN_ENDINGS)[number]
  /** Outputs of the steps that completed, by name: all of them when the run completed. */
  readonly outputs: Partial<O>
  /** What a machine of your own gave at its end. */
  readonly result?: Json
  /** Every step that did not complete, and why. */
  readonly steps: Readonly<Record<string, StepReport>>
  /** The first failure. */
  readonly error?: Failure
  /** Why it was cancelled or terminated, where somebody said so. */
  readonly reason?: string
}

/** Signals that are read at once in the search for an ending. */
const PAGE = 100

const TASK_ENDINGS = ['task.completed', 'task.failed', 'task.cancelled', 'task.blocked']

export function taskOutcome(signal: Signal): TaskOutcome {
  const status = signal.toState as TaskOutcome['status']
  const data = (signal.data ?? {}) as {
    output?: Json
    error?: Failure
    reason?: string
    blocked?: { by: string; code: string }
  }
  if (status === 'completed') return { status, output: data.output ?? null }
  if (data.error !== undefined) return { status, error: data.error }
  if (data.blocked !== undefined) return { status, error: blockage(data.blocked.by, data.blocked.code) }
  if (signal.type === 'dependency.done')
    return { status, error: blockedByEvent(signal as unknown as TaskEvent) as Failure }
  // Of its own timers: it was not in time.
  if (signal.type === 'hub.timer') return { status, error: overdue((data as { event?: string }).event) }
  const code =
    status === 'cancelled' ? 'CANCELLED' : signal.type === 'task.interrupted' ? 'INTERRUPTED' : 'TASK_FAILED'
  return { status, error: { name: 'Error', message: data.reason ?? code, code } }
}

/** From the actor that just ended: its outputs are at hand, or one read each. */
export function runOutcome(cell: Cell, signal: Signal, journal: Journal): RunOutcome {
  const { definition, snapshot } = cell
  const report = definition.run?.report(snapshot.context, lookFor(cell, journal))
  const status = signal.toState as RunOutcome['status']
  return withReason({ outputs: {}, steps: {}, ...report, status }, signal, journal)
}

/** Somebody asked for its end: it did not fail. */
const isCalledOff = ({ status, error }: RunOutcome): boolean =>
  status === 'cancelled' || status === 'terminated' || (status === 'compensated' && error === undefined)

const CALLS = ['workflow.cancel', 'workflow.terminate']

/** What was said with the last call that it took. */
function withReason(outcome: RunOutcome, { to, seq }: Signal, journal: Journal): RunOutcome {
  if (!isCalledOff(outcome)) return outcome
  const filter = { actor: to, types: CALLS, before: seq + 1, order: 'desc', limit: PAGE } as const
  const call = journal.query(filter).find(({ refused, data }) => refused === null && data !== null)
  const { reason } = (call?.data ?? {}) as { readonly reason?: string }
  return reason === undefined ? outcome : { ...outcome, reason }
}

/** What the records of its tasks say, for a run whose definition is gone. */
export function pastOutcome(journal: Journal, ending: Signal): RunOutcome {
  const outputs: Record<string, Json> = {}
  const steps: Record<string, StepReport> = {}
  let first: Failure | undefined
  for (const signal of scan(journal, {
    correlationId: ending.correlationId,
    types: [...TASK_ENDINGS, 'fault'],
  })) {
    // A type such as task.failed is also that of an attempt which is tried again.
    if (!signal.final && signal.type !== 'fault') continue
    // What its agents say to each other belongs to it, and is none of its steps.
    if (signal.type !== 'fault' && rootOf(signal.to) !== rootOf(ending.to)) continue
    if (signal.type === 'fault') {
      first ??= (signal.data as unknown as { error: Failure }).error
      continue
    }
    const name = stepOf(signal)
    const outcome = taskOutcome(signal)
    if (outcome.status === 'completed') outputs[name] = outcome.output ?? null
    else
      steps[name] = {
        status: outcome.status,
        ...(outcome.error === undefined ? {} : { error: outcome.error }),
      }
    if (outcome.status === 'failed') first ??= outcome.error
  }
  const status = ending.toState as RunOutcome['status']
  return withReason(
    { status, outputs, steps, ...(first === undefined ? {} : { error: first }) },
    ending,
    journal,
  )
}

const stepOf = (signal: Signal): string => signal.to.slice(signal.to.lastIndexOf('/') + 1)

/** The signal with which an actor ended, if it did and was not pruned since: then how it ended is not known any more. */
export function endingOf(journal: Journal, address: Address): Signal | undefined {
  const ending = lastEnding(journal, address)
  return ending?.data === null ? undefined : ending
}

/** The signal with which an actor ended, also where its data was erased since: its states are left. */
export function lastEnding(journal: Journal, address: Address): Signal | undefined {
  // What its attempts said too late comes after its end.
  for (let before: number | undefined; ;) {
    const page = journal.query({
      actor: address,
      order: 'desc',
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
    })
    const ending = page.find(signal => signal.final)
    if (ending !== undefined) return ending
    if (page.length < PAGE) return undefined
    before = page.at(-1)?.seq
  }
}

/** @throws StatorError WORKFLOW_FAILED, CANCELLED or TERMINATED unless it completed */
export function resultOfRun(address: Address, outcome: RunOutcome): Readonly<Record<string, Json>> {
  const { status, outputs, result = outputs, steps, error, reason } = outcome
  if (status === 'completed') return result as Readonly<Record<string, Json>>
  const details = {
    run: address,
    ...(reason === undefined ? {} : { reason }),
    steps,
    ...(error === undefined ? {} : { error }),
  }
  if (status === 'terminated') throw new StatorError('TERMINATED', details)
  throw new StatorError(isCalledOff(outcome) ? 'CANCELLED' : 'WORKFLOW_FAILED', details)
}
