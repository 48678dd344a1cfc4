/** Options: numbers that a caller gives, checked. Holds no defaults. */
import { StatorError } from '../../errors.ts'

/** @throws StatorError CHECK_INVALID */
export function wholeNumber(option: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new StatorError('CHECK_INVALID', {
    option,
    value,
    expected: `a whole number of at least ${least}`,
  })
}

/** A whole number, or Infinity for none. @throws StatorError CHECK_INVALID */
export function bound(option: string, value: number, least: number): number {
  return value === Number.POSITIVE_INFINITY ? value : wholeNumber(option, value, least)
}
