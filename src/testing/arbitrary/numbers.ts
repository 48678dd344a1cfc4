/** Numbers of a shape: small ones, the bounds and their neighbours, and now and then any. No NaN, infinity or -0. */
import * as fc from 'fast-check'
import type { Shape } from './shape.ts'
import { varied, type Source } from './varied.ts'

/** Without bounds, numbers are no farther from zero than this, but for edge cases. */
const USUAL = 1000
const SAFE = Number.MAX_SAFE_INTEGER

/** Undefined where no number fits. */
export function integers(shape: Shape): fc.Arbitrary<number> | undefined {
  const step = shape.multipleOf ?? 1
  const [low, high] = limits(shape)
  // The bounds exclude themselves, or not; what is counted here are steps.
  const exact = Math.floor(SAFE / Math.max(step, 1))
  const least = Math.max(Math.ceil(low / step), -exact)
  const most = Math.min(Math.floor(high / step), exact)
  const from = least * step === shape.exclusiveMinimum ? least + 1 : least
  const to = most * step === shape.exclusiveMaximum ? most - 1 : most
  if (from > to) return undefined
  const [near, far] = window(from, to)
  const steps = varied(fc.integer({ min: from, max: to }), [
    [10, fc.integer({ min: near, max: far })],
    ...edges([from, to, from + 1, to - 1, 0, 1, -1], n => n >= from && n <= to),
  ])
  if (step === 1) return steps
  const digits = decimals(step)
  const valueOf = (count: number): number => Number((count * step).toFixed(digits)) + 0
  return steps.map(valueOf, value => {
    const count = Math.round((value as number) / step)
    return valueOf(count) === value ? count : Number.NaN
  })
}

/** Undefined where no number fits. */
export function doubles(shape: Shape): fc.Arbitrary<number> | undefined {
  if (shape.multipleOf !== undefined) return integers(shape)
  const [min, max] = limits(shape)
  const minExcluded = shape.exclusiveMinimum === min
  const maxExcluded = shape.exclusiveMaximum === max
  const fits = (n: number): boolean =>
    (minExcluded ? n > min : n >= min) && (maxExcluded ? n < max : n <= max)
  if (min > max || (min === max && !fits(min))) return undefined
  const [near, far] = window(min, max)
  const between = (low: number, high: number): fc.Arbitrary<number> =>
    fc
      .double({
        min: low,
        max: high,
        minExcluded: minExcluded && low === min,
        maxExcluded: maxExcluded && high === max,
        noNaN: true,
        noDefaultInfinity: true,
      })
      // JSON has no negative zero.
      .map(
        value => value + 0,
        value => value as number,
      )
  const whole = between(min, max)
  const round = [1, 0.01]
    .map(multipleOf => integers({ ...shape, multipleOf }))
    .filter(found => found !== undefined)
  return varied(whole, [
    ...round.map(found => [4, found] as const),
    [2, between(near, far)],
    [1, whole],
    ...edges([min, max, 0, 1, -1, 0.5, -0.5, 0.1 + 0.2, SAFE, 1e21, 5e-324], fits),
  ])
}

/** The bounds, whether or not they are part of it. */
function limits(shape: Shape): [low: number, high: number] {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = shape
  return [
    Math.max(minimum ?? -Number.MAX_VALUE, exclusiveMinimum ?? -Number.MAX_VALUE),
    Math.min(maximum ?? Number.MAX_VALUE, exclusiveMaximum ?? Number.MAX_VALUE),
  ]
}

/** The part of a range that is nearest to zero. */
function window(low: number, high: number): [near: number, far: number] {
  if (low >= USUAL) return [low, Math.min(high, low + USUAL)]
  if (high <= -USUAL) return [Math.max(low, high - USUAL), high]
  return [Math.max(low, -USUAL), Math.min(high, USUAL)]
}

/** Those that fit; one that is no more than the end of all numbers is no bound. */
function edges(wanted: readonly number[], fits: (n: number) => boolean): Source<number>[] {
  const found = [...new Set(wanted.filter(n => Math.abs(n) !== Number.MAX_VALUE && fits(n)))]
  return found.length === 0 ? [] : [[2, fc.constantFrom(...found)]]
}

/** How many digits a step has behind its point, as 0.01 has two. */
function decimals(step: number): number {
  const [digits = '', exponent = '0'] = String(step).split('e')
  return Math.min(100, Math.max(0, (digits.split('.')[1]?.length ?? 0) - Number(exponent)))
}
