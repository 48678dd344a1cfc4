/** What fails is made smaller in the order of what a reader wants to be rid of first: faults, actors, events, payloads, schedule. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cases } from '../../src/testing/check/cases.ts'
import type { Case } from '../../src/testing/check/case.ts'
import { checkOf } from '../../src/testing/check/options.ts'
import { order } from './support.ts'

const check = checkOf(order as never, {
  input: fc.record({ qty: fc.nat(5) }),
  events: { 'workflow.cancel': true },
})
const size = { writes: 10, calls: new Map([['charge', 3]]) }

const partsOf = ({ faults, actors, events, inputs, outputs, schedule, seed }: Case): string[] =>
  [faults, actors, events, [inputs, outputs], [schedule, seed]].map(part => JSON.stringify(part))
const plainest = ['[]', '{"agents":1,"capacity":1,"limits":"usual"}', '[]']

test('a part is touched only once all parts before it are as small as they get', () => {
  let rich = 0
  for (let seed = 1; seed <= 50; seed++) {
    const failing: Case[] = []
    fc.check(
      fc.property(cases(check, size), drawn => {
        failing.push(drawn)
        return false
      }),
      { seed, numRuns: 1 },
    )
    const steps = failing.map(partsOf)
    const end = steps.at(-1) ?? []
    expect(end.slice(0, 3)).toEqual(plainest)
    expect(end[4]).toBe('[[],0]')
    expect(failing.at(-1)?.inputs).toEqual([{ qty: 0 }])
    if (steps[0]?.every((part, index) => part !== end[index])) rich++
    for (const [n, step] of steps.entries()) {
      const before = steps[n - 1]
      if (before === undefined || before.join() === step.join()) continue
      const changed = step.findIndex((part, index) => part !== before[index])
      expect({ seed, n, settled: step.slice(0, changed) }).toEqual({
        seed,
        n,
        settled: end.slice(0, changed),
      })
      expect(step.filter((part, index) => part !== before[index])).toHaveLength(1)
    }
  }
  expect(rich).toBeGreaterThan(5)
})

test('what a failure needs is kept: the one fault, on the first call, in one process life', () => {
  const needs = (drawn: Case): boolean =>
    drawn.faults.some(fault => fault.kind === 'call' && fault.effect === 'charge' && fault.fault === 'lost')
  const { counterexample } = fc.check(
    fc.property(cases(check, size), drawn => !needs(drawn)),
    { seed: 5, numRuns: 1_000 },
  )
  expect(counterexample?.[0].faults).toEqual([{ kind: 'call', effect: 'charge', call: 1, fault: 'lost' }])
})
