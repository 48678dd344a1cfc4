/**
 * Opening: the budget of a run or a task, opened before that is started and under the same key: so that whoever starts it again, after
 * a crash between the two, finds both.
 */
import { StatorError } from '../../errors.ts'
import { CLIENT, idOf, kindOf, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { Door } from '../door.ts'
import type { HandleHost } from '../handles.ts'
import { hashOf } from '../hash.ts'
import type { SendOptions } from '../options.ts'
import { budgetOf } from './limits.ts'

export interface Opening {
  /** What it is for. */
  readonly to: Address
  readonly option: unknown
  /** That of the submission. */
  readonly key: { readonly key: string; readonly raw: Json } | undefined
}

export interface Opened {
  /** Where what is started must live: of one that has no id of its own, where it was to live when it was first asked for. */
  readonly to: Address
  /** Settles when the budget is durable. It is in line by now: what is started next comes after it. */
  readonly opened: Promise<unknown>
}

/** @throws StatorError IDEMPOTENCY_CONFLICT, NOT_FOUND, INPUT_INVALID, DEFINITION_INVALID, ADDRESS_INVALID */
export function openFor(
  { door, handles }: { readonly door: Door; readonly handles: HandleHost },
  { to: wanted, option, key }: Opening,
  how: SendOptions,
): Opened {
  const { limits, parent } = budgetOf(option)
  const { journal } = handles
  const started = key === undefined ? undefined : journal.key(CLIENT, key.key)
  if (started !== undefined) return { to: started.address, opened: Promise.resolve() }
  if (parent !== undefined && handles.cell(parent) === undefined)
    throw new StatorError('NOT_FOUND', {
      budget: idOf(parent),
      reason: 'open it with runtime.budgets.open()',
    })
  const given =
    key === undefined ? undefined : { key: `${key.key} budget`, raw: [key.raw, limits, parent ?? null] }
  // What is started must not begin without it: so what would be refused is refused now.
  const known = given === undefined ? undefined : journal.key(CLIENT, given.key)
  const budget = known?.address ?? budgetFor(wanted)
  const isOther =
    known === undefined ? handles.cell(budget) !== undefined : known.hash !== hashOf(given?.raw ?? null)
  if (isOther) throw new StatorError('IDEMPOTENCY_CONFLICT', { address: budget, reason: 'the id is taken' })
  const to: Address =
    kindOf(wanted) === 'task' ? `task/${idOf(budget).slice(TASK.length)}` : `workflow/${idOf(budget)}`
  const data = { limits, of: to, ...(parent !== undefined && { parent }) }
  const opened = door.create(
    { type: 'budget.open', to: budget, from: CLIENT, data, correlationId: budget, key: given },
    how,
  )
  return { to, opened }
}

const TASK = 'task:'

/** A run and a task may have the same id. */
const budgetFor = (of: Address): Address =>
  kindOf(of) === 'task' ? `budget/${TASK}${idOf(of)}` : `budget/${idOf(of)}`
