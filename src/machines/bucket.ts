/**
 * Token buckets as pure arithmetic. The state of a bucket is one number, the time at which it would be full again plus one
 * token: the "theoretical arrival time" of the generic cell rate algorithm (ITU-T I.371, annex A). Holds no clock.
 */
import type { Rate } from '../messages/queue.ts'

/** Times are whole milliseconds: a bucket saves at least what comes in one of them, or a rate above 1,000 a second could not be reached. */
const saved = ({ interval, burst }: Rate): number => Math.max(burst, Math.ceil(1 / interval))

/** What sums of intervals may be off by: milliseconds since the epoch are kept to a quarter of a thousandth. */
const EPSILON = 1e-3

/** From when on a token is there. */
export const opensAt = (full: number, rate: Rate): number =>
  Math.ceil(full - (saved(rate) - 1) * rate.interval - EPSILON)

/** The bucket after a token was taken. */
export const taken = (full: number, at: number, rate: Rate): number => Math.max(full, at) + rate.interval

/** All the buckets of one share: absent ones are full. */
export const allTaken = (
  full: readonly number[] | undefined,
  at: number,
  rates: readonly Rate[],
): readonly number[] => rates.map((rate, index) => taken(full?.[index] ?? 0, at, rate))

/** When there is a token in all of them; 0 where nothing limits. */
export const allOpenAt = (full: readonly number[] | undefined, rates: readonly Rate[]): number =>
  full === undefined ? 0 : Math.max(0, ...rates.map((rate, index) => opensAt(full[index] ?? 0, rate)))
