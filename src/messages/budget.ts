/**
 * What a budget is told: what may be used up below it, and what was. Amounts are numbers by the name of their unit, with six
 * decimals at most. Schemas only.
 */
import { z } from 'zod'
import type { Address } from './address.ts'

/** Units of one budget. */
const MAX_UNITS = 20
/** Below this, six decimals of a number are exact. */
export const MAX_AMOUNT = 1_000_000_000

/** `time` in milliseconds of running, `tokens`, `cost`, `messages`, and any other that its users name. */
export const unitSchema = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9._-]{0,99}$/)
  // Such as `constructor`: of these every record seems to have some.
  .refine(unit => !(unit in Object.prototype), 'no name of what every object has')
export const amountsSchema = z
  .record(unitSchema, z.number().min(0).max(MAX_AMOUNT))
  .refine(amounts => Object.keys(amounts).length <= MAX_UNITS, `at most ${MAX_UNITS} units`)
export type Amounts = Readonly<Record<string, number>>

const address = z.string() as unknown as z.ZodType<Address>
const key = z.string().min(1).max(2_000)
const by = z.string().min(1).max(200)

const budgetOpen = z.object({
  /** What is not named has no limit, and is counted all the same. */
  limits: amountsSchema,
  /** A run or a task: all that is done below it is charged here. Absent: nothing, but by budgets below this one. */
  of: address.optional(),
  /** The budget that this one is a part of: what is charged here is charged there. */
  parent: address.optional(),
})
export type BudgetOpen = z.infer<typeof budgetOpen>

const budgetReserve = z.object({
  key,
  amounts: amountsSchema,
  /** The attempt that holds it; what that leaves behind is spent. Not told to the budget above. */
  task: address.optional(),
  turn: z.int().optional(),
  /** It stands for the attempt itself, which began with it: its time is charged when it is over. */
  attempt: z.boolean().optional(),
})
export type BudgetReserve = z.infer<typeof budgetReserve>

export const budgetMessages = {
  'budget.open': budgetOpen,
  /** From now on so much is set aside, under a key: or nothing, where there is less. */
  'budget.reserve': budgetReserve,
  /** What came of a reservation: so much was used, which may be more than was set aside. */
  'budget.settle': z.object({ key, amounts: amountsSchema }),
  /** Nothing of it was used. */
  'budget.release': z.object({ key }),
  /** So much was used already, whether it was allowed or not. */
  'budget.spend': z.object({ amounts: amountsSchema }),
  /** So much is about to be used, if there is as much. */
  'budget.charge': z.object({ amounts: amountsSchema }),
  'budget.raise': z.object({ limits: amountsSchema, by, reason: z.string().max(10_000) }),
  'budget.close': z.object({ by: by.optional(), reason: z.string().max(10_000).optional() }),
} as const

/** Those that a client may send. */
export const budgetPublic = ['budget.raise', 'budget.close'] as const
