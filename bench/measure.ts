/** Measure: runs every case the asked number of times, in turn, so that a noisy minute hits all of them alike. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Case, Sample } from './case.ts'
import type { Measured } from './figures.ts'
import { run } from './process.ts'

export interface MeasureOptions {
  readonly runs: number
  /** Each process gets an empty folder in this one. */
  readonly dir: string
  /** Called before each process starts. */
  readonly onStart: (of: Case, round: number) => void
}

export async function measure(cases: readonly Case[], options: MeasureOptions): Promise<Measured[]> {
  const measured = cases.map(of => ({ case: of, runs: [] as (readonly Sample[])[] }))
  for (let round = 1; round <= options.runs; round++) {
    for (const { case: of, runs } of measured) {
      options.onStart(of, round)
      runs.push(await once(of, options.dir))
    }
  }
  return measured
}

async function once(of: Case, parent: string): Promise<readonly Sample[]> {
  const dir = mkdtempSync(join(parent, 'stator-bench-'))
  try {
    return await run(of.program, { ...of.params, dir }, of.flags)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
