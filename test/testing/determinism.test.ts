/** The same case gives the same trace, always; also out of a token. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { world } from 'stator/testing'
import { cases } from '../../src/testing/check/cases.ts'
import { checkOf } from '../../src/testing/check/options.ts'
import { runCase } from '../../src/testing/check/run-case.ts'
import { fromToken, toToken } from '../../src/testing/check/token.ts'
import { Trace } from '../../src/testing/check/trace.ts'
import { order } from './support.ts'

const check = checkOf(order as never, {
  input: fc.record({ qty: fc.nat(5) }),
  effects: { charge: world.idempotent(), ship: world.flaky() },
  events: { 'workflow.cancel': true, 'agent.pause': true },
  together: 3,
})
const size = { writes: 12, calls: new Map([['charge', 2]]) }

test('a case played twice, and once more out of its token, happens the same way', async () => {
  const traces = new Set<number>()
  for (const drawn of fc.sample(cases(check, size), { numRuns: 150, seed: 11 })) {
    const stories = []
    const copy = fromToken(toToken({ check: check.name, case: drawn })).case
    expect(copy).toEqual(drawn)
    for (const one of [drawn, drawn, copy]) {
      const trace = new Trace()
      const ran = await runCase(check, one, [trace.watcher])
      expect(ran.error).toBeUndefined()
      stories.push({ trace: ran.trace, ms: ran.ms, lives: ran.lives, struck: ran.struck, told: trace.lines })
    }
    expect(stories[1]).toEqual(stories[0])
    expect(stories[2]).toEqual(stories[0])
    traces.add(stories[0]?.trace ?? 0)
  }
  expect(traces.size).toBeGreaterThan(140)
})

test('who looks on changes nothing', async () => {
  for (const drawn of fc.sample(cases(check, size), { numRuns: 30, seed: 12 })) {
    const alone = await runCase(check, drawn)
    const watched = await runCase(check, drawn, [new Trace().watcher])
    expect(watched.trace).toBe(alone.trace)
  }
})
