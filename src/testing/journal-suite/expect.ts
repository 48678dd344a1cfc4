/** Expectations of the suite, on node:assert alone, so that any test runner can carry it. */
import assert from 'node:assert/strict'
import { StatorError, type ErrorCode } from '../../errors.ts'

/** The same JSON, whatever prototypes a store gives to its rows. */
export function same(actual: unknown, expected: unknown, message?: string): void {
  assert.deepEqual(plain(actual), plain(expected), message)
}

/** Runs what must be refused with that code; the error. */
export function refused(code: ErrorCode, work: () => unknown): StatorError {
  try {
    work()
  } catch (error) {
    assert(error instanceof StatorError, `expected ${code}, got ${String(error)}`)
    assert.equal(error.code, code, error.message)
    return error
  }
  return assert.fail(`expected ${code}, but nothing was thrown`)
}

const plain = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value))
