/**
 * Failure: what an error of SQLite means to the owner of a journal. Every statement on a journal file runs
 * inside `reading` or reports through `failed`, so that no error without a code leaves this folder.
 */
import { StatorError } from '../errors.ts'

/** Primary result codes of SQLite. */
const BUSY = 5
const LOCKED = 6
const GENERIC = 1
const CORRUPT = 11
const MISMATCH = 20
const NOTADB = 26

const damage = new Set<number>([GENERIC, CORRUPT, MISMATCH, NOTADB])

/** The primary result code, or 0 for an error that is not SQLite's. */
export function resultCode(error: unknown): number {
  const code: unknown = error instanceof Error ? (error as { errcode?: unknown }).errcode : undefined
  return typeof code === 'number' ? code & 0xff : 0
}

export function isBusy(error: unknown): boolean {
  return resultCode(error) === BUSY || resultCode(error) === LOCKED
}

/** Runs a read; what it throws becomes JOURNAL_DAMAGED or JOURNAL_FAILED. `seq` says how far it came. */
export function reading<T>(read: () => T, seq: () => number = zero): T {
  try {
    return read()
  } catch (error) {
    throw translated(error, seq())
  }
}

/**
 * Our statements are right and our JSON was valid: if either is refused, the file is not what was written. What SQLite does not
 * even take as a value was asked, not read.
 */
export function translated(error: unknown, seq: number): StatorError {
  if (error instanceof StatorError) return error
  if (isWrongQuestion(error))
    return new StatorError('INPUT_INVALID', { reason: text(error) }, { cause: error })
  if (damage.has(resultCode(error)) || error instanceof SyntaxError || error instanceof TypeError)
    return new StatorError('JOURNAL_DAMAGED', { seq, reason: text(error) }, { cause: error })
  return failed(error)
}

export function failed(error: unknown): StatorError {
  if (error instanceof StatorError && error.code === 'JOURNAL_FAILED') return error
  return new StatorError('JOURNAL_FAILED', { reason: text(error) }, { cause: error })
}

export const damaged = (seq: number, reason: string): StatorError =>
  new StatorError('JOURNAL_DAMAGED', { seq, reason })

/** What `node:sqlite` says of an argument; nothing that was read from a file is of a type that it does not take. */
function isWrongQuestion(error: unknown): boolean {
  return error instanceof TypeError && (error as { code?: unknown }).code === 'ERR_INVALID_ARG_TYPE'
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error))
const zero = (): number => 0
