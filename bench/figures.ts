/** Figures: medians and ratios of what runs reported, in the shape that `--json` writes. Pure. */
import type { Case, Sample } from './case.ts'

export interface Figure {
  readonly workload: string
  readonly variant: string
  readonly metric: string
  readonly median: number
  readonly min: number
  readonly max: number
  readonly runs: number
  /** The first limit that was measured in the same run for the same size and metric. */
  readonly limit?: string
  readonly limit_median?: number
  /** median / limit_median: of a rate below 1, of a time or of memory above 1. */
  readonly ratio?: number
  /** The same of the other limits. */
  readonly others?: readonly Compared[]
}

export interface Compared {
  readonly limit: string
  readonly limit_median: number
  readonly ratio: number
}

/** All runs of one case. */
export interface Measured {
  readonly case: Case
  readonly runs: readonly (readonly Sample[])[]
}

/** @throws RangeError for no values */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)]
  const lower = sorted[Math.ceil(middle) - 1]
  if (upper === undefined || lower === undefined) throw new RangeError('no values')
  return (upper + lower) / 2
}

/** The value that a share of the values does not exceed. @throws RangeError for no values */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (value === undefined) throw new RangeError('no values')
  return value
}

/** Undefined where dividing says nothing. */
export function ratio(value: number, limit: number): number | undefined {
  return limit > 0 ? round(value / limit) : undefined
}

/** Four digits that count; more would be noise. */
export function round(value: number): number {
  return Number(value.toPrecision(4))
}

/** Metrics that say something of Stator alone, or are shares already. */
const UNDIVIDED = new Set([
  'records_per_step',
  'ratio_to_10',
  'ratio_to_100',
  'ratio_to_first',
  'actors_in_memory',
  'arrivals_per_s',
])

export function figuresOf(measured: readonly Measured[]): Figure[] {
  return measured.flatMap(one => merge(one).map(sample => figure(one.case, sample, measured)))
}

interface Merged {
  readonly metric: string
  readonly part: string | undefined
  readonly values: readonly number[]
}

/** The values of all runs, by metric and part, in the order of the first run. */
function merge({ runs }: Measured): Merged[] {
  return (runs[0] ?? []).map(({ metric, part }) => ({ metric, part, values: valuesOf(runs, metric, part) }))
}

function valuesOf(runs: Measured['runs'], metric: string, part: string | undefined): number[] {
  return runs.flatMap(run =>
    run.filter(sample => sample.metric === metric && sample.part === part).map(({ value }) => value),
  )
}

function figure(of: Case, { metric, part, values }: Merged, measured: readonly Measured[]): Figure {
  const words = [of.subject, of.size, of.sort ?? '', part ?? '']
  const middle = median(values)
  const base = {
    workload: of.workload,
    variant: words.filter(word => word !== '').join(', '),
    metric,
    median: round(middle),
    min: round(Math.min(...values)),
    max: round(Math.max(...values)),
    runs: values.length,
  }
  const divide = of.limit === undefined && !UNDIVIDED.has(metric)
  const [first, ...others] = divide ? comparedWith(middle, of, metric, part, measured) : []
  if (first === undefined) return base
  return { ...base, ...first, ...(others.length > 0 ? { others } : {}) }
}

/** A figure beside those of its limits, in the order of the catalogue. */
function comparedWith(
  value: number,
  of: Case,
  metric: string,
  part: string | undefined,
  measured: readonly Measured[],
): Compared[] {
  return measured.flatMap(({ case: other, runs }) => {
    const { limit } = other
    if (limit === undefined || other.workload !== of.workload || other.size !== of.size) return []
    if (other.of !== undefined && other.of !== of.subject) return []
    const values = valuesOf(runs, metric, part)
    const divided = values.length === 0 ? undefined : ratio(value, median(values))
    return divided === undefined ? [] : [{ limit, limit_median: round(median(values)), ratio: divided }]
  })
}
