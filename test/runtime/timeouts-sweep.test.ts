/** Timers of tasks survive a crash at any place: whatever ends too late or comes again later does so in the same way. */
import { expect, test } from 'vitest'
import { crashSweep } from 'stator/testing'
import { LATE } from './support/late-scenarios.ts'

test.each(LATE)(
  'a crash anywhere changes nothing: $name',
  async scenario => {
    const { writes, once } = await crashSweep(scenario, { seed: 7 })
    expect(once).toBe(writes * 7)
  },
  120_000,
)
