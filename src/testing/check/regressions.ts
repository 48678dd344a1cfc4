/**
 * Regressions: tokens of cases that failed once, kept in a file for each check, to be played before any other from then on. The files
 * are meant to be committed. Nothing is played here.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { StatorError } from '../../errors.ts'

const shape = z.array(z.strictObject({ broke: z.string(), token: z.string() }))
export type Regression = z.infer<typeof shape>[number]

export function regressionFile(directory: string, check: string): string {
  return join(directory, `${check.replaceAll(/[^\w.-]+/g, '-')}.json`)
}

/** None where there is no file. @throws StatorError TOKEN_INVALID where there is one that cannot be read */
export function readRegressions(file: string): Regression[] {
  const text = contents(file)
  if (text === undefined) return []
  try {
    return shape.parse(JSON.parse(text))
  } catch (error) {
    throw new StatorError('TOKEN_INVALID', { file, reason: 'no list of regressions' }, { cause: error })
  }
}

/** Adds one that is not there yet. */
export function keepRegression(file: string, regression: Regression): void {
  const known = readRegressions(file)
  if (known.some(({ token }) => token === regression.token)) return
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify([...known, regression], null, 2)}\n`)
}

function contents(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined
    throw error
  }
}
