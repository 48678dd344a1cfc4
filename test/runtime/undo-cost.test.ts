// What undoing costs: its reads of the journal do not grow with what there is to undo. Never in here: any expectation of speed.
import { expect, test, vi } from 'vitest'
import { agent, createRuntime, memory, task, workflow, type WorkflowDefinition } from 'stator'
import { z } from 'zod'

const book = task('book', { input: z.number(), output: z.number() })
const release = task('release', { input: z.object({ input: z.number(), output: z.number().optional() }) })
const fail = task('fail', { input: z.number(), retry: { maxAttempts: 1 } })

/** Its type would grow with each step, and does not where they are made in a loop. */
type Saga = WorkflowDefinition<number, Readonly<Record<string, number>>>

/** The inputs of the compensations of a run of so many steps, and how often the journal was searched meanwhile. */
async function undone(steps: number): Promise<{ inputs: number[]; searches: number }> {
  let row = workflow('saga', { input: z.number() }) as unknown as Saga
  for (let step = 0; step < steps; step++)
    row = row.step(`s${step}`, book, () => step, { compensate: release })
  const saga = row.step('last', fail)
  const inputs: number[] = []
  const worker = agent('worker')
    .handle(book, async n => n)
    .handle(release, async ({ input, output = 0 }) => void inputs.push(input + output))
    .handle(fail, async () => Promise.reject(new Error('no')))
  const journal = memory()
  const runtime = await createRuntime({ agents: [worker], workflows: [saga], journal })
  const query = vi.spyOn(journal, 'query')
  const run = await runtime.start(saga, 0)
  expect(await run.outcome()).toMatchObject({ status: 'compensated' })
  const searches = query.mock.calls.length
  await runtime.close()
  return { inputs, searches }
}

test('what a compensation is given is found in one search of the journal, whatever there is to undo', async () => {
  const few = await undone(2)
  const many = await undone(40)
  expect(few.inputs).toEqual([2, 0])
  expect(many.inputs).toEqual(Array.from({ length: 40 }, (_, i) => 2 * (39 - i)))
  expect(few.searches).toBeGreaterThan(0)
  expect(many.searches).toBe(few.searches)
})
