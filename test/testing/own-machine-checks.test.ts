/**
 * checkWorkflow() takes a machine of one's own as any workflow: random inputs and events, agents that fail, and a crash at any write, all
 * held against what plain XState makes of the records.
 */
import * as fc from 'fast-check'
import { checkWorkflow, world } from 'stator/testing'
import { expect, test } from 'vitest'
import { credit } from '../machines-of-users/credit-check.ts'
import { moving } from '../machines-of-users/moving-house.ts'

const calls = fc.constantFrom('RING', 'HANG_UP').map(name => ({ name, data: {} }))
const answers = fc.oneof(
  fc.integer({ min: 1, max: 5 }).map(rate => ({ name: 'ACCEPT', data: { rate } })),
  fc.constant({ name: 'DECLINE', data: {} }),
)

test('a machine with history is called at any time, and its tasks fail, and the process dies', async () => {
  await checkWorkflow(moving, {
    input: fc.constant(null),
    effects: { pack: world.flaky({ output: fc.nat(9) }) },
    events: { 'workflow.signal': calls, 'workflow.cancel': true },
    eventually: s => ['completed', 'failed', 'cancelled'].includes(s.status),
    runs: 60,
    seed: 3,
    regressions: false,
  })
})

test('a machine with regions and a delay of a week keeps what it promises', async () => {
  await checkWorkflow(credit, {
    input: fc.constant({ person: 'Kim' }),
    effects: {
      ask: world.flaky({ output: fc.record({ score: fc.integer({ min: 600, max: 800 }) }) }),
      notify: world.idempotent({ output: fc.constant({ id: 'letter' }) }),
    },
    events: { 'workflow.signal': answers },
    always: { oneLetter: w => w.count('notify') <= 1 },
    // Nothing takes a letter that cannot be sent.
    eventually: s => ['completed', 'failed'].includes(s.status),
    runs: 60,
    seed: 5,
    regressions: false,
  })
})

test('a promise that it breaks is found', async () => {
  const check = checkWorkflow(credit, {
    input: fc.constant({ person: 'Kim' }),
    always: { asksOnce: w => w.count('ask') < 2 },
    faults: 'none',
    runs: 20,
    seed: 3,
    regressions: false,
  })
  await expect(check).rejects.toMatchObject({ code: 'CHECK_FAILED' })
})
