/**
 * Opening: the budget of a run or a task, opened before that is started and under the same key: so that whoever starts it again, after
 * a crash between the two, finds both.
 */
import { StatorError } from '../../errors.ts'
import { CLIENT, idOf, kindOf, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { Door } from '../door.ts'
import type { HandleHost } from '../handles.ts'
import type { SendOptions } from '../options.ts'
import { budgetOf } from './limits.ts'

export interface Opening {
  /** What it is for. */
  readonly to: Address
  readonly option: unknown
  /** That of the submission. */
  readonly key: { readonly key: string; readonly raw: Json } | undefined
}

/** Where what is started must live: of one that has no id of its own, where it was to live when it was first asked for. */
export async function openFor(
  { door, handles }: { readonly door: Door; readonly handles: HandleHost },
  { to, option, key }: Opening,
  how: SendOptions,
): Promise<Address> {
  const { limits, parent } = budgetOf(option)
  const known = key === undefined ? undefined : handles.journal.key(CLIENT, key.key)
  if (known !== undefined) return known.address
  if (parent !== undefined && handles.cell(parent) === undefined)
    throw new StatorError('NOT_FOUND', {
      budget: idOf(parent),
      reason: 'open it with runtime.budgets.open()',
    })
  const within = parent === undefined ? {} : { parent }
  const budget = await door.create(
    {
      type: 'budget.open',
      to: budgetFor(to),
      from: CLIENT,
      data: { limits, of: to, ...within },
      correlationId: budgetFor(to),
      key:
        key === undefined ? undefined : { key: `${key.key} budget`, raw: [key.raw, limits, parent ?? null] },
    },
    how,
  )
  return kindOf(to) === 'task' ? `task/${idOf(budget).slice(TASK.length)}` : `workflow/${idOf(budget)}`
}

const TASK = 'task:'

/** A run and a task may have the same id. */
export const budgetFor = (of: Address): Address =>
  kindOf(of) === 'task' ? `budget/${TASK}${idOf(of)}` : `budget/${idOf(of)}`
