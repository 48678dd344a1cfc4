/** Backoff and jitter: bounds and growth. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { taskMachine } from '../../src/machines/task.ts'
import { NO_RETRY, retryDelay } from '../../src/machines/retry.ts'
import type { RetryPolicy } from '../../src/messages/task.ts'
import { sendAll, signal, start } from './drive.ts'
import { assigned, create, oops, retry as policyOf } from './task-events.ts'

const policy = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 5000 }),
  initialInterval: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e9, noNaN: true })),
  backoff: fc.oneof(fc.constant(1), fc.double({ min: 1, max: 1000, noNaN: true })),
  maxInterval: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e12, noNaN: true })),
  jitter: fc.constantFrom('full', 'equal', 'none'),
}) satisfies fc.Arbitrary<RetryPolicy>
const failures = fc.integer({ min: 1, max: 5000 })
const random = fc.double({ min: 0, max: 1, noNaN: true })

describe('retry delay', () => {
  it('is a whole number from 0 to the longest interval, however often it failed', () => {
    fc.assert(
      fc.property(policy, failures, random, (retry, count, chance) => {
        const delay = retryDelay(retry, count, chance)
        expect(Number.isInteger(delay)).toBe(true)
        expect(delay).toBeGreaterThanOrEqual(0)
        expect(delay).toBeLessThanOrEqual(Math.round(retry.maxInterval))
      }),
    )
  })

  it('is not a number of nothing where the first interval is 0 and the factor has outgrown all numbers', () => {
    expect(retryDelay({ ...NO_RETRY, initialInterval: 0 }, 2000, 1)).toBe(0)
  })

  it('never shrinks without jitter', () => {
    fc.assert(
      fc.property(policy, failures, (retry, count) => {
        const steady = { ...retry, jitter: 'none' as const }
        expect(retryDelay(steady, count + 1, 0)).toBeGreaterThanOrEqual(retryDelay(steady, count, 0))
      }),
    )
  })

  it('needs no chance without jitter', () => {
    fc.assert(
      fc.property(policy, failures, random, (retry, count, chance) => {
        const steady = { ...retry, jitter: 'none' as const }
        expect(retryDelay(steady, count, chance)).toBe(retryDelay(steady, count, 0))
      }),
    )
  })

  it.each([
    ['none', 0, 800],
    ['none', 1, 800],
    ['full', 0, 0],
    ['full', 0.5, 400],
    ['full', 1, 800],
    ['equal', 0, 400],
    ['equal', 0.5, 600],
    ['equal', 1, 800],
  ] as const)('with jitter %s and chance %d is %d ms after four failures', (jitter, chance, ms) => {
    const retry = { maxAttempts: 9, initialInterval: 100, backoff: 2, maxInterval: 60_000, jitter }
    expect(retryDelay(retry, 4, chance)).toBe(ms)
  })

  it('stops growing at the longest interval', () => {
    const retry = { ...NO_RETRY, jitter: 'none' as const }
    expect([1, 2, 6, 7, 50].map(count => retryDelay(retry, count, 0))).toEqual([
      1000, 2000, 32_000, 60_000, 60_000,
    ])
  })
})

/** Where a task goes after its first failure. */
function after(more: object, error: object = oops, retry: object = policyOf): { to: string; delay: number } {
  const events = [
    create({ retry }, assigned),
    signal('task.failed', { turn: 1, error, random: 0.5, ...more }, { at: 3000 }),
  ]
  const { snapshot } = sendAll(start(taskMachine), events)
  return { to: String(snapshot.value), delay: (snapshot.context as { delay: number }).delay }
}

describe('errors that no retry can help', () => {
  const named = { ...policyOf, nonRetryable: ['Refused', 'E_GONE'] }

  it.each([
    ['by name', { ...oops, name: 'Refused' }, 'failed'],
    ['by code', { ...oops, code: 'E_GONE' }, 'failed'],
    ['by their own word', { ...oops, retryable: false }, 'failed'],
    ['but no other', oops, 'retrying'],
    ['nor one whose message says so', { ...oops, message: 'Refused E_GONE' }, 'retrying'],
  ])('are final: %s', (_, error, to) => {
    expect(after({}, error, named).to).toBe(to)
  })

  it('are final also where the handler said when to come again', () => {
    expect(after({ retryAfter: 5 }, { ...oops, code: 'E_GONE' }, named).to).toBe('failed')
  })
})

describe('the word of a handler on when to come again', () => {
  it.each([0, 1, 5_000, 31_536_000_000])('goes before the policy: %d ms', ms => {
    expect(after({ retryAfter: ms })).toEqual({ to: 'retrying', delay: ms })
  })

  it('counts as an attempt, and gives none', () => {
    expect(after({ retryAfter: 5 }, oops, { ...policyOf, maxAttempts: 1 }).to).toBe('failed')
  })
})
