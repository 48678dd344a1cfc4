/**
 * Regressions: tokens of cases that failed once, kept in a file for each check, to be played before any other from then on. The files
 * are meant to be committed. Nothing is played here.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { z } from 'zod'
import { StatorError, toFailure } from '../../errors.ts'

const shape = z.array(z.strictObject({ broke: z.string(), token: z.string() }))
export type Regression = z.infer<typeof shape>[number]

export function regressionFile(directory: string, check: string): string {
  return join(directory, `${check.replaceAll(/[^\w.-]+/g, '-')}.json`)
}

/** None where there is no file. @throws StatorError TOKEN_INVALID for a file of something else, CHECK_INVALID where none can be */
export function readRegressions(file: string): Regression[] {
  const text = contents(file)
  if (text === undefined) return []
  try {
    return shape.parse(JSON.parse(text))
  } catch (error) {
    throw new StatorError('TOKEN_INVALID', { file, reason: 'no list of regressions' }, { cause: error })
  }
}

/** Where a regression was written to, or why not. */
export interface Kept {
  readonly file: string
  readonly failed: string | undefined
}

/** Adds one that is not there yet. Never throws: what could not be written must not hide the failure that it is about. */
export function keepRegression(file: string, regression: Regression): Kept {
  try {
    const known = readRegressions(file)
    if (!known.some(({ token }) => token === regression.token)) replace(file, [...known, regression])
    return { file, failed: undefined }
  } catch (error) {
    return { file, failed: toFailure(error).message }
  }
}

/** Who reads it at the same time, in another process or thread, sees the old list or the new one. */
function replace(file: string, list: readonly Regression[]): void {
  mkdirSync(dirname(file), { recursive: true })
  const own = `${file}.${process.pid}-${threadId}`
  writeFileSync(own, `${JSON.stringify(list, null, 2)}\n`)
  renameSync(own, file)
}

function contents(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined
    const reason = toFailure(error).message
    throw new StatorError('CHECK_INVALID', { option: 'regressions', file, reason }, { cause: error })
  }
}
