/** Amounts: sums of what is used up, by unit, exact to six decimals. Pure arithmetic. */
import type { Amounts } from '../messages/budget.ts'

const DECIMALS = 1_000_000

/** The nearest number with six decimals: sums of such are exact. */
const exact = (value: number): number => Math.round(value * DECIMALS) / DECIMALS

export const plus = (one: Amounts, other: Amounts): Amounts => {
  const sum: Record<string, number> = { ...one }
  for (const [unit, amount] of Object.entries(other)) sum[unit] = exact((sum[unit] ?? 0) + amount)
  return sum
}

export const minus = (one: Amounts, other: Amounts): Amounts => {
  const rest: Record<string, number> = { ...one }
  for (const [unit, amount] of Object.entries(other)) rest[unit] = exact((rest[unit] ?? 0) - amount)
  return rest
}

/** As they are kept: what is finer than six decimals is not. */
export const rounded = (amounts: Amounts): Amounts => plus({}, amounts)
