// What the benchmarks say: medians, ratios and the shape of their JSON. Never in here: measuring anything.
import { describe, expect, test } from 'vitest'
import type { Case, Sample } from '../../bench/case.ts'
import { figuresOf, median, quantile, ratio, round } from '../../bench/figures.ts'
import { number, table } from '../../bench/table.ts'

const params = { n: 10, journal: 'sqlite', mode: '' } as const
const stator: Case = {
  workload: 'W1',
  subject: 'sqlite full',
  size: 'n=10',
  sort: 'graph',
  program: 'programs/chain',
  params,
}
const limit = (name: string, size: string): Case => ({
  workload: 'W1',
  limit: name,
  subject: `limit ${name}`,
  size,
  program: 'limits/xstate-chain',
  params,
})
const rate = (...values: number[]): Sample[][] =>
  values.map(value => [
    { metric: 'steps_per_s', value },
    { metric: 'records_per_step', value: 3 },
  ])

describe('numbers', () => {
  test.each([
    [[3], 3],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9], 9.5],
  ])('the median of %j is %d', (values, expected) => expect(median(values)).toBe(expected))

  test('of nothing there is neither median nor quantile', () => {
    expect(() => median([])).toThrow(RangeError)
    expect(() => quantile([], 0.5)).toThrow(RangeError)
  })

  test('a quantile is a value that was measured', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i)
    expect([0, 0.5, 0.99, 1].map(share => quantile(values, share))).toEqual([1, 50, 99, 100])
  })

  test('a ratio to nothing is none', () => {
    expect(ratio(50, 200)).toBe(0.25)
    expect(ratio(50, 0)).toBeUndefined()
  })

  test('four digits count', () => expect([123_456, 0.123456].map(round)).toEqual([123_500, 0.1235]))
})

describe('figures', () => {
  test('have the shape that is documented, and compare with the limits of their size, one before the others', () => {
    const measured = [
      { case: stator, runs: rate(100, 300, 200) },
      { case: limit('other-size', 'n=20'), runs: rate(1, 1, 1) },
      { case: limit('first', 'n=10'), runs: rate(400, 300, 500) },
      { case: limit('second', 'n=10'), runs: rate(100, 100, 100) },
      { case: { ...limit('of-another', 'n=10'), of: 'memory' }, runs: rate(1, 1, 1) },
      { case: { ...limit('of-this', 'n=10'), of: 'sqlite full' }, runs: rate(250, 250, 250) },
    ]
    const [steps, records, ...limits] = figuresOf(measured)
    const base = { workload: 'W1', variant: 'sqlite full, n=10, graph', runs: 3 }
    expect(steps).toEqual({
      ...base,
      metric: 'steps_per_s',
      median: 200,
      min: 100,
      max: 300,
      limit: 'first',
      limit_median: 400,
      ratio: 0.5,
      others: [
        { limit: 'second', limit_median: 100, ratio: 2 },
        { limit: 'of-this', limit_median: 250, ratio: 0.8 },
      ],
    })
    // Says something of Stator alone.
    expect(records).toEqual({ ...base, metric: 'records_per_step', median: 3, min: 3, max: 3 })
    for (const figure of limits) expect(figure).not.toHaveProperty('ratio')
  })

  test('parts of one run are figures of their own, each compared with the same part', () => {
    const parts = (cold: number, warm: number): Sample[][] => [
      [
        { metric: 'tasks_per_s', part: 'cold', value: cold },
        { metric: 'tasks_per_s', part: 'warm', value: warm },
      ],
    ]
    const figures = figuresOf([
      { case: stator, runs: parts(10, 20) },
      { case: limit('l', 'n=10'), runs: parts(20, 80) },
    ])
    expect(figures.map(({ variant, ratio: share }) => [variant, share])).toEqual([
      ['sqlite full, n=10, graph, cold', 0.5],
      ['sqlite full, n=10, graph, warm', 0.25],
      ['limit l, n=10, cold', undefined],
      ['limit l, n=10, warm', undefined],
    ])
  })
})

test('the table names each workload and variant once, every metric, and every limit', () => {
  const figures = figuresOf([
    { case: stator, runs: rate(12_345, 12_345) },
    { case: limit('l', 'n=10'), runs: rate(100, 200) },
    { case: limit('m', 'n=10'), runs: [[{ metric: 'steps_per_s', value: 12_345 }]] },
  ])
  const plain = { bold: (text: string) => text, dim: (text: string) => text }
  const lines = table(figures, new Map([['W1', 'a chain']]), plain).split('\n')
  expect(lines[0]).toBe('W1  a chain')
  expect(lines.filter(line => line.startsWith('sqlite full, n=10'))).toHaveLength(1)
  expect(lines[2]).toMatch(/^sqlite full, n=10, graph +steps_per_s +12,350 +82.3 × l$/)
  expect(lines[3]?.trim()).toBe('1 × m')
  expect(lines.at(-3)).toMatch(/^limit l, n=10 +steps_per_s +150 +100 – 200$/)
  expect([0, 0.12345, 12.345, 123.45, 12_345].map(number)).toEqual(['0', '0.123', '12.3', '123', '12,345'])
})
