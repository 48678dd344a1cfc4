/** A check of a workflow answers its gates in the name of whoever is asked, and fills in their forms. */
import { expect, test } from 'vitest'
import { gate, workflow } from 'stator'
import { checkWorkflow } from 'stator/testing'
import { z } from 'zod'

const form = z.object({ limit: z.int().min(1).max(9), sort: z.enum(['a', 'b']) })
const ask = workflow('ask', { input: z.object({ n: z.int() }) }).step(
  'ok',
  gate({ form, approvers: ['ann', 'bob'], strict: true, escalateAfter: '1h', expires: '1d' }),
)

test('a strict gate with a form is approved, with what fits', async () => {
  const limits: number[] = []
  await checkWorkflow(ask, {
    runs: 40,
    eventually: outcome => {
      if (outcome.status === 'completed') limits.push(outcome.outputs.ok?.data.limit ?? 0)
      return true
    },
  })
  expect(limits.length).toBeGreaterThan(10)
  expect(limits.filter(limit => limit < 1 || limit > 9)).toEqual([])
})
