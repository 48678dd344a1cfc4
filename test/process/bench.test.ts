// The benchmarks as their users start them, with tiny sizes: every workload is measured, a table printed and JSON written.
// Never in here: any expectation of speed.
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { WORKLOADS } from '../../bench/catalogue.ts'

const main = resolve(import.meta.dirname, '../../bench/main.ts')

const figure = z
  .strictObject({
    workload: z.string(),
    variant: z.string().min(1),
    metric: z.string().min(1),
    median: z.number(),
    min: z.number(),
    max: z.number(),
    runs: z.int().min(1),
    limit: z.string().optional(),
    limit_median: z.number().optional(),
    ratio: z.number().positive().optional(),
    others: z
      .array(z.strictObject({ limit: z.string(), limit_median: z.number(), ratio: z.number().positive() }))
      .optional(),
  })
  .refine(({ min, median, max }) => min <= median && median <= max)
  .refine(({ limit, limit_median, ratio }) =>
    [limit_median, ratio].every(part => (part === undefined) === (limit === undefined)),
  )

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function bench(...args: string[]): Promise<Ended> {
  return new Promise(settle => {
    execFile(process.execPath, [main, ...args], (error, stdout, stderr) => {
      settle({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

describe('a tiny run of everything', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stator-test-bench-'))
  const databases = join(folder, 'databases')
  let ended: Ended
  let figures: z.infer<typeof figure>[]

  beforeAll(async () => {
    const json = join(folder, 'figures.json')
    const all = WORKLOADS.map(({ name }) => name)
    ended = await bench(...all, '--scale', '0.01', '--runs', '1', '--json', json, '--dir', databases)
    figures = z.array(figure).parse(JSON.parse(readFileSync(json, 'utf8')))
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('ends well and prints a block for each workload', () => {
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    for (const { name, what } of WORKLOADS) expect(ended.stdout).toContain(`${name}  ${what}`)
  })

  test('writes figures of each workload, compared with its limit', () => {
    const all = WORKLOADS.map(({ name }) => name)
    const compared = figures.filter(({ limit }) => limit !== undefined)
    const limits = figures.filter(({ variant }) => variant.startsWith('limit '))
    expect([...new Set(compared.map(({ workload }) => workload))]).toEqual(all)
    expect([...new Set(limits.map(({ workload }) => workload))]).toEqual(all)
  })

  test('compares compiled workflows with the generic graph of the same journal', () => {
    const variants = figures
      .filter(({ others = [] }) => others.some(({ limit }) => limit === 'generic-graph'))
      .map(({ workload, variant }) => `${workload} ${variant.split(',')[0] ?? ''}`)
    expect([...new Set(variants)]).toEqual([
      'W1 sqlite full',
      'W1 memory',
      'W2 sqlite full',
      'W2 memory',
      'W5 sqlite full',
    ])
  })

  test('kills lose nothing, and finished steps do not run again', () => {
    const zeros = ['lost_steps', 'redone_steps', 'lost_tasks']
    const counts = figures.filter(({ metric }) => zeros.includes(metric))
    expect(counts.length).toBeGreaterThanOrEqual(5)
    for (const { variant, metric, max } of counts)
      expect([variant, metric, max]).toEqual([variant, metric, 0])
  })

  test('leaves no database behind', () => expect(readdirSync(databases)).toEqual([]))
})

test('a name that no workload has ends with code 2 and says which there are', async () => {
  expect(await bench('W1', 'W99')).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/No workload W99; there are W1, /) as string,
  })
})
