/**
 * Doubts: what an earlier attempt may have done already, found out before another one does it again: by its key, by its own code, or by
 * people, as its task says. It runs nothing but what it was given to ask with.
 */
import { StatorError } from '../../errors.ts'
import type { Json } from '../../messages/json.ts'
import type { Resolution } from '../../messages/task.ts'
import type { Found } from '../attempt.ts'
import { attemptsOf } from '../attempts.ts'
import type { Effect } from '../effect.ts'
import type { GateOutcome, GatesView } from '../gates-view.ts'
import type { Journal } from '../journal.ts'
import type { Doubt, Seat } from '../seat.ts'
import { stepsOf, type Step } from './effects-of.ts'

export interface DoubtsParts {
  readonly journal: Journal
  readonly gates: Pick<GatesView, 'open' | 'outcome'>
  /** Sends a message about an attempt; resolves when it is durable. */
  readonly report: (effect: Effect, type: string, data: Record<string, Json>) => Promise<void>
}

/**
 * Undefined: it is to be run now, for it was never begun, or did not happen; and that is written down.
 * @throws StatorError (rejects) EFFECT_UNCERTAIN, and what `reconcile` throws
 */
export async function announce(parts: DoubtsParts, seat: Seat, doubt: Doubt): Promise<Found | undefined> {
  const found = await findOut(parts, seat, doubt)
  if (found !== undefined) return found
  seat.requireCurrent()
  await parts.report(seat.effect, 'task.intended', { turn: seat.effect.turn, name: doubt.name })
  return undefined
}

async function findOut(parts: DoubtsParts, seat: Seat, doubt: Doubt): Promise<Found | undefined> {
  const { task, turn, spec, agent } = seat.effect
  // Before the first attempt there was none.
  if (turn === 1) return undefined
  const step = stepsOf(parts.journal, task, attemptsOf(parts.journal, task) ?? []).get(doubt.name)
  if (step === undefined || step.state === 'failed') return undefined
  if (step.state === 'done')
    return step.resolved === null ? undefined : { value: step.said ?? null, by: step.resolved }
  if (spec.uncertain === 'retry') return undefined
  const asked = spec.uncertain === 'reconcile' ? await reconciled(doubt) : 'unknown'
  if (asked !== 'unknown') return settled(parts, seat, doubt, asked, { how: 'reconciled', by: agent })
  const { data, by, reason } = await answered(parts, seat, doubt, step)
  const resolution: Resolution = { how: 'gate', by: by ?? 'nobody', ...(reason !== null && { reason }) }
  return settled(parts, seat, doubt, happened(data) ? { done: data.value } : 'not done', resolution)
}

const happened = (data: Json): data is { readonly value: Json } =>
  typeof data === 'object' && data !== null && !Array.isArray(data) && 'value' in data

/** What did not happen is written down before it is run once more. */
async function settled(
  { report }: DoubtsParts,
  seat: Seat,
  { name }: Doubt,
  found: { readonly done: unknown } | 'not done',
  by: Resolution,
): Promise<Found | undefined> {
  seat.requireCurrent()
  if (found !== 'not done') return { value: seat.admit(found.done), by }
  const said = { turn: seat.effect.turn, name, done: false, ...(by as Record<string, Json>) }
  await report(seat.effect, 'task.resolved', said)
  return undefined
}

async function reconciled({
  key,
  options: { reconcile },
}: Doubt): Promise<{ readonly done: unknown } | 'not done' | 'unknown'> {
  return reconcile === undefined ? 'unknown' : reconcile(key)
}

/** One question for each time that it was begun, whoever asks it and however often. */
async function answered(
  { gates }: DoubtsParts,
  seat: Seat,
  { name, key }: Doubt,
  { seq, intendedAt }: Step,
): Promise<GateOutcome> {
  const { task, agent } = seat.effect
  const { id } = await gates.open({
    idempotencyKey: `uncertain ${seq}`,
    title: `Did "${name}" of ${task} happen?`,
    details: { task, effect: name, key, agent, intendedAt },
  })
  const over = new Promise<never>((_, reject) => {
    seat.onEnd(() => reject(seat.signal.reason as Error))
  })
  const outcome = await Promise.race([gates.outcome(id), over])
  if (outcome.status === 'approved') return outcome
  const { status, by, reason } = outcome
  throw Object.assign(
    new StatorError('EFFECT_UNCERTAIN', { task, effect: name, key, gate: id, status, by, reason }),
    { retryable: false },
  )
}
