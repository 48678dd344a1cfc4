/**
 * Effects: what the attempts of a task did outside, or may have done: read from its records, so that it is the same in every process life,
 * and after its end. It decides nothing and asks nobody.
 */
import type { Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Resolution } from '../../messages/task.ts'
import { attemptsOf, type AttemptInfo } from '../attempts.ts'
import type { Journal } from '../journal.ts'
import { scan } from '../scan.ts'

export const EFFECT_STATES = ['intended', 'done', 'failed', 'uncertain'] as const
export type EffectState = (typeof EFFECT_STATES)[number]

/** Times in milliseconds since the epoch. */
export interface LedgerEntry {
  /** Address of the task. */
  readonly task: Address
  /** The run that it is of, by its id; null where it is of none. */
  readonly run: string | null
  /** The name of the `ctx.do`; null: all that the task does, of which its attempts are the intents. */
  readonly effect: string | null
  /** What outside services were given, in all attempts. */
  readonly key: string
  /**
   * `intended`: an attempt is at it. `done`: it has its result. `failed`: it did not happen, as whoever did it says. `uncertain`: it was
   * begun, and nobody knows.
   */
  readonly state: EffectState
  /** Who was at it last: address of the agent. */
  readonly agent: string
  /** How often it was begun. */
  readonly attempts: number
  /** When it was last begun. Of a `ctx.do` that is not announced: when its attempt was. */
  readonly intendedAt: number
  /** When it was known what became of it; null until then. */
  readonly settledAt: number | null
  /** Where that was not by its own outcome: how it came to be known, who said so, and why. */
  readonly resolved: Resolution | null
}

/** A sub-step, as the records have it. */
export interface Step {
  name: string
  begun: number
  intendedAt: number
  /** The signal that announced it last. */
  seq: number
  turn: number
  state: 'open' | 'done' | 'failed'
  settledAt: number | null
  resolved: Resolution | null
  /** What an operator says that came of it, which no attempt has taken over yet. */
  said?: Json
}

const TYPES = ['task.intended', 'task.recorded', 'task.resolved']

/** By name. Empty where its payloads were erased. */
export function stepsOf(
  journal: Journal,
  task: Address,
  attempts: readonly AttemptInfo[],
): Map<string, Step> {
  const steps = new Map<string, Step>()
  for (const signal of scan(journal, { actor: task, types: TYPES }))
    if (signal.refused === null && signal.data !== null) take(steps, signal, attempts)
  return steps
}

function take(
  steps: Map<string, Step>,
  { type, data, at, seq }: Signal,
  attempts: readonly AttemptInfo[],
): void {
  const said = data as unknown as Said
  const { name, turn = 0, done = true, value, how, by, reason } = said
  const known = steps.get(name)
  const resolved =
    how === undefined || by === undefined ? null : { how, by, ...(reason !== undefined && { reason }) }
  if (type === 'task.intended') {
    const begun = (known?.begun ?? 0) + 1
    steps.set(name, {
      name,
      begun,
      intendedAt: at,
      seq,
      turn,
      state: 'open',
      settledAt: null,
      resolved: null,
    })
    return
  }
  const attempt = attempts.find(each => each.turn === turn)
  const step = known ?? { name, begun: 1, intendedAt: attempt?.startedAt ?? at, seq, turn }
  const state = done ? 'done' : 'failed'
  steps.set(name, {
    ...step,
    state,
    settledAt: at,
    resolved,
    ...(type === 'task.resolved' && done && { said: value ?? null }),
  })
}

interface Said {
  readonly name: string
  readonly turn?: number
  readonly done?: boolean
  readonly value?: Json
  readonly how?: Resolution['how']
  readonly by?: string
  readonly reason?: string
}

/** Of the task as a whole, and of each of its sub-steps; none where it never ran, or nothing is known of it any more. */
export function effectsOf(
  journal: Journal,
  journalId: string,
  task: Address,
  run: string | null,
): LedgerEntry[] {
  const attempts = attemptsOf(journal, task) ?? []
  const last = attempts.at(-1)
  if (last === undefined) return []
  const key = `${journalId}/${task}/1`
  const whole: LedgerEntry = {
    task,
    run,
    effect: null,
    key,
    state: stateOf(attempts, last),
    agent: last.agent,
    attempts: attempts.length,
    intendedAt: last.startedAt,
    settledAt: last.endedAt,
    resolved: null,
  }
  const steps = [...stepsOf(journal, task, attempts).values()].map(step => {
    const attempt = attempts.find(({ turn }) => turn === step.turn)
    const isUnderWay = attempt?.outcome === 'running'
    return {
      task,
      run,
      effect: step.name,
      key: `${key}/${step.name}`,
      state: step.state === 'open' ? (isUnderWay ? 'intended' : 'uncertain') : step.state,
      agent: attempt?.agent ?? last.agent,
      attempts: step.begun,
      intendedAt: step.intendedAt,
      settledAt: step.settledAt,
      resolved: step.resolved,
    } satisfies LedgerEntry
  })
  return [whole, ...steps]
}

/** What an attempt that had no say of its own did, nobody knows; unless a later one has completed. */
function stateOf(attempts: readonly AttemptInfo[], last: AttemptInfo): EffectState {
  if (last.outcome === 'running') return 'intended'
  if (last.outcome === 'completed') return 'done'
  return attempts.every(({ outcome }) => outcome === 'failed') ? 'failed' : 'uncertain'
}
