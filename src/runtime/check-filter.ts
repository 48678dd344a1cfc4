/**
 * Check filter: what is asked of history and of actors, as it comes from outside, where TypeScript may not have looked. A filter
 * that is not understood would find nothing, or everything, and look as if it had been.
 */
import { z } from 'zod'
import { parse } from '../actors/schema.ts'
import { checkAddress, checkId, KINDS } from '../messages/address.ts'
import type { HistoryFilter } from './journal.ts'

/** Endless is a bound as well. */
const isNumber = (value: unknown): boolean => typeof value === 'number' && !Number.isNaN(value)
const isWhole = (value: unknown): boolean =>
  Number.isSafeInteger(value) || Math.abs(Number(value)) === Number.POSITIVE_INFINITY

const types = z.array(z.string()).optional()
const time = z.custom(isNumber, 'Invalid input: expected milliseconds since the epoch').optional()
const position = z
  .custom(value => typeof value === 'number' && isWhole(value), 'Invalid input: expected a position')
  .optional()
const limit = z
  .custom(
    value => typeof value === 'number' && isWhole(value) && value >= 0,
    'Invalid input: expected a whole number of 0 or more',
  )
  .optional()
const address = z.custom(passes(checkAddress), 'Invalid input: expected an address, kind/id')
const id = z.custom(passes(checkId), 'Invalid input: expected an id').optional()

const historyShape = z.strictObject({
  types,
  actor: address.optional(),
  correlationId: address.optional(),
  after: position,
  before: position,
  since: time,
  until: time,
  order: z.enum(['asc', 'desc']).optional(),
  limit,
})

const readShape = z
  .strictObject({
    from: z.string().optional(),
    types,
    task: id,
    workflow: id,
    agent: id,
  })
  .refine(
    ({ task, agent }) => task === undefined || agent === undefined,
    'a signal has one recipient: a task or an agent',
  )

const actorsShape = z.strictObject({ kind: z.enum(KINDS).optional(), state: z.string().optional() })

/** @throws StatorError INPUT_INVALID, naming what is wrong */
export function checkHistoryFilter(filter: HistoryFilter): HistoryFilter {
  parse(historyShape, filter, 'INPUT_INVALID', 'filter')
  return filter
}

/** @throws StatorError INPUT_INVALID, naming what is wrong */
export function checkReadOptions(options: unknown): void {
  parse(readShape, options, 'INPUT_INVALID', 'options')
}

/** @throws StatorError INPUT_INVALID, naming what is wrong */
export function checkActorsFilter(filter: unknown): void {
  parse(actorsShape, filter, 'INPUT_INVALID', 'filter')
}

/** @throws StatorError INPUT_INVALID */
export function checkLookup(value: unknown): void {
  parse(address, value, 'INPUT_INVALID', 'address')
}

function passes(check: (value: unknown, what: string) => unknown): (value: unknown) => boolean {
  return value => {
    try {
      check(value, '')
      return true
    } catch {
      return false
    }
  }
}
