// F4: whoever builds on Stator proves it in ten lines: random inputs, events and schedules with a crash at any write, shrunk, replayed.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as fc from 'fast-check'
import { checkWorkflow, world } from 'stator/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { order } from '../testing/support.ts'

// The same in every run of CI; where users say nothing, each run of theirs draws anew.
beforeAll(() => fc.configureGlobal({ seed: 7 }))
afterAll(() => fc.resetConfigureGlobal())

// #region ten lines
test('order', () =>
  checkWorkflow(order, {
    input: fc.record({ qty: fc.nat(5) }),
    effects: { charge: world.idempotent(), ship: world.flaky() },
    always: { noDoubleCharge: w => w.count('charge') - w.count('refund') <= 1 },
    eventually: s => s.status === 'completed',
    faults: 'all',
  }))
// #endregion

test('the ten lines of the README are those that run here', () => {
  const lines =
    /\/\/ #region ten lines\n([^]*?)\/\/ #endregion/.exec(readFileSync(import.meta.filename, 'utf8'))?.[1] ??
    ''
  expect(lines.trim().split('\n')).toHaveLength(8)
  for (const page of ['README.md', 'docs/testing.md'])
    expect(readFileSync(resolve(import.meta.dirname, '../..', page), 'utf8')).toContain(lines)
})
