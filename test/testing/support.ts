/** Workflows that checks of these tests are about. */
import { task, workflow } from 'stator'
import { z } from 'zod'

const item = z.object({ qty: z.int().min(0).max(9) })
const retry = { maxAttempts: 3, initialInterval: '1s', jitter: 'none' } as const

export const charge = task('charge', {
  input: item,
  output: z.object({ receipt: z.string() }),
  retry,
  timeout: '10s',
})
export const ship = task('ship', {
  input: item,
  output: z.object({ parcel: z.int() }),
  retry,
  timeout: '10s',
})

/** Pays, then ships. */
export const order = workflow('order', { input: item })
  .step('charge', charge)
  .step('ship', ship, ({ input }) => ({ qty: input.qty }))

/** The code of the error that a promise rejects with, or what it resolves to. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not fail')
}
