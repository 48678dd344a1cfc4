/** Checks of long workflows cry no wolf: more signals than a reader asks for at once. */
import { expect, test } from 'vitest'
import { task, workflow } from 'stator'
import { z } from 'zod'
import { checkOf } from '../../src/testing/check/options.ts'
import { runCase } from '../../src/testing/check/run-case.ts'

const step = task('t', { input: z.unknown(), output: z.int(), retry: { maxAttempts: 3 } })

test.each([38, 100, 300])('%d steps in a row, read by a slow reader', async length => {
  let chain = workflow('chain') as unknown as { step(name: string, task: unknown): typeof chain }
  for (let n = 0; n < length; n++) chain = chain.step(`s${n}`, step)
  const { error } = await runCase(checkOf(chain as never, {}), {
    faults: [],
    actors: { agents: 1, capacity: 1, limits: 'tight' },
    events: [],
    inputs: [null, null],
    outputs: { t: [1] },
    schedule: [0, 0, 7],
    seed: 0,
  })
  expect(error).toBeUndefined()
})
