/** Duration: milliseconds, or a number with a unit ('500ms', '30s', '10m', '2h', '7d'). */
import { StatorError } from '../errors.ts'

export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** @throws StatorError DEFINITION_INVALID for anything that is not a duration of zero or more */
export function toMs(duration: Duration, what: string): number {
  const match = typeof duration === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration) : null
  const ms =
    typeof duration === 'number' ? duration : Number(match?.[1]) * (UNITS[match?.[2] ?? ''] ?? Number.NaN)
  if (!Number.isFinite(ms) || ms < 0)
    throw new StatorError('DEFINITION_INVALID', {
      [what]: duration,
      expected: "milliseconds, or '30s', '10m', '2h'",
    })
  // JSON has no negative zero.
  return ms === 0 ? 0 : ms
}
