/** Time: moments and spans as people read them. */

/** In UTC, to the millisecond. A journal holds no time that no date can name, but a damaged one may. */
export function timeOf(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString()
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** The two largest units: `3d 4h`, `1m 5s`, `2.5s`, `40ms`. */
export function spanOf(ms: number): string {
  if (ms < 1_000) return `${ms}ms`
  if (ms < 60_000) return `${Math.floor(ms / 100) / 10}s`
  const first = UNITS.findIndex(([, unit]) => ms >= unit)
  let left = ms
  const parts = UNITS.slice(first, first + 2).map(([name, unit]) => {
    const count = Math.floor(left / unit)
    left -= count * unit
    return `${count}${name}`
  })
  return parts.filter((part, index) => index === 0 || !part.startsWith('0')).join(' ')
}
