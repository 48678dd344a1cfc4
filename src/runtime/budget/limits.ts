/** Limits: what may be used up, as users say it, and as a budget keeps it. */
import { parse } from '../../actors/schema.ts'
import { StatorError } from '../../errors.ts'
import { rounded } from '../../machines/amounts.ts'
import { checkName, type Address } from '../../messages/address.ts'
import { amountsSchema, type Amounts } from '../../messages/budget.ts'
import { toMs, type Duration } from '../../messages/duration.ts'

/**
 * By unit, each of 0 to a thousand millions, with six decimals at most (so a cost is exact to a millionth of its currency): at most 20.
 * What is not named has no limit, and is counted.
 */
export interface BudgetLimits {
  /** Of running, of all attempts together: a duration. The hub counts it. */
  readonly time?: Duration
  readonly tokens?: number
  /** In whatever currency is meant. */
  readonly cost?: number
  /** That agents send. The hub counts them. */
  readonly messages?: number
  /** Any other unit. */
  readonly [unit: string]: number | Duration | undefined
}

/** Limits, or the id of a budget that is open. */
export type BudgetOption = string | BudgetLimits

/** @throws StatorError INPUT_INVALID, DEFINITION_INVALID (no duration) */
export function limitsOf(limits: unknown): Amounts {
  if (typeof limits !== 'object' || limits === null || Array.isArray(limits))
    throw new StatorError('INPUT_INVALID', { limits, expected: 'limits by unit' })
  const { time, ...others } = limits as BudgetLimits
  const given = Object.entries(others).filter(([, amount]) => amount !== undefined)
  const all = { ...(time !== undefined && { time: toMs(time, 'time') }), ...Object.fromEntries(given) }
  return rounded(parse(amountsSchema, all, 'INPUT_INVALID', 'limits') as Amounts)
}

/** What a run or a task is given: limits of its own, or those of a budget above it. @throws StatorError INPUT_INVALID, ADDRESS_INVALID */
export function budgetOf(option: unknown): { readonly limits: Amounts; readonly parent?: Address } {
  if (typeof option !== 'string') return { limits: limitsOf(option) }
  return { limits: {}, parent: `budget/${checkName(option, 'budget')}` }
}
