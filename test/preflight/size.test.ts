/** Pre-flight takes time in proportion: what is so large that a square of it would never end, ends. */
import { expect, test } from 'vitest'
import { preflight } from '../../src/preflight/preflight.ts'
import { inFlow, machineOf, sequence, step } from './support.ts'

const SIZE = 10_000
const names = Array.from({ length: SIZE }, (_, index) => `s${index}`)
const next = (index: number): string => names[index + 1] ?? 'end'
const statesOf = (state: (index: number) => object): object =>
  Object.fromEntries([
    ...names.map((name, index) => [name, state(index)] as const),
    ['end', { type: 'final' }],
  ])

test('a chain of 10,000 states, with as many events that all of them take', () => {
  const on = Object.fromEntries(names.map(name => [`GO-${name}`, `.${name}`]))
  const machine = machineOf({ initial: 's0', on, states: statesOf(index => ({ on: { NEXT: next(index) } })) })
  const findings = preflight(machine)
  expect(findings).toHaveLength(SIZE)
  expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(['WAIT_WITHOUT_TIMEOUT']))
})

test('a circle of 10,000 states that nothing leads out of is one finding', () => {
  const states = statesOf(index => ({ after: { 1: names[(index + 1) % SIZE] } }))
  const [unreachable, trap, ...more] = preflight(machineOf({ initial: 's0', states }))
  expect([unreachable?.code, trap?.code, more]).toEqual(['UNREACHABLE', 'NO_WAY_TO_END', []])
  expect(trap?.message).toContain(`and ${SIZE - 6} more`)
})

test('10,000 steps, each with a finding, in groups', () => {
  const steps = names.map(name => step(name))
  const body = [step('first', { undo: true }), sequence('one', ...steps), sequence('two', step('last'))]
  const findings = inFlow(body)
  expect(findings).toHaveLength(SIZE)
  expect(findings.at(-1)?.path).toHaveLength(40)
})
